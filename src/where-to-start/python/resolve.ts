/** From what is written to what is meant: which unit an import, a foreign key or a name leads to. */
import type { Resolved, ResolvedHidden, ResolvedImport, ResolvedKey } from "../score/facts.ts";
import type { Project, UnitPlace } from "../types/project.ts";
import type { FileFacts, Import } from "../types/source.ts";
import { modelsOf } from "./resolve/classes.ts";
import { INHERITED_MAX } from "./resolve/columns.ts";
import { resolveKeys } from "./resolve/keys.ts";
import { type Scope, scopeOf, unitOfImport } from "./resolve/scope.ts";
import { withTestData } from "./test-data.ts";
import { reachableOf, resolveHidden } from "./resolve/ties.ts";

/** Stands for all that is in no unit. */
const nobody: UnitPlace = {
  name: "the project",
  path: "\0",
  kind: "django app",
  modules: [],
  because: { file: "", line: 1 },
};

/** `read` are the facts of `readPython` and `readTemplate`, by file. In the order of the files. */
export function resolvePython(project: Project, read: ReadonlyMap<string, FileFacts>): Resolved {
  const files = withTestData(read);
  const scope = scopeOf(project, files);
  const reachable = reachableOf(scope, files);
  const byName = new Map(project.units.map((unit) => [unit.name, unit]));
  const resolved = {
    imports: [] as ResolvedImport[],
    keys: [] as ResolvedKey[],
    hidden: [] as ResolvedHidden[],
    userKeys: [] as ResolvedKey[],
    ofProject: { imports: [] as ResolvedImport[], hidden: [] as ResolvedHidden[] },
  };
  for (const facts of files.values()) {
    const unit = scope.index.of(facts.file) ?? nobody;
    if (unit === nobody && facts.isTest) continue;
    const names = scope.namesOf(facts);
    const imports = facts.imports.flatMap((one) => resolveImport(scope, one, unit));
    const { imports: allImports, hidden } = unit === nobody ? resolved.ofProject : resolved;
    allImports.push(...imports);
    const others = imports
      .filter(({ isModel }) => isModel)
      .flatMap(({ to }) => byName.get(to) ?? []);
    const here = { unit, names, others: [...new Set(others)], reachable };
    hidden.push(...resolveHidden(scope, facts, here));
    if (unit === nobody) continue;
    const { keys, outside } = resolveKeys(scope, facts.file, unit);
    resolved.keys.push(...keys);
    resolved.userKeys.push(...outside);
  }
  return {
    ...resolved,
    files: withoutOwn(scope, files),
    tables: new Map(),
    inEveryRequest: [],
    problems: tooManyIn(scope),
  };
}

function tooManyIn({ columns }: Scope): string[] {
  let count = 0;
  for (const { length } of columns.values()) count += length;
  if (count < INHERITED_MAX) return [];
  const most = INHERITED_MAX.toLocaleString("en");
  return [`Of foreign keys that models inherit ${most} are counted: there are more.`];
}

/** `from kitsune import users, wiki` leads to two units. */
function resolveImport(scope: Scope, source: Import, unit: UnitPlace): ResolvedImport[] {
  const { from, names, file } = source;
  const targets = new Map<UnitPlace, string[]>();
  const whole = unitOfImport(scope, { from, file });
  if (names.length === 0 && whole !== undefined) targets.set(whole, []);
  for (const name of names) {
    const target = name === "*" ? whole : unitOfImport(scope, { from, name, file });
    if (target !== undefined) targets.set(target, [...(targets.get(target) ?? []), name]);
  }
  targets.delete(unit);
  return [...targets].map(([target, taken]) => toResolved(scope, source, { unit, target, taken }));
}

function toResolved(
  { models }: Scope,
  source: Import,
  {
    unit,
    target,
    taken,
  }: { readonly unit: UnitPlace; readonly target: UnitPlace; readonly taken: readonly string[] },
): ResolvedImport {
  const { file, line, isType, from } = source;
  const known = models.get(target.path);
  const isModule = taken.includes("models") || (from.endsWith(".models") && taken.includes("*"));
  const isModel = isModule || taken.some((name) => known?.has(name) === true);
  return { file, line, from: unit.name, to: target.name, names: taken, isType, isModel, source };
}

/** A module of the code base is no library; and what is a model may be known by another file. */
function withoutOwn(
  { project, places, classes }: Scope,
  files: ReadonlyMap<string, FileFacts>,
): Map<string, FileFacts> {
  const own = new Set(project.units.flatMap(({ modules }) => modules.map(rootOf)));
  // `places` has the folders too: `kitsune` is one without a slash.
  for (const place of places) if (!place.includes("/")) own.add(place);
  return new Map(
    [...files].map(([file, facts]) => {
      const folder = file.slice(0, file.lastIndexOf("/") + 1);
      const isOwn = (what: string) => own.has(what) || places.has(`${folder}${what}`);
      const outside = facts.outside.filter(({ kind, what }) => kind !== "library" || !isOwn(what));
      return [file, { ...facts, outside, models: modelsOf(facts, classes) }];
    }),
  );
}

function rootOf(module: string): string {
  return module.split(".", 1)[0] ?? module;
}
