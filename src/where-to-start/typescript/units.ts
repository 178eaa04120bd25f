/** What might leave a code base of TypeScript: apps of Marcot, modules of Nest, packages of a workspace. */
import { posix } from "node:path";
import { bySpelling } from "../order.ts";
import type { Project, UnitPlace } from "../types/project.ts";
import type { FileFacts, Place } from "../types/source.ts";
import { meaning } from "./resolve/makers.ts";
import type { Configuration } from "./paths/configuration.ts";
import { globsOf } from "./paths/globs.ts";
import { folderOf } from "./paths/json.ts";
import { resolver } from "./paths/resolve.ts";
import { makersIn } from "./reader/barrels.ts";

/** Fewer are not what the code base is made of. */
const UNITS_MIN = 3;

export interface TypeScriptTree {
  readonly files: readonly string[];
  /** Texts of settings.ts and of files named `*.module.ts`. */
  readonly texts: ReadonlyMap<string, string>;
  readonly configuration: Configuration;
  /** Of files that were read already: they may say which modules are applications. */
  readonly facts: ReadonlyMap<string, FileFacts>;
}

const NOTHING: Omit<Project, "kind" | "units"> = {
  inEveryRequest: [],
  userModel: undefined,
  atomicRequests: undefined,
  own: [],
  problems: [],
};

/** Whose text `findTypeScript` wants to see. */
export function isTelling(file: string): boolean {
  return /(^|\/)settings\.[tj]s$|\.module\.[tj]s$/.test(file);
}

/** Every way of finding units that finds some: apps of Marcot, packages, modules of Nest. */
export function findTypeScript(tree: TypeScriptTree): Project[] {
  return [findMarcot(tree), findWorkspaces(tree), findNest(tree)].filter(
    (project) => project !== undefined,
  );
}

/** `apps: ["tickets", "faq"]` in settings.ts, with `apps/faq/contract.ts` or a package `marcot-faq`. */
function findMarcot(tree: TypeScriptTree): Project | undefined {
  for (const { names, at } of appLists(tree)) {
    const units = names.flatMap((name) => toMarcot(name, { at, ...tree }));
    if (units.length > 0) return { ...NOTHING, kind: "marcot", units, own: [at.file] };
  }
  return undefined;
}

/** Apps that settings name and that do not lie here, as packages in node_modules: in a sentence. */
export function appsElsewhere(tree: TypeScriptTree): string[] {
  return appLists(tree).flatMap(({ names, at }) => {
    const absent = names.filter((name) => toMarcot(name, { at, ...tree }).length === 0);
    return absent.length === 0
      ? []
      : [
          `Of the apps in ${at.file} these do not lie here, and were not read: ${absent.join(", ")}. If they lie beside it, name the folder that has all of them.`,
        ];
  });
}

function appLists({ texts }: TypeScriptTree): { names: string[]; at: Place }[] {
  return [...texts].flatMap(([file, text]) => {
    const list = posix.basename(file).startsWith("settings.") ? appList(text) : undefined;
    if (list === undefined) return [];
    const at = { file, line: text.slice(0, list.index).split("\n").length };
    return [{ names: list.names, at }];
  });
}

/** The apps that settings name; undefined where these are no settings of ours. */
export function appList(text: string): { names: string[]; index: number } | undefined {
  // One after the other: what looks for all of it begins anew at each half of it.
  const index = text.search(/\bsettings\s*\(\s*\{/);
  const list = index === -1 ? null : /\bapps\s*:\s*\[/.exec(text.slice(index));
  if (list === null) return undefined;
  const start = index + list.index + list[0].length;
  const end = text.indexOf("]", start);
  if (end === -1) return undefined;
  const listed = text.slice(start, end);
  const names = [...listed.matchAll(/["']([a-z][a-z0-9-]*)["']/g)].map(([, name]) => name ?? "");
  return { names, index };
}

function toMarcot(
  name: string,
  {
    at,
    files,
    configuration,
  }: { readonly at: Place } & Pick<TypeScriptTree, "files" | "configuration">,
): UnitPlace[] {
  const own = posix.join(folderOf(at.file), "apps", name);
  const isOwn = files.some((file) => file.startsWith(`${own}/contract.`));
  const packaged = [...configuration.packages].find(
    ([, one]) => one.name === `marcot-${name}`,
  )?.[0];
  const path = isOwn ? own : packaged;
  if (path === undefined) return [];
  const modules = isOwn ? [`#apps/${name}`] : [`marcot-${name}`];
  return [{ name, path, kind: "marcot app", modules, because: at }];
}

const MODULE = /(^|\/)([^/]+)\.module\.[tj]s$/;

/** A folder that has a `@Module(`. */
function findNest(tree: TypeScriptTree): Project | undefined {
  const { files, texts } = tree;
  const roots = rootModules(tree);
  const byFolder = new Map<string, UnitPlace>();
  const own: string[] = [];
  for (const file of files) {
    const name = MODULE.exec(file)?.[2];
    const text = texts.get(file);
    const offset = text?.search(/@Module\s*\(/) ?? -1;
    if (name === undefined || text === undefined || offset === -1) continue;
    if (roots.has(file)) {
      own.push(file);
      continue;
    }
    const path = folderOf(file);
    const because = { file, line: text.slice(0, offset).split("\n").length };
    // Of several modules in one folder the one that is called as the folder is.
    if (byFolder.has(path) && posix.basename(path) !== name) continue;
    byFolder.set(path, {
      name: posix.basename(path) || name,
      path,
      kind: "nest module",
      modules: [],
      because,
    });
  }
  const units = renamed([...byFolder.values()].toSorted((a, b) => bySpelling(a.path, b.path)));
  if (units.length < UNITS_MIN) return undefined;
  return { ...NOTHING, kind: "nest", units, own };
}

/** Modules that are given to NestFactory, wherever that is, or are called as those usually are. */
function rootModules(tree: TypeScriptTree): ReadonlySet<string> {
  const named = [...tree.texts.keys()].filter((file) => /(^|\/)app\.module\.[tj]s$/.test(file));
  return new Set([...named, ...applicationsIn(tree)]);
}

/** Where that is made which NestFactory makes an application of. */
function applicationsIn({ files, facts, configuration }: TypeScriptTree): string[] {
  const starting = [...facts.values()].filter(
    ({ isTest, isGenerated, declared = [] }) =>
      !isTest && !isGenerated && declared.some(({ kind }) => kind === "application"),
  );
  if (starting.length === 0) return [];
  const resolve = resolver(new Set(files), configuration);
  const making = meaning(makersIn({ files: facts, resolve }), resolve);
  return starting.flatMap((one) =>
    (one.declared ?? []).flatMap(({ kind, what }) =>
      kind === "application" ? (making(one, what)?.file ?? []) : [],
    ),
  );
}

function findWorkspaces({ configuration }: TypeScriptTree): Project | undefined {
  const { packages, projects, workspaces } = configuration;
  const isMember = globsOf(workspaces);
  const units = [...packages].flatMap(([path, { name }]): UnitPlace[] => {
    if (path === "" || !isMember(path)) return [];
    const because = { file: `${path}/package.json`, line: 1 };
    return [{ name: name ?? path, path, kind: "workspace", modules: name ? [name] : [], because }];
  });
  const known = new Set(units.map(({ path }) => path));
  for (const [path, name] of projects) {
    const because = { file: `${path}/project.json`, line: 1 };
    if (!known.has(path)) units.push({ name, path, kind: "workspace", modules: [], because });
  }
  if (units.length < UNITS_MIN) return undefined;
  return {
    ...NOTHING,
    kind: "workspaces",
    units: units.toSorted((a, b) => bySpelling(a.path, b.path)),
  };
}

/** Folders of `--units 'src/*'`. */
export function findFolders(files: readonly string[], patterns: readonly string[]): Project {
  const isUnit = globsOf(patterns);
  const folders = new Map<string, string>();
  for (const file of files) {
    const parts = file.split("/");
    for (let depth = 1; depth < parts.length; depth += 1) {
      const path = parts.slice(0, depth).join("/");
      if (!folders.has(path) && isUnit(path)) folders.set(path, file);
    }
  }
  const units = [...folders]
    .toSorted(([a], [b]) => bySpelling(a, b))
    .map(([path, file]): UnitPlace => ({
      name: posix.basename(path),
      path,
      kind: "folder",
      // As Python names it.
      modules: [...new Set([path.replaceAll("/", "."), posix.basename(path)])],
      because: { file, line: 1 },
    }));
  return { ...NOTHING, kind: "folders", units: renamed(units) };
}

/** Two of one name get as much of their paths as tells them apart. */
function renamed(units: readonly UnitPlace[]): UnitPlace[] {
  const names = Map.groupBy(units, ({ name }) => name);
  return units.map((unit) => {
    const same = names.get(unit.name) ?? [];
    if (same.length < 2) return unit;
    const parts = unit.path.split("/");
    for (let count = 2; count <= parts.length; count += 1) {
      const name = parts.slice(-count).join("/");
      const isAlone = same.every(
        (other) => other === unit || !`/${other.path}`.endsWith(`/${name}`),
      );
      if (isAlone) return { ...unit, name };
    }
    return { ...unit, name: unit.path };
  });
}
