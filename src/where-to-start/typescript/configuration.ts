/** What a code base of TypeScript says of itself: package.json, tsconfig.json, and files of workspaces. */
import { posix } from "node:path";
import { parse as parseYaml } from "yaml";

/** What package.json, tsconfig.json and workspace files say, as far as it is JSON that was found. */
export interface Configuration {
  /** Folder of a package -> its name and its own `imports`. */
  readonly packages: ReadonlyMap<string, PackageFile>;
  /** Folder of a tsconfig -> its `paths`, from the root. */
  readonly paths: ReadonlyMap<string, readonly PathRule[]>;
  /** Folder of a project of Nx -> its name. */
  readonly projects: ReadonlyMap<string, string>;
  /** Patterns of the workspaces at the root. */
  readonly workspaces: readonly string[];
}

export interface PackageFile {
  readonly name: string | undefined;
  readonly imports: Readonly<Record<string, unknown>>;
}

/** Of `paths` and `imports`. */
export interface PathRule {
  readonly pattern: string;
  /** From the root. */
  readonly targets: readonly string[];
}

/** Files that `readConfiguration` wants the texts of. */
export function isConfiguration(file: string): boolean {
  return /(^|\/)((?:package|project)\.json|[tj]sconfig[\w.-]*\.json|pnpm-workspace\.yaml|lerna\.json)$/.test(
    file,
  );
}

export function readConfiguration(texts: ReadonlyMap<string, string>): Configuration {
  const packages = new Map<string, PackageFile>();
  const paths = new Map<string, readonly PathRule[]>();
  const projects = new Map<string, string>();
  const workspaces: string[] = [];
  for (const [file, text] of texts) {
    const folder = folderOf(file);
    const name = posix.basename(file);
    if (name === "package.json") {
      const json = readJson(text);
      const imports = isRecord(json["imports"]) ? json["imports"] : {};
      packages.set(folder, {
        name: typeof json["name"] === "string" ? json["name"] : undefined,
        imports,
      });
      if (folder === "") workspaces.push(...patternsOf(json["workspaces"]));
    } else if (name === "project.json") {
      const { name: given, projectType, targets } = readJson(text);
      const isProject = typeof projectType === "string" || isRecord(targets);
      if (isProject && folder !== "")
        projects.set(folder, typeof given === "string" ? given : posix.basename(folder));
    } else if (name === "pnpm-workspace.yaml" && folder === "") {
      workspaces.push(...patternsOf(readYaml(text)["packages"]));
    } else if (name === "lerna.json" && folder === "") {
      workspaces.push(...patternsOf(readJson(text)["packages"]));
    }
  }
  const reading = { texts, known: new Map<string, readonly PathRule[]>() };
  for (const file of texts.keys()) {
    const rules = /sconfig[\w.-]*\.json$/.test(file) ? pathsOf(file, reading) : [];
    const folder = folderOf(file);
    if (rules.length > 0) paths.set(folder, [...(paths.get(folder) ?? []), ...rules]);
  }
  return { packages, paths, projects, workspaces: [...new Set(workspaces)] };
}

interface Reading {
  readonly texts: ReadonlyMap<string, string>;
  /** By file. Several may extend one, and one several: without this the ways through them would be countless. */
  readonly known: Map<string, readonly PathRule[]>;
}

function pathsOf(file: string, reading: Reading, depth = 0): readonly PathRule[] {
  const before = reading.known.get(file);
  if (before !== undefined) return before;
  reading.known.set(file, []); // what extends itself gets nothing by that
  const rules = rulesIn(file, reading, depth);
  reading.known.set(file, rules);
  return rules;
}

function rulesIn(file: string, reading: Reading, depth: number): readonly PathRule[] {
  const { texts } = reading;
  const json = readJson(texts.get(file) ?? "");
  const folder = folderOf(file);
  const options = isRecord(json["compilerOptions"]) ? json["compilerOptions"] : {};
  const base =
    typeof options["baseUrl"] === "string" ? posix.join(folder, options["baseUrl"]) : folder;
  const own: PathRule[] = [];
  if (isRecord(options["paths"])) {
    for (const [pattern, targets] of Object.entries(options["paths"]))
      own.push({ pattern, targets: patternsOf(targets).map((target) => posix.join(base, target)) });
    own.sort(bySpecificity);
  }
  // What is written relative to baseUrl is found after all patterns.
  if (typeof options["baseUrl"] === "string")
    own.push({ pattern: "*", targets: [posix.join(base, "*")] });
  if (own.length > 0 || depth > EXTENDS_MAX) return own;
  const given = json["extends"];
  const parents = (Array.isArray(given) ? given : [given]).filter(
    (parent): parent is string => typeof parent === "string" && parent.startsWith("."),
  );
  // The last one wins.
  for (const parent of parents.toReversed()) {
    const path = posix.join(folder, parent);
    const rules = pathsOf(texts.has(path) ? path : `${path}.json`, reading, depth + 1);
    if (rules.length > 0) return rules;
  }
  return [];
}

/** As TypeScript and Node have it: what has no star first, then what says most before it. */
export function bySpecificity({ pattern: one }: PathRule, { pattern: other }: PathRule): number {
  const before = (pattern: string) => {
    const star = pattern.indexOf("*");
    return star === -1 ? Infinity : star;
  };
  return before(one) === before(other) ? 0 : before(other) - before(one);
}

/** Deeper none is, and a stack has an end. */
const EXTENDS_MAX = 100;

export function folderOf(file: string): string {
  const at = file.lastIndexOf("/");
  return at === -1 ? "" : file.slice(0, at);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function patternsOf(value: unknown): string[] {
  const list = isRecord(value) ? value["packages"] : value;
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
}

/** JSON as tsconfig has it: with comments and commas at the end. What is broken says nothing. */
function readJson(text: string): Record<string, unknown> {
  const bare = text
    .replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g, "$1")
    .replace(/("(?:[^"\\\n]|\\.)*")|,(\s*[}\]])/g, "$1$2");
  try {
    const value: unknown = JSON.parse(bare);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function readYaml(text: string): Record<string, unknown> {
  try {
    const value: unknown = parseYaml(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
