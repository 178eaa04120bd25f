/**
 * To which file an import goes: relative paths, `paths` of the nearest tsconfig, packages of the same workspace,
 * `imports` of package.json. What leads out of the code base is a library.
 */
import { posix } from "node:path";
import type { Configuration } from "./configuration.ts";
import { folderOf, isRecord } from "./json.ts";
import { bySpecificity, type PathRule } from "./tsconfig.ts";

const ENDINGS = [
  "",
  ".ts",
  ".tsx",
  ".mts",
  ".cts",
  ".js",
  ".jsx",
  ".mjs",
  ".cjs",
  ".d.ts",
  ".vue",
  ".svelte",
];
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

export type Resolve = (file: string, specifier: string) => string | undefined;

/** `files`: all there are. The answer is one of them, or undefined for a library. */
export function resolver(files: ReadonlySet<string>, configuration: Configuration): Resolve {
  const { packages, prefix } = configuration;
  const folders = new Map(
    [...packages].flatMap(([folder, { name }]) => (name ? [[name, folder]] : [])),
  );
  const known = new Map<string, string | undefined>();
  const probe = (path: string): string | undefined => {
    if (known.has(path)) return known.get(path);
    // What lies above may lead back here: `../../apps/api/src`.
    const isAround = prefix !== "" && path.startsWith("../");
    const here = isAround ? posix.relative(prefix, posix.join(prefix, path)) : path;
    const found = probeFile(files, here);
    known.set(path, found);
    return found;
  };
  const importsOf = once((folder) => rulesOf(packages.get(folder)?.imports ?? {}, folder));
  const exportsOf = once((folder) => {
    const all = packages.get(folder)?.exports;
    const isMap = isRecord(all) && Object.keys(all).some((key) => key.startsWith("."));
    return rulesOf(isMap ? all : { ".": all }, folder);
  });
  const answers = new Map<string, string | undefined>();
  // The same imports are asked for again and again: for what they take, and for where that is made.
  return (file, specifier) => {
    const from = folderOf(file);
    const key = `${from}\0${specifier}`;
    if (answers.has(key)) return answers.get(key);
    const found = find(from, specifier);
    answers.set(key, found);
    return found;
  };

  function find(from: string, specifier: string): string | undefined {
    const bare = specifier.split(/[?!]/, 1)[0] ?? specifier;
    if (bare.startsWith(".")) return probe(posix.join(from, bare));
    for (const folder of upward(from, prefix)) {
      const found = byRules(configuration.paths.get(folder) ?? [], bare, probe);
      if (found !== undefined) return found;
      if (bare.startsWith("#") && packages.has(folder))
        return byRules(importsOf(folder), bare, probe);
    }
    const [, name, deeper = ""] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/.exec(bare) ?? [];
    const folder = name === undefined ? undefined : folders.get(name);
    if (folder === undefined) return undefined;
    const inside = deeper === "" ? "" : `/${deeper}`;
    return (
      byRules(exportsOf(folder), `.${inside}`, probe) ??
      probe(posix.join(folder, deeper)) ??
      probe(posix.join(folder, "src", deeper)) ??
      // Which file its `exports` mean does not matter: all of them are the package's.
      posix.join(folder, "package.json")
    );
  }
}

function once(make: (folder: string) => PathRule[]): typeof make {
  const known = new Map<string, PathRule[]>();
  return (folder) => {
    const rules = known.get(folder) ?? make(folder);
    known.set(folder, rules);
    return rules;
  };
}

// Subpaths (Node): "#apps/*": "./apps/*/contract.ts". Of conditions each that leads to a file is as good.
function rulesOf(subpaths: Readonly<Record<string, unknown>>, folder: string): PathRule[] {
  const rules = Object.entries(subpaths).map(([pattern, target]) => ({
    pattern,
    targets: pathsIn(target).map((path) => posix.join(folder, path)),
  }));
  return rules.toSorted(bySpecificity);
}

/** Conditions of conditions of conditions are nobody's. */
const CONDITIONS_MAX = 10;

function pathsIn(target: unknown, depth = 0): string[] {
  if (typeof target === "string") return [target];
  if (typeof target !== "object" || target === null || depth > CONDITIONS_MAX) return [];
  return Object.values(target).flatMap((one) => pathsIn(one, depth + 1));
}

function byRules(
  rules: readonly PathRule[],
  specifier: string,
  probe: (path: string) => string | undefined,
): string | undefined {
  for (const { pattern, targets } of rules) {
    const [before = "", after] = pattern.split("*", 2);
    const fits =
      after === undefined
        ? specifier === pattern
        : specifier.startsWith(before) &&
          specifier.endsWith(after) &&
          specifier.length >= before.length + after.length;
    if (!fits) continue;
    const star =
      after === undefined ? "" : specifier.slice(before.length, specifier.length - after.length);
    for (const target of targets) {
      const found = probe(target.replace("*", () => star));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function probeFile(files: ReadonlySet<string>, path: string): string | undefined {
  const clean = path.replace(/\/$/, "");
  for (const ending of ENDINGS) if (files.has(clean + ending)) return clean + ending;
  const ending = posix.extname(clean);
  for (const source of SOURCES[ending] ?? []) {
    const other = clean.slice(0, -ending.length) + source;
    if (files.has(other)) return other;
  }
  for (const other of ENDINGS.slice(1))
    if (files.has(`${clean}/index${other}`)) return `${clean}/index${other}`;
  return undefined;
}

/** Up to the top of the repository, which may be above what is read. */
function* upward(folder: string, prefix: string): Generator<string> {
  for (let at = folder; ; at = folderOf(at)) {
    yield at;
    if (at === "") break;
  }
  const above = prefix.split("/").length - 1;
  for (let count = 1; count <= above; count += 1) yield Array(count).fill("..").join("/");
}
