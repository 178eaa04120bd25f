/** What the names of a file mean, and where the units' models are. */
import type { Project, UnitPlace } from "../../types/project.ts";
import type { FileFacts } from "../../types/source.ts";
import { USER_MODEL } from "../reader/fields.ts";
import { folderOf, memberOf } from "../modules.ts";
import { type Classes, classesOf, modelsOf } from "./classes.ts";
import { type Column, columnsOf } from "./columns.ts";
import { remembered } from "./remembered.ts";
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
  readonly classes: Classes;
  /** By file: the foreign keys of the classes in it, with what they inherit. */
  readonly columns: ReadonlyMap<string, readonly Column[]>;
  readonly namesOf: (facts: FileFacts) => FileScope;
  readonly factsOf: (file: string) => FileFacts | undefined;
}

export function scopeOf(project: Project, files: ReadonlyMap<string, FileFacts>): Scope {
  const index = unitIndexOf(project);
  const classes = classesOf(files);
  const models = new Map<string, Set<string>>();
  const places = new Set<string>();
  for (const facts of files.values()) {
    const { file } = facts;
    places.add(file.replace(/\.py$/, ""));
    for (let folder = folderOf(file); folder !== "" && !places.has(folder);) {
      places.add(folder);
      folder = folderOf(folder);
    }
    const path = index.of(file)?.path;
    if (path === undefined) continue;
    const names = models.get(path) ?? new Set();
    for (const { name } of modelsOf(facts, classes)) names.add(name);
    models.set(path, names);
  }
  const names = remembered((facts: FileFacts): FileScope => fileScopeOf(scope, facts));
  const scope: Scope = {
    project,
    index,
    models,
    places,
    classes,
    columns: columnsOf(files, classes),
    namesOf: (facts) => names(facts, NO_NAMES),
    factsOf: (file) => files.get(file),
  };
  return scope;
}

/**
 * The unit of what an import takes: of the module, or of what is in it. Python 2 looks next to the file first:
 * `import forms` in an app is that app's own, whatever else is called so.
 */
export function unitOfImport(
  { index, places }: Scope,
  { from, name, file }: { readonly from: string; readonly name?: string; readonly file: string },
): UnitPlace | undefined {
  const whole = name === undefined ? from : memberOf(from, name);
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
  /** All that it imports, also of libraries, as it calls them. */
  readonly taken: ReadonlySet<string>;
  /** Of these what is the user model of Django itself. */
  readonly users: ReadonlySet<string>;
}

const NO_NAMES: FileScope = { names: new Map(), stars: [], taken: new Set(), users: new Set() };

function fileScopeOf(scope: Scope, { file, imports, givenModels = [] }: FileFacts): FileScope {
  const names = new Map<string, Bound>();
  const stars: UnitPlace[] = [];
  const taken = new Set<string>();
  const users = new Set<string>();
  const bind = (here: string, bound: Bound) => {
    if (!names.has(here)) names.set(here, bound);
  };
  for (const { from, names: all, here } of imports) {
    const unit = unitOfImport(scope, { from, file });
    if (all.length === 0) taken.add(here?.[0] ?? from.split(".", 1)[0] ?? from);
    if (all.length === 0 && unit !== undefined) bind(here?.[0] ?? from, { unit, name: undefined });
    for (const [index, name] of all.entries()) {
      const named = here?.[index] ?? name;
      taken.add(named);
      if (from === "django.contrib.auth.models" && name === "User") users.add(named);
      const inside = unitOfImport(scope, { from, name, file });
      if (name === "*" && unit !== undefined) stars.push(unit);
      else if (inside !== undefined) bind(named, { unit: inside, name });
    }
  }
  for (const { name, what } of givenModels) {
    const [model, label] = partsOf(what === USER_MODEL ? userModelOf(scope) : what);
    const unit = scope.index.ofLabel(label, file);
    if (unit !== undefined) bind(name, { unit, name: model });
  }
  return { names, stars, taken, users };
}

export function userModelOf({ project }: Scope): string {
  return project.userModel ?? "auth.User";
}

/** `shop.Item`: the model, and the label before it. */
export function partsOf(what: string): readonly [model: string, label: string] {
  const cut = what.lastIndexOf(".");
  return [what.slice(cut + 1), what.slice(0, Math.max(0, cut))];
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
