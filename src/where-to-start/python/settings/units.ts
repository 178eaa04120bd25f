/** Which folders are apps: by INSTALLED_APPS, by their neighbours, else by what lies in them. */
import type { UnitPlace } from "../../types/project.ts";
import type { Declared, FileFacts, Place } from "../../types/source.ts";
import { folderOf, type Modules, nameOf, nearest } from "../modules.ts";
import type { Item } from "./value.ts";

/** So many apps side by side, and a package next to them is one too. */
const SIBLINGS_MIN = 3;

export interface Found {
  readonly path: string;
  /** Dotted, as code names it. */
  readonly module: string;
  readonly because: Place;
}

export interface Entries {
  readonly apps: readonly Item[];
  readonly modules: Modules;
  /** Folders from which Python finds modules, besides the root: `apps`. */
  readonly roots: ReadonlySet<string>;
}

/** Dotted names first: a short one may have the same last part, and means another folder. */
export function unitsOfEntries({ apps, modules, roots }: Entries): Found[] {
  const found = new Map<string, Found>();
  const entries = apps.map((item) => ({ item, module: moduleOf(item.text, modules) }));
  const dotted = entries.filter(({ module }) => module.includes("."));
  const short = entries.filter(({ module }) => !module.includes("."));
  for (const { item, module } of [...dotted, ...short]) {
    const { file, line } = item;
    const path = folderOfModule(module, { modules, roots, taken: found, file });
    if (path !== undefined && !found.has(path))
      found.set(path, { path, module, because: { file, line } });
  }
  return [...found.values()];
}

/** `users` for `users.apps.UsersConfig`: no folder is called so. */
function moduleOf(entry: string, { foldersByName }: Modules): string {
  const parts = entry.split(".").filter((part) => part !== "");
  const isKnown = () => foldersByName.has(parts.at(-1) ?? "");
  if (parts.length > 1 && /^[A-Z]/.test(parts.at(-1) ?? "") && !isKnown()) {
    parts.pop();
    if (parts.length > 1 && (parts.at(-1) === "apps" || !isKnown())) parts.pop();
  }
  return parts.join(".");
}

interface Looking {
  readonly modules: Modules;
  readonly roots: ReadonlySet<string>;
  readonly taken: ReadonlyMap<string, Found>;
  /** The settings file. */
  readonly file: string;
}

function folderOfModule(module: string, looking: Looking): string | undefined {
  const { modules, roots, taken, file } = looking;
  const path = module.replaceAll(".", "/");
  const candidates = (modules.foldersByName.get(nameOf(path)) ?? []).filter((folder) => {
    if (folder !== path && !folder.endsWith(`/${path}`)) return false;
    const above = folder.slice(0, Math.max(0, folder.length - path.length - 1));
    const isRoot = above === "" || roots.has(above) || !modules.files.has(`${above}/__init__.py`);
    return isRoot && !taken.has(folder) && isPackage(folder, modules);
  });
  const inRoots = candidates.filter((folder) => folder === path || roots.has(folderOf(folder)));
  return nearest(inRoots.length > 0 ? inRoots : candidates, file);
}

const parts = ["__init__", "models", "apps", "views", "urls", "admin", "tasks"];

function isPackage(folder: string, { files, folders }: Modules): boolean {
  const prefix = folder === "" ? "" : `${folder}/`;
  return parts.some((part) => files.has(`${prefix}${part}.py`)) || folders.has(`${prefix}models`);
}

const notApps =
  /^(?:tests?|\w+_tests?|settings|config|conf|migrations|templates|static|locale|docs?|scripts?|bin|requirements|[aw]sgi|\..*)$/;

/** Packages next to at least three apps, with the names that their neighbours' would have. */
export function siblingsOf(
  found: readonly Found[],
  modules: Modules,
  own: readonly string[],
): Found[] {
  const taken = new Set(found.map(({ path }) => path));
  const projects = new Set(own.map(folderOf));
  const byParent = Map.groupBy(
    found.filter(({ path }) => path !== ""),
    ({ path }) => folderOf(path),
  );
  const siblings: Found[] = [];
  for (const [parent, neighbours] of byParent) {
    const [first] = neighbours;
    if (neighbours.length < SIBLINGS_MIN || first === undefined) continue;
    const prefix = first.module.split(".").slice(0, -1);
    for (const path of modules.folders) {
      const isSibling = folderOf(path) === parent && path !== parent && !taken.has(path);
      if (!isSibling || notApps.test(nameOf(path)) || projects.has(path)) continue;
      if (!isPackage(path, modules) || [...taken].some((one) => one.startsWith(`${path}/`)))
        continue;
      const file = fileIn(path, modules);
      const module = [...prefix, nameOf(path)].join(".");
      siblings.push({ path, module, because: { file, line: 1 } });
    }
  }
  return siblings;
}

function fileIn(path: string, { files }: Modules): string {
  const named = parts.map((part) => `${path}/${part}.py`).find((file) => files.has(file));
  return named ?? path;
}

/** Without settings: folders with models, or with an AppConfig. */
export function unitsOfModels(facts: ReadonlyMap<string, FileFacts>): Found[] {
  const found = new Map<string, Found>();
  for (const one of facts.values()) {
    const { file, models, declared, isTest, isMigration } = one;
    if (isTest || isMigration) continue;
    const config = declared?.find(
      ({ kind, of }) => (kind === "app name" || kind === "app label") && isAppConfig(one, of),
    );
    const [model] = models;
    const folder = /^(.*?)\/models(?:\/.*|\.py)$/.exec(file)?.[1];
    const path = config === undefined ? folder : folderOf(file);
    const because = config ?? model;
    if (path === undefined || path === "" || because === undefined || found.has(path)) continue;
    const module = config?.kind === "app name" ? config.what : path.replaceAll("/", ".");
    found.set(path, { path, module, because: { file, line: because.line } });
  }
  return [...found.values()];
}

/** Of a class in an apps.py that nobody lists: some other library's may have a name too. */
function isAppConfig({ imports, classes = [] }: FileFacts, name: string | undefined): boolean {
  if (imports.some(({ from }) => from === "django.apps")) return true;
  const bases = classes.filter((one) => one.name === name).flatMap((one) => one.bases);
  return [name ?? "", ...bases].some((one) => one.endsWith("Config"));
}

/** Sorted by path; a name that two have is written out. */
export function toUnits(
  found: readonly Found[],
  facts: ReadonlyMap<string, FileFacts>,
): UnitPlace[] {
  const byLast = Map.groupBy(found, ({ module }) => lastOf(module));
  const byModule = Map.groupBy(found, ({ module }) => module);
  return found
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, module, because }): UnitPlace => {
      const last = lastOf(module);
      const isOnly = byModule.get(module)?.length === 1;
      const name = byLast.get(last)?.length === 1 ? last : isOnly ? module : path;
      const modules = [...new Set([module, path.replaceAll("/", ".")])].filter((one) => one !== "");
      const label = labelOf({ path, modules }, facts) ?? last;
      return {
        name,
        path,
        kind: "django app",
        modules,
        ...(label === name ? {} : { label }),
        because,
      };
    });
}

function lastOf(module: string): string {
  return module.split(".").at(-1) ?? module;
}

/** Of several classes that which is about this package, as Django has it by their `name`. */
function labelOf(
  { path, modules }: { readonly path: string; readonly modules: readonly string[] },
  facts: ReadonlyMap<string, FileFacts>,
): string | undefined {
  const isLabel = ({ kind }: Declared) => kind === "app label";
  const inside = [`${path}/apps.py`, `${path}/__init__.py`, `${path}/config.py`];
  const said = inside.flatMap((file) => facts.get(file)?.declared ?? []);
  const named = said.filter(({ kind, what }) => kind === "app name" && modules.includes(what));
  const own = new Set(named.map(({ file, of }) => `${file} ${of}`));
  const labels = said.filter(isLabel);
  return (labels.find(({ file, of }) => own.has(`${file} ${of}`)) ?? labels[0])?.what;
}
