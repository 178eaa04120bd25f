/** Puts together what is known of each unit: its files, its ties, its past. */
import type { Owned, OwnerOf } from "./git/owners.ts";
import type { NameOf } from "./people.ts";
import type { Evidence, Past, Resolved, UnitFacts } from "./score/facts.ts";
import { keyOf } from "./score/own-world.ts";
import { isTying } from "./score/ties.ts";
import type { History } from "./types/history.ts";
import type { Project } from "./types/project.ts";
import type { Table, Traffic } from "./types/report.ts";
import type { FileFacts, Place } from "./types/source.ts";
import { unitFinder } from "./unit-of.ts";

/** What was measured where the project runs, by the name of the app. */
export interface Measured {
  readonly traffic: ReadonlyMap<string, Traffic>;
  /** By the name of the app, then of the table. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, { rows: number; bytes: number }>>;
}

export interface Gathering {
  readonly project: Project;
  readonly resolved: Resolved;
  readonly history: History | undefined;
  readonly ownerOf: OwnerOf;
  readonly nameOf: NameOf;
  readonly nameOfOwner: NameOf;
  readonly measured: Measured | undefined;
}

export function gather(gathering: Gathering): Evidence {
  const { resolved, history } = gathering;
  const project = withRequests(gathering);
  const { units } = project;
  const filesOf = filesByUnit(project, resolved.files);
  const ties = tiesOf(resolved);
  const pasts = history && pastsOf(history, gathering.nameOf);
  const facts = units.map((place, index): UnitFacts => {
    const { name } = place;
    const files = filesOf.get(index) ?? [];
    return {
      place,
      files,
      importsOut: ties.imports.out.get(name) ?? [],
      importsIn: ties.imports.into.get(name) ?? [],
      keysOut: ties.keys.out.get(name) ?? [],
      keysIn: ties.keys.into.get(name) ?? [],
      hiddenOut: ties.hidden.out.get(name) ?? [],
      hiddenIn: ties.hidden.into.get(name) ?? [],
      ofProject: ties.ofProject.get(name) ?? [],
      hiddenOfProject: ties.hiddenOfProject.get(name) ?? [],
      userKeys: ties.userKeys.get(name) ?? [],
      tables: tablesOf(name, files, gathering),
      whole: history?.whole[index],
      past: pasts?.[index],
      traffic: gathering.measured?.traffic.get(name),
      owner: ownerNamed(gathering.ownerOf(`${place.path}/`), gathering.nameOfOwner),
    };
  });
  return {
    project,
    units: facts,
    together: togetherOf(project, history),
    commits: history?.commits.length ?? 0,
    countsFixes: history?.fixRate !== undefined,
  };
}

/** Some ways of seeing a code base know it by themselves; of others it is found where imports lead. */
function withRequests({ project, resolved }: Gathering): Project {
  const inEveryRequest = [...project.inEveryRequest, ...resolved.inEveryRequest];
  return { ...project, inEveryRequest };
}

function filesByUnit(
  { units }: Project,
  files: ReadonlyMap<string, FileFacts>,
): ReadonlyMap<number | undefined, FileFacts[]> {
  const unitOf = unitFinder(units);
  return Map.groupBy(files.values(), ({ file }) => unitOf(file));
}

/** Only those of the program: tests, migrations and what was generated come along by themselves. */
function tiesOf({ imports, keys, hidden, userKeys, ofProject, files }: Resolved) {
  const isCounted = ({ file }: Place) => {
    const facts = files.get(file);
    return facts !== undefined && isTying(facts);
  };
  const bothWays = <T extends Place & { from: string; to: string | undefined }>(
    ties: readonly T[],
  ) => {
    const counted = ties.filter(isCounted);
    return {
      out: Map.groupBy(counted, ({ from }) => from),
      into: Map.groupBy(counted, ({ to }) => to),
    };
  };
  return {
    imports: bothWays(imports),
    keys: bothWays(keys),
    hidden: bothWays(hidden),
    ofProject: bothWays(ofProject.imports).into,
    hiddenOfProject: bothWays(ofProject.hidden).into,
    userKeys: bothWays(userKeys).out,
  };
}

function tablesOf(
  name: string,
  files: readonly FileFacts[],
  { resolved, measured }: Gathering,
): Table[] {
  const declared = files.filter(isTying).flatMap(withRows);
  const sizes = measured?.tables.get(name);
  return [...declared, ...(resolved.tables.get(name) ?? [])].map(
    ({ name: table, file, line }): Table => ({
      name: table,
      file,
      line,
      ...sizes?.get(snake(table)),
    }),
  );
}

/** A proxy of Django is a model, and shows the rows of another one. */
function withRows({ models, classes = [] }: FileFacts): FileFacts["models"] {
  const proxies = new Set(classes.filter(({ isProxy }) => isProxy).map(({ line }) => line));
  return proxies.size === 0 ? models : models.filter(({ line }) => !proxies.has(line));
}

function snake(name: string): string {
  return name.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
}

/** Of a history without a commit that counts nothing can be said: it is none. */
function pastsOf({ units, commits }: History, nameOf: NameOf): Past[] {
  if (commits.length === 0) return [];
  const made = units.map(() => ({
    ids: [] as string[],
    fixIds: [] as string[],
    authors: new Set<string>(),
  }));
  for (const { id, isFix, author, units: touched } of commits) {
    for (const unit of touched) {
      const own = made[unit];
      own?.ids.push(id);
      own?.authors.add(author);
      if (isFix) own?.fixIds.push(id);
    }
  }
  return units.map((unit, index): Past => ({
    commits: unit.commits,
    fixes: unit.fixes,
    authors: unit.authors,
    monthsActive: unit.monthsActive,
    mainAuthor: unit.mainAuthor && nameOf(unit.mainAuthor.author),
    ids: made[index]?.ids ?? [],
    fixIds: made[index]?.fixIds ?? [],
    people: [...(made[index]?.authors ?? [])].map(nameOf).toSorted(),
  }));
}

function ownerNamed(owned: Owned | undefined, nameOf: NameOf): string | undefined {
  if (owned === undefined || owned.owners.length === 0) return undefined;
  return owned.owners.map(nameOf).join(", ");
}

function togetherOf(
  { units }: Project,
  history: History | undefined,
): Map<string, Map<string, number>> {
  const together = new Map<string, Map<string, number>>();
  for (const { units: pair, commits } of history?.together ?? []) {
    const [a, b] = pair.map((index) => units[index]?.name);
    if (a === undefined || b === undefined) continue;
    together.set(a, (together.get(a) ?? new Map<string, number>()).set(b, commits));
  }
  return together;
}

/**
 * What files outside of all units use of the world outside: nobody's own. Settings are read by the project's own
 * files for all, so that a name there says nothing about who needs it.
 */
export function sharedOf(project: Project, files: ReadonlyMap<string, FileFacts>): Set<string> {
  const unitOf = unitFinder(project.units);
  const own = new Set(project.own);
  const shared = new Set<string>();
  for (const facts of files.values()) {
    if (unitOf(facts.file) !== undefined || !isTying(facts)) continue;
    for (const outside of facts.outside)
      if (outside.kind !== "setting" || !own.has(facts.file)) shared.add(keyOf(outside));
  }
  return shared;
}
