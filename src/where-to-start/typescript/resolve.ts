/**
 * To which file an import goes: relative paths, `paths` of the nearest tsconfig, packages of the same workspace,
 * `imports` of package.json. What leads out of the code base is a library.
 */
import { posix } from "node:path";
import {
  bySpecificity,
  type Configuration,
  folderOf,
  isRecord,
  type PackageFile,
  type PathRule,
} from "./configuration.ts";

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
  const { packages } = configuration;
  const folders = new Map(
    [...packages].flatMap(([folder, { name }]) => (name ? [[name, folder]] : [])),
  );
  const known = new Map<string, string | undefined>();
  const probe = (path: string): string | undefined => {
    if (known.has(path)) return known.get(path);
    const found = probeFile(files, path);
    known.set(path, found);
    return found;
  };
  return (file, specifier) => {
    const bare = specifier.split(/[?!]/, 1)[0] ?? specifier;
    if (bare.startsWith(".")) return probe(posix.join(folderOf(file), bare));
    for (const folder of upward(folderOf(file))) {
      const found = byRules(configuration.paths.get(folder) ?? [], bare, probe);
      if (found !== undefined) return found;
      const own = bare.startsWith("#") ? packages.get(folder) : undefined;
      if (own !== undefined) return byRules(rulesOf(own.imports, folder), bare, probe);
    }
    const [, name, deeper = ""] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/.exec(bare) ?? [];
    const folder = name === undefined ? undefined : folders.get(name);
    if (folder === undefined) return undefined;
    const inside = deeper === "" ? "" : `/${deeper}`;
    return (
      probe(`${folder}${inside}`) ??
      probe(posix.join(folder, "src", deeper)) ??
      // Which file its `exports` mean does not matter: all of them are the package's.
      `${folder}/package.json`
    );
  };
}

// Subpath imports (Node): "#apps/*": "./apps/*/contract.ts". Of conditions the first that is a path.
function rulesOf(imports: PackageFile["imports"], folder: string): PathRule[] {
  const rules = Object.entries(imports).flatMap(([pattern, target]) => {
    const path = firstPath(target);
    return path === undefined ? [] : [{ pattern, targets: [posix.join(folder, path)] }];
  });
  return rules.toSorted(bySpecificity);
}

function firstPath(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (!isRecord(target)) return undefined;
  return Object.values(target)
    .map(firstPath)
    .find((path) => path !== undefined);
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

function* upward(folder: string): Generator<string> {
  for (let at = folder; ; at = folderOf(at)) {
    yield at;
    if (at === "") return;
  }
}
