/** Which files are the settings, and what they say together. */
import type { FileFacts } from "../../types/source.ts";
import type { Tree } from "../../types/tree.ts";
import { isTestFile } from "../file-kind.ts";
import { fileOf, memberOf, type Modules } from "../modules.ts";
import { readSettings, type SettingsModule } from "./module.ts";
import { either, type Item, itemsOf, type Value } from "./value.ts";

export interface Settings {
  /** The main one first. */
  readonly files: readonly SettingsModule[];
  /** Files that set INSTALLED_APPS. */
  readonly candidates: readonly string[];
  /** Files that are settings or that settings are made of. */
  readonly own: readonly string[];
  /** The entries of a list, over all of the files, each once. */
  readonly list: (name: string) => readonly Item[];
  readonly text: (name: string) => string | undefined;
  /** Texts of the files that say where modules are found: settings and manage.py. */
  readonly texts: ReadonlyMap<string, string>;
}

/** More are no settings of one project. */
const FILES_MAX = 200;

export async function loadSettings(
  tree: Tree,
  facts: ReadonlyMap<string, FileFacts>,
  modules: Modules,
): Promise<Settings | undefined> {
  const candidates = candidatesOf(facts);
  if (candidates.length === 0) return undefined;
  const parents = parentsOf(candidates, facts, modules);
  const starters = [...modules.files].filter((file) => /(?:^|\/)(?:manage|wsgi)\.py$/.test(file));
  const wanted = [...new Set([...parents.keys(), ...starters])].slice(0, FILES_MAX);
  const texts = new Map<string, string>();
  await tree.read(wanted, (file, text) => {
    if (text !== undefined) texts.set(file, text);
  });
  const loaded = loader(texts, parents);
  const main = mainOf(texts, modules);
  const files = candidates
    .toSorted((a, b) => Number(b === main) - Number(a === main))
    .flatMap((file) => loaded(file) ?? []);
  return {
    files,
    candidates,
    own: [...new Set([...candidates, ...parents.keys()])],
    list: (name) => itemsOf(lists(files, name)),
    text: (name) => firstText(files, name),
    texts,
  };
}

/** Those that set INSTALLED_APPS; of tests only when there are no others. */
function candidatesOf(facts: ReadonlyMap<string, FileFacts>): string[] {
  const all = [...facts.values()].filter(
    ({ declared }) => declared?.some(({ kind }) => kind === "settings") === true,
  );
  const real = all.filter(({ file }) => !isTestFile(file) && !isTestSettings(file));
  return (real.length > 0 ? real : all).map(({ file }) => file).toSorted();
}

function isTestSettings(file: string): boolean {
  return /(?:^|[/_])tests?(?:ing)?(?:_\w+)?\.py$|(?:^|\/)runtests\w*\.py$/.test(file);
}

/** Each settings file with those of the project that it imports from, and theirs. */
function parentsOf(
  candidates: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  modules: Modules,
): Map<string, readonly string[]> {
  const parents = new Map<string, readonly string[]>();
  const waiting = [...candidates];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (parents.has(file) || parents.size > FILES_MAX) continue;
    const own = file;
    const imported = (facts.get(own)?.imports ?? []).flatMap(({ from, names }) => {
      const inside = names.map((name) => fileOf(modules, memberOf(from, name), own));
      return [...inside, fileOf(modules, from, own)];
    });
    const found = imported.filter((one): one is string => one !== undefined && isSettings(one));
    parents.set(own, found.toReversed());
    waiting.push(...found);
  }
  return parents;
}

function isSettings(file: string): boolean {
  return /(?:settings|config|conf|base|common|defaults?|apps|local|prod|production|dev)\w*(?:\.py$|\/)/.test(
    file,
  );
}

/** A module that imports itself by a detour has nothing more from there. */
function loader(
  texts: ReadonlyMap<string, string>,
  parents: ReadonlyMap<string, readonly string[]>,
): (file: string) => SettingsModule | undefined {
  const done = new Map<string, SettingsModule | undefined>();
  const load = (file: string): SettingsModule | undefined => {
    if (done.has(file)) return done.get(file);
    done.set(file, undefined);
    const text = texts.get(file);
    if (text === undefined) return undefined;
    const above = (parents.get(file) ?? []).flatMap((parent) => load(parent) ?? []);
    const settings = readSettings({ file, text, parents: above });
    done.set(file, settings);
    return settings;
  };
  return load;
}

/** That manage.py names. */
function mainOf(texts: ReadonlyMap<string, string>, modules: Modules): string | undefined {
  for (const [file, text] of texts) {
    const name = /DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)["']/.exec(text)?.[1];
    const found = name === undefined ? undefined : fileOf(modules, name, file);
    if (found !== undefined) return found;
  }
  return undefined;
}

function lists(files: readonly SettingsModule[], name: string): Value | undefined {
  return files
    .map((module) => module.valueOf(name))
    .reduce((all, value) => either(all, value), undefined);
}

function firstText(files: readonly SettingsModule[], name: string): string | undefined {
  for (const module of files) {
    const value = module.valueOf(name);
    if (value?.is === "text") return value.text;
  }
  return undefined;
}
