/** Finds a project and the parts of its apps on the disk. Apps are named by strings, as in Django. */
import type { App } from "../app/types.ts";
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { type AnyContract, aboutOf, isContract, versionsOf } from "../contract/contract.ts";
import { codeOf, MarcotError } from "../errors.ts";
import { loadFile } from "./load.ts";
import { isSettings, type Settings } from "./settings.ts";

/** The nearest folder upwards that has a settings file. */
export function findProject(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (settingsIn(folder)) return folder;
    if (dirname(folder) === folder) {
      throw new MarcotError(
        "ProjectNotFound",
        `${from} and the folders above it have no settings.ts`,
      );
    }
  }
}

function settingsIn(folder: string): string | undefined {
  return ["settings.ts", "settings.js"]
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
}

export async function loadSettings(folder: string): Promise<Settings> {
  const path = settingsIn(folder);
  if (path === undefined) throw new MarcotError("ProjectNotFound", `${folder} has no settings.ts`);
  const { default: settings } = await loadFile(path, "SettingInvalid");
  if (isSettings(settings)) return settings;
  throw new MarcotError("SettingInvalid", `${path}: the default export must be settings({ … })`, {
    fix: "Write `export default settings({ apps: [] });`.",
  });
}

/**
 * Where an app's files are: `apps/<name>` of the project, the package `marcot-<name>`, or `contracts/<name>`,
 * where `marcot contract pull` writes.
 */
export interface AppFiles {
  readonly name: string;
  readonly folder: string;
  /** The extension of its files: a package ships JavaScript, a project has TypeScript. */
  readonly extension: ".ts" | ".js";
  readonly isPackage: boolean;
  /** Whether it is a contract alone, in `contracts/<name>`: the app is provided by others. */
  readonly isPulled: boolean;
}

export function findApp(project: string, name: string): AppFiles | undefined {
  for (const extension of [".ts", ".js"] as const) {
    for (const place of ["apps", "contracts"]) {
      const folder = join(project, place, name);
      if (existsSync(join(folder, `contract${extension}`)))
        return { name, folder, extension, isPackage: false, isPulled: place === "contracts" };
    }
  }
  const contract = resolveContract(project, `marcot-${name}`);
  if (contract === undefined) return undefined;
  const extension = contract.endsWith(".ts") ? ".ts" : ".js";
  return { name, folder: dirname(contract), extension, isPackage: true, isPulled: false };
}

/** Undefined when there is no such package. By `require`: Node resolves for `import` from its own file alone. */
function resolveContract(project: string, name: string): string | undefined {
  const require = createRequire(join(project, "settings.ts"));
  let path: string;
  try {
    path = realpathSync(require.resolve(name));
  } catch (error) {
    const { message } = error as Error;
    // With a path in place of the name, the package is there, and the file that it names is not.
    if (codeOf(error) === "MODULE_NOT_FOUND" && message.includes(`'${name}'`)) return undefined;
    throw noApp(name, message.split("\n")[0] ?? "", error);
  }
  if (/^contract\.[jt]s$/.test(basename(path))) return path;
  throw noApp(name, `it exports ${path}`);
}

function noApp(name: string, why: string, cause?: unknown): MarcotError {
  return new MarcotError("AppInvalid", `the package ${name} gives no contract: ${why}`, {
    cause,
    fix: 'Its package.json needs "exports": { ".": "./contract.js" } (or the condition "default"), and that file must be there.',
  });
}

/** Every version that a contract.ts exports, oldest first. */
export async function loadContract({ name, folder, extension }: AppFiles): Promise<AnyContract[]> {
  const path = join(folder, `contract${extension}`);
  const exports = await loadFile(path, "AppInvalid");
  const found = Object.values(exports)
    .filter(isContract)
    .toSorted((a, b) => numberOf(a) - numberOf(b));
  const newest = found.at(-1);
  if (newest === undefined || aboutOf(newest).app !== name) {
    throw new MarcotError("AppInvalid", `${path} exports no contract of the app ${name}`);
  }
  const versions = versionsOf(newest);
  const apart = found.find((version) => !versions.includes(version));
  if (apart === undefined) return versions;
  const [one, last] = [aboutOf(apart).version, aboutOf(newest).version];
  throw new MarcotError(
    "ContractInvalid",
    `${path}: ${last} is not made of ${one}; declare it with extend or change`,
  );
}

function numberOf(contract: AnyContract): number {
  return Number(aboutOf(contract).version.slice(1));
}

export async function loadApp({ name, folder, extension }: AppFiles): Promise<App> {
  const path = join(folder, `app${extension}`);
  if (!existsSync(path))
    throw new MarcotError(
      "AppNotFound",
      `${path} is missing: the app ${name} cannot be provided here`,
    );
  const { default: app } = await loadFile(path, "AppInvalid");
  if (isApp(app) && app.name === name) return app;
  throw new MarcotError("AppInvalid", `${path}: the default export must be app("${name}", { … })`);
}

function isApp(value: unknown): value is App {
  return (
    typeof value === "object" &&
    value !== null &&
    "contract" in value &&
    "views" in value &&
    "name" in value
  );
}
