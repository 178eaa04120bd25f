/** From what is written to what is meant: which unit an import, a foreign key or a name leads to. */
import type { ResolvedHidden, ResolvedImport, ResolvedKey } from "../score/facts.ts";
import type { FileFacts, Import, Project, UnitPlace } from "../types.ts";
import { resolveKeys } from "./resolve/keys.ts";
import { fileScopeOf, joined, type Scope, scopeOf, unitOfImport } from "./resolve/scope.ts";
import { reachableOf, resolveHidden } from "./resolve/ties.ts";

export interface Resolved {
  /** Ties from one unit to another; what stays in a unit is left out, and so is what is in no unit. */
  readonly imports: readonly ResolvedImport[];
  readonly keys: readonly ResolvedKey[];
  readonly hidden: readonly ResolvedHidden[];
  /** The same facts without the libraries that are the code base itself, by file. */
  readonly files: ReadonlyMap<string, FileFacts>;
}

/** `files` are the facts of `readPython` and `readTemplate`, by file. In the order of the files. */
export function resolvePython(project: Project, files: ReadonlyMap<string, FileFacts>): Resolved {
  const scope = scopeOf(project, files);
  const reachable = reachableOf(scope, files);
  const libraries = templateLibraries(scope, files);
  const imports: ResolvedImport[] = [];
  const keys: ResolvedKey[] = [];
  const hidden: ResolvedHidden[] = [];
  for (const facts of files.values()) {
    const unit = scope.index.of(facts.file);
    if (unit === undefined) continue;
    const names = fileScopeOf(scope, facts);
    const isTemplate = facts.language === "template";
    const own = facts.imports.flatMap((one) =>
      isTemplate ? ofTemplate(one, unit, libraries) : resolveImport(scope, one, unit),
    );
    imports.push(...own);
    keys.push(...resolveKeys(scope, facts, { unit, names }));
    hidden.push(...resolveHidden(scope, facts, { unit, names, imports: own, reachable }));
  }
  return { imports, keys, hidden, files: withoutOwn(scope, files) };
}

/** `from kitsune import users, wiki` leads to two units. */
function resolveImport(scope: Scope, source: Import, unit: UnitPlace): ResolvedImport[] {
  const { from, names, file } = source;
  const targets = new Map<UnitPlace, string[]>();
  const whole = unitOfImport(scope, from, file);
  if (names.length === 0 && whole !== undefined) targets.set(whole, []);
  for (const name of names) {
    const target = name === "*" ? whole : unitOfImport(scope, joined(from, name), file);
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
  const isModule = taken.includes("models") || (/\.models$/.test(from) && taken.includes("*"));
  const isModel = isModule || taken.some((name) => known?.has(name) === true);
  return { file, line, from: unit.name, to: target.name, names: taken, isType, isModel, source };
}

/** `{% load x %}` is of the unit with `templatetags/x.py`. */
function templateLibraries(
  { index }: Scope,
  files: ReadonlyMap<string, FileFacts>,
): ReadonlyMap<string, UnitPlace> {
  const found = new Map<string, UnitPlace>();
  for (const file of files.keys()) {
    const name = /(?:^|\/)templatetags\/(\w+)\.py$/.exec(file)?.[1];
    const unit = index.of(file);
    if (name !== undefined && unit !== undefined && !found.has(name)) found.set(name, unit);
  }
  return found;
}

function ofTemplate(
  source: Import,
  unit: UnitPlace,
  libraries: ReadonlyMap<string, UnitPlace>,
): ResolvedImport[] {
  const { file, line, from, names, isType } = source;
  const target = libraries.get(from.replace(/^templatetags\./, ""));
  if (target === undefined || target === unit) return [];
  return [{ file, line, from: unit.name, to: target.name, names, isType, isModel: false, source }];
}

/** A module of the code base is no library. */
function withoutOwn(
  { project, places }: Scope,
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
      return [file, { ...facts, outside }];
    }),
  );
}

function rootOf(module: string): string {
  return module.split(".", 1)[0] ?? module;
}
