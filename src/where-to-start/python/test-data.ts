/** Files that make data for tests and lie between the sources, as factories.py: what they need only tests need. */
import type { FileFacts } from "../types/source.ts";
import { fileOf, folderOf, memberOf, type Modules, modulesOf, nameOf } from "./modules.ts";

const LIBRARIES = new Set(["factory", "faker", "model_bakery", "model_mommy", "mixer"]);

/** What Django, Celery and whoever starts a program find by its name, without an import. */
const STARTED =
  /(?:^|\/)(?:management\/commands\/.*|migrations\/.*|(?:__init__|__main__|admin|apps|manage|models|settings|signals|tasks|urls|views)\.py)$/;

/** They use a library for such data, or are called so; and no source imports them. */
export function withTestData(
  files: ReadonlyMap<string, FileFacts>,
): ReadonlyMap<string, FileFacts> {
  const maybe = new Set([...files.values()].filter(mayBeTestData).map(({ file }) => file));
  if (maybe.size === 0) return files;
  const names = new Set([...maybe].map(moduleName));
  const modules = modulesOf([...files.keys()]);
  const sources = [...files.values()].filter(({ file, isTest }) => !isTest && !maybe.has(file));
  // What one of them imports is a source once it is one itself.
  for (let facts = sources.pop(); facts !== undefined; facts = sources.pop()) {
    for (const file of importedBy(facts, { modules, names })) {
      const found = files.get(file);
      if (maybe.delete(file) && found !== undefined) sources.push(found);
    }
  }
  return new Map(
    [...files].map(([file, facts]) => [file, maybe.has(file) ? { ...facts, isTest: true } : facts]),
  );
}

function mayBeTestData({ file, language, isTest, imports }: FileFacts): boolean {
  if (language !== "python" || isTest || STARTED.test(file)) return false;
  if (/(?:^|\/)(?:factories|conftest)\.py$/.test(file)) return true;
  return imports.some(({ from }) => LIBRARIES.has(from.split(".", 1)[0] ?? ""));
}

interface Among {
  readonly modules: Modules;
  /** The last parts of what is looked for; most imports end in none of them. */
  readonly names: ReadonlySet<string>;
}

function importedBy({ file, imports }: FileFacts, { modules, names }: Among): string[] {
  return imports
    .flatMap(({ from, names: taken }) => [from, ...taken.map((name) => memberOf(from, name))])
    .filter((path) => names.has(path.slice(path.lastIndexOf(".") + 1)))
    .flatMap((path) => fileOf(modules, path, file) ?? []);
}

function moduleName(file: string): string {
  return nameOf(file) === "__init__.py" ? nameOf(folderOf(file)) : nameOf(file).slice(0, -3);
}
