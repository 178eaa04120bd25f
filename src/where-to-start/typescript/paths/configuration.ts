/** What a code base of TypeScript says of itself: package.json, tsconfig.json, and files of workspaces. */
import { posix } from "node:path";
import { parse as parseYaml } from "yaml";
import { folderOf, isRecord, patternsOf, readJson } from "./json.ts";
import { type Extended, type PathRule, pathRules } from "./tsconfig.ts";

/** What package.json, tsconfig.json and workspace files say, as far as it is JSON that was found. */
export interface Configuration {
  /** Folder of a package -> its name, and its own `imports` and `exports`. */
  readonly packages: ReadonlyMap<string, PackageFile>;
  /** Folder of a tsconfig -> its `paths`, from the root. */
  readonly paths: ReadonlyMap<string, readonly PathRule[]>;
  /** Folder of a project of Nx -> its name. */
  readonly projects: ReadonlyMap<string, string>;
  /** Patterns of the workspaces, from the root. */
  readonly workspaces: readonly string[];
  /** Files that cannot be understood: they say nothing. */
  readonly broken: readonly string[];
  /** Of a part of a repository, its path from the top with `/` at its end; else "". */
  readonly prefix: string;
  /** What a tsconfig extends and was not read. */
  readonly absent: readonly Extended[];
}

/** The rest of a repository. */
export interface Around {
  readonly prefix: string;
  /** Of the same sort, by paths from the part that is read: `../tsconfig.json`. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface PackageFile {
  readonly name: string | undefined;
  readonly imports: Readonly<Record<string, unknown>>;
  /** As it is written; undefined where all of the package may be imported. */
  readonly exports: unknown;
}

/** Files that `readConfiguration` wants the texts of. */
export function isConfiguration(file: string): boolean {
  return /(^|\/)((?:package|project)\.json|[tj]sconfig[\w.-]*\.json|pnpm-workspace\.yaml|lerna\.json)$/.test(
    file,
  );
}

export function readConfiguration(
  texts: ReadonlyMap<string, string>,
  around: Around = { prefix: "", texts: new Map() },
): Configuration {
  const packages = new Map<string, PackageFile>();
  const projects = new Map<string, string>();
  const workspaces = new Map<string, string[]>();
  const tsconfigs = new Map<string, Record<string, unknown>>();
  const broken: string[] = [];
  // What is here goes before what is around, where both have a name.
  for (const [file, text] of [...around.texts, ...texts]) {
    const isHere = texts.has(file);
    const folder = folderOf(file);
    const name = posix.basename(file);
    const json = name.endsWith(".yaml") ? readYaml(text) : readJson(text);
    if (json === undefined) {
      if (isHere) broken.push(file);
      // It is a package all the same, of which the name is not known.
      if (name !== "package.json") continue;
    }
    const said = json ?? {};
    const { name: given, projectType, targets } = said;
    if (name === "package.json") {
      const imports = isRecord(said["imports"]) ? said["imports"] : {};
      const called = typeof given === "string" ? given : undefined;
      packages.set(folder, { name: called, imports, exports: said["exports"] });
      if (isHere) addTo(workspaces, folder, patternsOf(said["workspaces"]));
    } else if (name === "project.json") {
      const isProject = typeof projectType === "string" || isRecord(targets);
      if (isHere && isProject && folder !== "")
        projects.set(folder, typeof given === "string" ? given : posix.basename(folder));
    } else if (name === "pnpm-workspace.yaml" || name === "lerna.json") {
      if (isHere) addTo(workspaces, folder, patternsOf(said["packages"]));
    } else {
      tsconfigs.set(file, said);
    }
  }
  const byName = new Map([...packages].map(([folder, { name }]) => [name, folder]));
  const { paths, absent } = pathRules({
    jsons: tsconfigs,
    packageOf: (name) => byName.get(name),
  });
  return {
    packages,
    paths,
    projects,
    workspaces: outermost(workspaces),
    broken,
    prefix: around.prefix,
    absent: absent.filter(({ file }) => texts.has(file)),
  };
}

function addTo(lists: Map<string, string[]>, folder: string, patterns: readonly string[]): void {
  if (patterns.length > 0) lists.set(folder, [...(lists.get(folder) ?? []), ...patterns]);
}

/** Of the root, else of the folders that are next to it, as of a front end beside a back end. */
function outermost(lists: ReadonlyMap<string, readonly string[]>): string[] {
  const depthOf = (folder: string) => (folder === "" ? 0 : folder.split("/").length);
  const least = Math.min(...[...lists.keys()].map(depthOf));
  // One that is said twice counts where it is said last.
  return [...lists].flatMap(([folder, list]) =>
    depthOf(folder) === least ? list.map((pattern) => within(folder, pattern)) : [],
  );
}

function within(folder: string, pattern: string): string {
  const isNot = pattern.startsWith("!");
  const bare = pattern.replace(/^!/, "").replace(/^\.\//, "");
  return `${isNot ? "!" : ""}${folder === "" ? "" : `${folder}/`}${bare}`;
}

function readYaml(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseYaml(text);
    return isRecord(value) ? value : value === null ? {} : undefined;
  } catch {
    return undefined;
  }
}
