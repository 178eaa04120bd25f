/** From what is written in TypeScript to what is meant: which unit an import, a foreign key or a name leads to. */
import type { Resolved, ResolvedHidden, ResolvedImport, ResolvedKey } from "../score/facts.ts";
import { isTying } from "../score/ties.ts";
import type { Project, UnitPlace } from "../types/project.ts";
import type { FileFacts, ForeignKey, Hidden, Import, Made } from "../types/source.ts";
import { unitFinder } from "../unit-of.ts";
import { classFinder, type Column, columnsIn } from "./columns.ts";
import { type KeyScope, resolveKey, toKey, unitOfModel, usersIn } from "./keys.ts";
import { inEveryRequest } from "./every-request.ts";
import { type MeantBy, meaning } from "./makers.ts";
import { makersIn, throughBarrels } from "./reader/barrels.ts";
import { packageOf } from "./reader/outside.ts";
import { linksOfAssociations } from "./associations.ts";
import { type LeadsTo, lookUpsIn } from "./lookups.ts";
import { clientsIn } from "./prisma/clients.ts";
import { modelOfCall, namedModel, ownersOf, type Owners, problemsOf } from "./prisma/owners.ts";
import type { Configuration } from "./paths/configuration.ts";
import { resolver } from "./paths/resolve.ts";
import { type Tables, tablesOf } from "./tables.ts";
import { type ProvidersOf, providersIn } from "./tokens.ts";

export interface TypeScriptCode {
  readonly project: Project;
  /** All there are in the code base. */
  readonly names: ReadonlySet<string>;
  readonly configuration: Configuration;
  /** Of `readTypeScript` and `readPrisma`, by file. */
  readonly files: ReadonlyMap<string, FileFacts>;
}

interface Scope extends KeyScope {
  /** With what its classes inherit. */
  readonly columnsOf: (facts: FileFacts) => readonly Column[];
  /** Whether a call that may be one of Prisma is one. */
  readonly isOfClient: (call: Hidden) => boolean;
  /** Of a thing that is imported, where it is made. */
  readonly makerOf: (file: string, specifier: string, name: string) => Made | undefined;
  /** What the file that makes it calls it, where that is another name. */
  readonly calledIn: (made: Made) => string | undefined;
  readonly isOwn: (file: string, specifier: string) => boolean;
  /** Of a thing that a file names, where it is made. */
  readonly meantBy: MeantBy;
  readonly providersOf: ProvidersOf;
  readonly owners: Owners;
  readonly tables: Tables;
  readonly lookUps: LeadsTo;
  /** Units that store something. */
  readonly storing: ReadonlySet<UnitPlace>;
  readonly isMarcot: boolean;
}

const THE_PROJECT = "the project";

export function resolveTypeScript(code: TypeScriptCode): Resolved {
  const scope = scopeOf(code);
  const imports: ResolvedImport[] = [];
  const keys: ResolvedKey[] = [];
  const hidden: ResolvedHidden[] = [];
  const ofProject = { imports: [] as ResolvedImport[], hidden: [] as ResolvedHidden[] };
  for (const facts of code.files.values()) {
    if (facts.language === "prisma") keys.push(...prismaKeys(scope, facts.foreignKeys));
    const unit = scope.unitOf(facts.file);
    if (unit === undefined && facts.isTest) continue;
    const taken = facts.imports.flatMap((one) => resolveImport(scope, one, unit));
    const named = resolveHidden(scope, facts, unit);
    (unit === undefined ? ofProject.imports : imports).push(...taken);
    (unit === undefined ? ofProject.hidden : hidden).push(...named);
    if (unit !== undefined && facts.language !== "prisma")
      keys.push(...scope.columnsOf(facts).flatMap((column) => resolveKey(scope, column, unit)));
  }
  keys.push(...prismaKeys(scope, scope.owners.links), ...associationKeys(scope, code.files));
  return {
    imports,
    keys,
    hidden,
    userKeys: [],
    ofProject,
    files: withoutOwn(scope, code.files),
    tables: scope.owners.tables,
    // Of packages and folders nobody knows which are one application.
    inEveryRequest: code.project.kind === "nest" ? inEveryRequest(code.files, scope) : [],
    problems: problemsOf(scope.owners),
  };
}

function scopeOf({ project, names, configuration, files }: TypeScriptCode): Scope {
  const { units } = project;
  const indexOf = unitFinder(units);
  const unitOf = (file: string) => {
    const index = indexOf(file);
    return index === undefined ? undefined : units[index];
  };
  const resolve = resolver(names, configuration);
  const byModule = new Map(
    project.kind === "folders" || project.kind === "nest"
      ? []
      : units.flatMap((unit) => unit.modules.map((name) => [name, unit] as const)),
  );
  const named = (specifier: string) =>
    byModule.get(specifier) ?? byModule.get(packageOf(specifier) ?? "");
  const models = new Map<string, Set<UnitPlace>>();
  const called = new Map<string, ReadonlyMap<string, string>>();
  for (const facts of files.values()) {
    const unit = unitOf(facts.file);
    const others = facts.exports.flatMap(({ name, of }) => (of ? [[name, of] as const] : []));
    if (others.length > 0) called.set(facts.file, new Map(others));
    if (unit === undefined || !isTying(facts)) continue;
    for (const { name } of facts.models) addTo(models, name, unit);
  }
  const through = throughBarrels({ files, resolve, unitOf });
  const maker = makersIn({ files, resolve });
  const targets: KeyScope["targets"] = (file, specifier, names) => {
    const found = resolve(file, specifier);
    const unit = (found === undefined ? undefined : unitOf(found)) ?? named(specifier);
    if (unit !== undefined) return new Map([[unit, names]]);
    return found === undefined ? new Map() : through(found, names);
  };
  const makerOf: Scope["makerOf"] = (file, specifier, name) => {
    const found = resolve(file, specifier);
    return found === undefined ? undefined : maker(found, name);
  };
  const madeIn: KeyScope["madeIn"] = (...asked) => makerOf(...asked)?.file;
  const meantBy = meaning(maker, resolve);
  const isOfClient = clientsIn(files, { targets, madeIn, unitOf });
  const owners = ownersOf(files, { unitOf, isOfClient });
  const scope: Scope = {
    unitOf,
    factsOf: (file) => files.get(file),
    targets,
    madeIn,
    columnsOf: columnsIn(files, classFinder(files, madeIn)),
    isOfClient,
    isUser: usersIn(files),
    makerOf,
    calledIn: ({ file, name }) => called.get(file)?.get(name),
    isOwn: (file, specifier) =>
      resolve(file, specifier) !== undefined || named(specifier) !== undefined,
    models,
    meantBy,
    providersOf: providersIn(files, { meantBy, unitOf }),
    owners,
    tables: tablesOf(files, { unitOf, owners }),
    storing: new Set([...models.values()].flatMap((one) => [...one])),
    lookUps: lookUpsIn(files, {
      unitOf,
      unitOfModel: (name, facts) => unitOfModel(scope, { name, facts, unit: unitOf(facts.file) }),
      isModel: (name, unit) => models.get(name)?.has(unit) === true,
      owners,
    }),
    isMarcot: project.kind === "marcot",
  };
  return scope;
}

function addTo(map: Map<string, Set<UnitPlace>>, key: string, unit: UnitPlace): void {
  map.set(key, (map.get(key) ?? new Set()).add(unit));
}

function resolveImport(
  { targets, makerOf, calledIn, models, isMarcot }: Scope,
  source: Import,
  unit: UnitPlace | undefined,
): ResolvedImport[] {
  const { file, line, from, isType } = source;
  return [...targets(file, from, source.names)].flatMap(([to, names]) => {
    if (to === unit) return [];
    const made = names.map((name) => makerOf(file, from, name));
    const called = [...names, ...made.flatMap((one) => (one && calledIn(one)) ?? [])];
    const isModel = called.some((name) => models.get(name)?.has(to) === true);
    const isContract = isMarcot && to.modules.includes(from);
    const ends = { from: unit?.name ?? THE_PROJECT, to: to.name };
    const more = isContract ? { isContract } : {};
    return [{ file, line, ...ends, names, isType, isModel, ...more, source, made }];
  });
}

function associationKeys(scope: Scope, files: TypeScriptCode["files"]): ResolvedKey[] {
  const { unitOf, storing } = scope;
  const found = linksOfAssociations(files, {
    unitOf,
    unitOfModel: (name, facts) => {
      const unit = unitOfModel(scope, { name, facts, unit: unitOf(facts.file) });
      return unit !== undefined && storing.has(unit) ? unit : undefined;
    },
  });
  return found.map(({ source, from, to }) => toKey(scope, source, [from, to]));
}

/** Of a schema that lies in no unit, each model is the unit's that was chosen for it. */
function prismaKeys(scope: Scope, keys: readonly ForeignKey[]): ResolvedKey[] {
  return keys.flatMap((key) => {
    const from = scope.owners.inSchema(key.owner, key.file);
    const to = scope.owners.inSchema(key.to, key.file);
    const leads = from !== undefined && to !== undefined && from !== to;
    return leads ? [toKey(scope, key, [from, to])] : [];
  });
}

function resolveHidden(
  scope: Scope,
  facts: FileFacts,
  unit: UnitPlace | undefined,
): ResolvedHidden[] {
  return facts.hidden.flatMap((source) => {
    const { file, line, kind, what } = source;
    const ends = { file, line, from: unit?.name ?? THE_PROJECT, kind, what, source };
    const led =
      kind === "look-up" ? scope.lookUps(what, facts) : scope.tables.ownerOf(source, unit);
    const named = new Set(led === undefined ? targetsOf(scope, { source, facts, unit }) : []);
    const asked = new Set(kind === "transaction" ? askedUnits(scope, source) : []);
    if (led !== undefined) (led.isGuess ? asked : named).add(led.unit);
    const guessed = [...asked].filter((one) => !named.has(one));
    return [
      ...[...named].map(({ name }) => ({ ...ends, to: name })),
      ...guessed.map(({ name }) => ({ ...ends, to: name, isGuess: true })),
    ].filter(({ to }) => to !== unit?.name);
  });
}

function askedUnits({ owners }: Scope, { names = [], file }: Hidden): UnitPlace[] {
  return names.flatMap((name) => owners.called(modelOfCall(name) ?? "", file) ?? []);
}

function targetsOf(
  scope: Scope,
  { source, facts, unit }: { source: Hidden; facts: FileFacts; unit: UnitPlace | undefined },
): UnitPlace[] {
  const { what, kind, names = [] } = source;
  if (kind === "transaction") return names.flatMap((name) => unitsOfName(scope, facts, name));
  const model = modelOfCall(what);
  if (kind === "model by name" && model !== undefined)
    return [(scope.isOfClient(source) && scope.owners.called(model, facts.file)) || []].flat();
  const entity = namedModel(what);
  if (entity !== undefined) {
    const to = unitOfModel(scope, { name: entity, facts, unit });
    return to === undefined ? [] : [to];
  }
  const known = scope.providersOf(facts, what);
  // What a unit has itself it does not get from elsewhere; of several nobody knows which.
  return known.size === 1 && (unit === undefined || !known.has(unit)) ? [...known] : [];
}

/** Of what a file imports, by the name that it has there. A constant takes part in nothing, unless it is a table. */
function unitsOfName({ targets, models }: Scope, { imports, file }: FileFacts, name: string) {
  const imported = imports.find(
    ({ names, here = names, isType }) => !isType && here.includes(name),
  );
  const taken = imported?.names[(imported.here ?? imported.names).indexOf(name)];
  if (imported === undefined || taken === undefined) return [];
  const units = [...targets(file, imported.from, [taken]).keys()];
  const isConstant = /^[A-Z][A-Z\d_]+$/.test(taken);
  return isConstant ? units.filter((unit) => models.get(taken)?.has(unit)) : units;
}

function withoutOwn(
  { isOwn }: Scope,
  files: ReadonlyMap<string, FileFacts>,
): Map<string, FileFacts> {
  return new Map(
    [...files].map(([file, facts]) => {
      const libraries = new Set(
        facts.imports.filter(({ from }) => isOwn(file, from)).map(({ from }) => packageOf(from)),
      );
      const outside = facts.outside.filter(
        ({ kind, what }) => kind !== "library" || !libraries.has(what),
      );
      return [file, { ...facts, outside }];
    }),
  );
}
