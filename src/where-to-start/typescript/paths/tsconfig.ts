/** What `paths` and `baseUrl` mean for the files of a folder, with what a tsconfig extends. */
import { posix } from "node:path";
import { folderOf, isRecord, patternsOf } from "./json.ts";

/** Of `paths` and `imports`. */
export interface PathRule {
  readonly pattern: string;
  /** From the root. */
  readonly targets: readonly string[];
}

export interface TsConfigs {
  /** Of each file. */
  readonly jsons: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Where a package of the same code base lies, by its name. */
  readonly packageOf: (name: string) => string | undefined;
}

/** A file that another one extends, as it is written there. */
export interface Extended {
  readonly file: string;
  readonly parent: string;
}

/** Each overrides the one that it extends, key by key. */
interface Options {
  readonly baseUrl?: string;
  readonly paths?: readonly PathRule[];
  /** Where `paths` were written: without a baseUrl they are counted from there. */
  readonly pathsFrom?: string;
}

interface Reading extends TsConfigs {
  /** By file. Several may extend one, and one several: without this the ways through them would be countless. */
  readonly known: Map<string, Options>;
  readonly absent: Extended[];
}

/** By folder. Of several in a folder, all: which of them means a file is not looked up. */
export function pathRules(configs: TsConfigs): {
  readonly paths: Map<string, readonly PathRule[]>;
  /** What is extended by a path, and is not among them. */
  readonly absent: readonly Extended[];
} {
  const reading: Reading = { ...configs, known: new Map(), absent: [] };
  const byFolder = new Map<string, Map<string, PathRule>>();
  for (const file of configs.jsons.keys()) {
    const folder = folderOf(file);
    const rules = byFolder.get(folder) ?? new Map<string, PathRule>();
    for (const rule of rulesOf(optionsOf(file, reading, 0), folder))
      rules.set([rule.pattern, ...rule.targets].join("\0"), rule);
    if (rules.size > 0) byFolder.set(folder, rules);
  }
  return {
    paths: new Map([...byFolder].map(([folder, rules]) => [folder, [...rules.values()]])),
    absent: reading.absent,
  };
}

function rulesOf({ baseUrl, paths = [], pathsFrom = "" }: Options, folder: string): PathRule[] {
  const from = (base: string, path: string) =>
    path.startsWith(CONFIG_DIR)
      ? posix.join(folder, path.slice(CONFIG_DIR.length))
      : posix.join(base, path);
  const base = baseUrl === undefined ? pathsFrom : from("", baseUrl);
  const rules = paths.map(({ pattern, targets }) => ({
    pattern,
    targets: targets.map((target) => from(base, target)),
  }));
  // What is written relative to baseUrl is found after all patterns.
  const rest = baseUrl === undefined ? [] : [{ pattern: "*", targets: [posix.join(base, "*")] }];
  return [...rules.toSorted(bySpecificity), ...rest];
}

/** The folder of whichever tsconfig extends the one that says so. */
const CONFIG_DIR = "${configDir}";

/** Deeper none is, and a stack has an end. */
const EXTENDS_MAX = 100;

function optionsOf(file: string, reading: Reading, depth: number): Options {
  const before = reading.known.get(file);
  if (before !== undefined) return before;
  reading.known.set(file, {}); // what extends itself gets nothing by that
  const json = reading.jsons.get(file) ?? {};
  const given = json["extends"];
  const parents = (Array.isArray(given) ? given : [given]).filter((one) => typeof one === "string");
  let options: Options = {};
  if (depth <= EXTENDS_MAX)
    for (const parent of parents) {
      const found = parentOf(parent, file, reading);
      if (found !== undefined) options = { ...options, ...optionsOf(found, reading, depth + 1) };
      else if (parent.startsWith(".")) reading.absent.push({ file, parent });
    }
  const all = { ...options, ...ownOptions(json, folderOf(file)) };
  reading.known.set(file, all);
  return all;
}

function parentOf(parent: string, file: string, { jsons, packageOf }: Reading): string | undefined {
  const [, name = "", deeper = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(parent) ?? [];
  const folder = parent.startsWith(".") ? undefined : packageOf(name);
  const path =
    folder === undefined ? posix.join(folderOf(file), parent) : posix.join(folder, deeper);
  return [path, `${path}.json`, `${path}/tsconfig.json`].find((one) => jsons.has(one));
}

function ownOptions(json: Readonly<Record<string, unknown>>, folder: string): Options {
  const options = isRecord(json["compilerOptions"]) ? json["compilerOptions"] : {};
  const { baseUrl, paths } = options;
  const isHere = typeof baseUrl === "string" && !baseUrl.startsWith(CONFIG_DIR);
  return {
    ...(typeof baseUrl === "string" && {
      baseUrl: isHere ? posix.join(folder, baseUrl) : baseUrl,
    }),
    ...(isRecord(paths) && {
      paths: Object.entries(paths).map(([pattern, targets]) => ({
        pattern,
        targets: patternsOf(targets),
      })),
      pathsFrom: folder,
    }),
  };
}

/** As TypeScript and Node have it: what has no star first, then what says most before it. */
export function bySpecificity({ pattern: one }: PathRule, { pattern: other }: PathRule): number {
  const before = (pattern: string) => {
    const star = pattern.indexOf("*");
    return star === -1 ? Infinity : star;
  };
  return before(one) === before(other) ? 0 : before(other) - before(one);
}
