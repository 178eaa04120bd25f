/** A Django project: its apps, what is in every request, and what belongs to the project itself. */
import type { Project, UnitPlace } from "../types/project.ts";
import type { FileFacts } from "../types/source.ts";
import type { Tree } from "../types/tree.ts";
import { folderOf, holderOf, type Modules, modulesOf, nameOf } from "./modules.ts";
import { type AtomicRequests, atomicRequestsOf } from "./settings/atomic.ts";
import { loadSettings, type Settings } from "./settings/load.ts";
import { everyRequestOf } from "./settings/requests.ts";
import { swappedIn } from "./swapped.ts";
import {
  type Entries,
  type Found,
  siblingsOf,
  toUnits,
  unitsOfEntries,
  unitsOfModels,
} from "./settings/units.ts";

/** With fewer apps from the settings, other folders with models are looked at too. */
const APPS_MIN = 3;

/**
 * Undefined when it is none: no settings with apps of its own, and fewer than two folders with models. Settings
 * are read as text and never run. `facts` are those of `readPython`, by file.
 */
export async function findDjango(
  tree: Tree,
  facts: ReadonlyMap<string, FileFacts>,
): Promise<Project | undefined> {
  const python = new Map([...facts].filter(([, { language }]) => language === "python"));
  const modules = modulesOf(tree.files);
  const settings = await loadSettings(tree, python, modules);
  const found = settings === undefined ? [] : foundBy(settings, modules);
  if (found.length < APPS_MIN) {
    const more = unitsOfModels(python).filter(({ path }) =>
      found.every((one) => one.path !== path),
    );
    if (found.length + more.length < (settings === undefined ? 2 : 1)) return undefined;
    found.push(...more);
  }
  const own = settings?.own ?? [];
  const atomic = settings && atomicOf(settings);
  const units = toUnits([...found, ...siblingsOf(found, modules, own)], python);
  return {
    kind: "django",
    units,
    inEveryRequest: settings === undefined ? [] : everyRequestOf(settings, units),
    userModel: settings?.text("AUTH_USER_MODEL"),
    swapped: settings === undefined ? new Map() : swappedIn(python, settings),
    atomicRequests: atomic?.at,
    own: ownFiles({ candidates: settings?.candidates ?? [], own }, modules, units),
    problems: [...problemsOf(settings, units), ...idleIn(atomic)],
  };
}

function foundBy(settings: Settings, modules: Modules): Found[] {
  const apps = settings.list("INSTALLED_APPS");
  const entries: Entries = { apps, modules, roots: rootsOf(settings, modules) };
  return unitsOfEntries(entries);
}

/** Folders next to the settings or manage.py that are put on `sys.path`: their name stands in such a line. */
function rootsOf({ texts }: Settings, { folders }: Modules): Set<string> {
  const roots = new Set<string>();
  for (const [file, text] of texts) {
    const starts = [folderOf(file), folderOf(folderOf(file)), folderOf(folderOf(folderOf(file)))];
    if (nameOf(file) === "manage.py") roots.add(folderOf(file));
    for (const line of text.split(/\r\n|\n|\r/)) {
      if (!/sys\.path|addsitedir/.test(line)) continue;
      for (const [, name = ""] of line.matchAll(/["']([\w./-]+)["']/g)) {
        const paths = starts.map((start) => (start === "" ? name : `${start}/${name}`));
        const path = paths.find((one) => folders.has(one));
        if (path !== undefined) roots.add(path);
      }
    }
  }
  return roots;
}

/** The middleware of old Django that makes a transaction of every request, or the setting. */
function atomicOf(settings: Settings): AtomicRequests {
  const middleware = settings
    .list("MIDDLEWARE_CLASSES")
    .find(({ text }) => /\bTransactionMiddleware$/.test(text));
  if (middleware === undefined) return atomicRequestsOf(settings);
  return { at: { file: middleware.file, line: middleware.line }, idle: undefined };
}

/** Whoever set it counts on it. */
function idleIn(atomic: AtomicRequests | undefined): string[] {
  if (atomic?.idle === undefined || atomic.at !== undefined) return [];
  const { file, line } = atomic.idle;
  return [
    `ATOMIC_REQUESTS in ${file}:${line} has no effect: Django reads it in the entries of DATABASES alone.`,
  ];
}

const projectFiles =
  /(?:^|\/)(?:manage|urls|wsgi|asgi|routing|celery|celeryconfig|setup|fabfile|settings\w*)\.py$/;

/** Of settings. */
function isPackage(folder: string): boolean {
  return /^(?:settings|config|conf)$/.test(nameOf(folder));
}

interface OfSettings {
  /** Those that set INSTALLED_APPS. */
  readonly candidates: readonly string[];
  /** And what they are made of. */
  readonly own: readonly string[];
}

/**
 * The settings, what lies next to them, and what has the name of a project's file: as far as it is in no app. Of an app,
 * settings with apps, what next to them they are made of, and its folder of settings.
 */
function ownFiles(
  { candidates, own }: OfSettings,
  { files }: Modules,
  units: readonly UnitPlace[],
): string[] {
  const paths = new Set(units.map(({ path }) => path));
  const folders = new Set(
    candidates.flatMap((file) => {
      const folder = folderOf(file);
      return isPackage(folder) ? [folder, folderOf(folder)] : [folder];
    }),
  );
  folders.delete("");
  const places = new Set(candidates.map(folderOf));
  const all = new Set(own);
  const isOfSettings = (file: string) => {
    const folder = folderOf(file);
    return places.has(folder) && (all.has(file) || (isPackage(folder) && !paths.has(folder)));
  };
  const others = [...files].filter((file) =>
    holderOf(paths, file) === undefined
      ? all.has(file) || folders.has(folderOf(file)) || projectFiles.test(file)
      : isOfSettings(file),
  );
  return [...new Set([...candidates, ...others])].toSorted();
}

function problemsOf(settings: Settings | undefined, units: readonly UnitPlace[]): string[] {
  if (settings === undefined)
    return ["No settings were found: apps are the folders that have models."];
  const isRead = units.some(({ because }) => settings.own.includes(because.file));
  if (isRead) return [];
  return [
    "No app of this code base was found in INSTALLED_APPS: apps are the folders that have models.",
  ];
}
