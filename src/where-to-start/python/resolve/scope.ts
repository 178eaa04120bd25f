/** What the names of a file mean, and where the units' models are. */
import type { Project, UnitPlace } from "../../types/project.ts";
import type { FileFacts } from "../../types/source.ts";
import { folderOf } from "../modules.ts";
import { type UnitIndex, unitIndexOf } from "./unit-index.ts";

/** A name of a file, and where it was taken from. */
export interface Bound {
  /** The unit that it comes from. */
  readonly unit: UnitPlace;
  /** Its name there; undefined for a module as a whole. */
  readonly name: string | undefined;
}

export interface Scope {
  readonly project: Project;
  readonly index: UnitIndex;
  /** By the path of the unit: the names of its models. */
  readonly models: ReadonlyMap<string, ReadonlySet<string>>;
  /** Files and folders, without `.py`: what an import may mean. */
  readonly places: ReadonlySet<string>;
}

export function scopeOf(project: Project, files: ReadonlyMap<string, FileFacts>): Scope {
  const index = unitIndexOf(project);
  const models = new Map<string, Set<string>>();
  const places = new Set<string>();
  for (const { file, models: own } of files.values()) {
    places.add(file.replace(/\.py$/, ""));
    for (let folder = folderOf(file); folder !== "" && !places.has(folder);) {
      places.add(folder);
      folder = folderOf(folder);
    }
    const path = index.of(file)?.path;
    if (path === undefined) continue;
    const names = models.get(path) ?? new Set();
    for (const { name } of own) names.add(name);
    models.set(path, names);
  }
  return { project, index, models, places };
}

/**
 * The unit of what an import takes: of the module, or of what is in it. Python 2 looks next to the file first:
 * `import forms` in an app is that app's own, whatever else is called so.
 */
export function unitOfImport(
  { index, places }: Scope,
  { from, name, file }: { readonly from: string; readonly name?: string; readonly file: string },
): UnitPlace | undefined {
  const whole =
    name === undefined ? from : from.endsWith(".") ? `${from}${name}` : `${from}.${name}`;
  const folder = folderOf(file);
  const beside = `${folder}/${from.replaceAll(".", "/")}`;
  if (from.startsWith(".") || folder === "" || !places.has(beside))
    return index.ofModule(whole, file);
  return index.of(beside);
}

/** The names that a file has from other units, and the units of which it has all names. */
export interface FileScope {
  readonly names: ReadonlyMap<string, Bound>;
  readonly stars: readonly UnitPlace[];
}

export function fileScopeOf(scope: Scope, { file, imports }: FileFacts): FileScope {
  const names = new Map<string, Bound>();
  const stars: UnitPlace[] = [];
  const bind = (here: string, bound: Bound) => {
    if (!names.has(here)) names.set(here, bound);
  };
  for (const { from, names: taken, here } of imports) {
    const unit = unitOfImport(scope, { from, file });
    if (taken.length === 0 && unit !== undefined)
      bind(here?.[0] ?? from, { unit, name: undefined });
    for (const [index, name] of taken.entries()) {
      const inside = unitOfImport(scope, { from, name, file });
      if (name === "*" && unit !== undefined) stars.push(unit);
      else if (inside !== undefined) bind(here?.[index] ?? name, { unit: inside, name });
    }
  }
  return { names, stars };
}

/** Of `User`, `models.User` or `kitsune.users.models.User` in a file. */
export function unitOfName(
  scope: Scope,
  { names, stars }: FileScope,
  written: string,
): UnitPlace | undefined {
  for (let name = written; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    const found = names.get(name);
    if (found !== undefined) return found.unit;
  }
  const last = written.split(".").at(-1) ?? written;
  return stars.find(({ path }) => scope.models.get(path)?.has(last) === true);
}
