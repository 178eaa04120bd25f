/**
 * The import graph of 2,000 source files as `marcot where-to-start` reads it, against dependency-cruiser's of the
 * same files: whole processes, from their start to their end, in turn, medians of time and of CPU. Both have to
 * find the same edges, types and re-exports too, and write them as JSON.
 *
 * dependency-cruiser is installed for the run alone, with the TypeScript that it needs: under TypeScript 7, which
 * this project has, it finds nothing and ends with 0.
 *
 *     npm run bench:where-graph
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { openTree } from "../src/where-to-start/git/open.ts";
import { openCode, readTexts, scan } from "../src/where-to-start/scan.ts";
import { readConfiguration } from "../src/where-to-start/typescript/paths/configuration.ts";
import { resolver } from "../src/where-to-start/typescript/paths/resolve.ts";
import { median } from "./rounds.ts";

const FOREIGN = ["dependency-cruiser@18.7.2", "typescript@6.0.3"];

/** Types count, and it looks for nothing but the edges. */
const CONFIG = {
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    skipAnalysisNotInRules: true,
  },
};

const FOLDERS = 40;
const FILES = 50;
const IMPORTS = 6;

const ROUNDS = Number(process.env["ROUNDS"] ?? 5);

/** What we promise: at most this share of its time. */
const SHARE_MAX = 0.2;

/** Folders whose files import others, relatively and by an alias; the same ones at every run. */
function make(folder: string): void {
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  };
  write("package.json", JSON.stringify({ name: "shop", type: "module", private: true }));
  const compilerOptions = { module: "esnext", target: "esnext", moduleResolution: "bundler" };
  const paths = { "@shop/*": ["./src/*"] };
  write("tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, paths } }));
  for (let unit = 0; unit < FOLDERS; unit += 1)
    for (let number = 0; number < FILES; number += 1)
      write(`src/unit${unit}/file${number}.ts`, source({ unit, number, random }));
}

interface Asked {
  readonly unit: number;
  readonly number: number;
  readonly random: (below: number) => number;
}

function source({ unit, number, random }: Asked): string {
  const count = unit + number === 0 ? 0 : IMPORTS;
  const imports = Array.from({ length: count }, (_, index) => {
    const isHere = unit === 0 || (number > 0 && random(2) === 0);
    const other = isHere ? unit : random(unit);
    // Of what comes before: dependency-cruiser writes out every circle that there is.
    const file = `file${random(isHere ? number : FILES)}`;
    const from = isHere ? `./${file}` : `@shop/unit${other}/${file}`;
    return statement(random(8), index, from);
  });
  const code = Array.from(
    { length: 12 },
    (_, index) => `
/** What number ${index} of ${unit} gives for an order. */
function step${index}(order: Shape, rate = ${index}): number {
  if (order.total < rate) return order.total * ${index};
  return order.lines.map((line) => line.price * rate).reduce((sum, one) => sum + one, 0);
}`,
  );
  return `${imports.join("\n")}
export interface Shape { total: number; lines: { price: number }[] }
${code.join("\n")}
export const value = step${number % 12}({ total: ${unit}, lines: [] });
`;
}

function statement(kind: number, index: number, from: string): string {
  if (kind === 0) return `import type { Shape as Shape${index} } from "${from}";`;
  if (kind === 1) return `export { value as value${index} } from "${from}";`;
  if (kind === 2) return `export const later${index} = () => import("${from}");`;
  return `import { value as from${index} } from "${from}";`;
}

/** In a process of its own: the edges, as `where-to-start` finds them. */
async function printEdges(folder: string): Promise<void> {
  const { tree } = await openTree(folder);
  const code = openCode(tree);
  const configuration = readConfiguration(await readTexts(code));
  await scan(code, ["typescript"]);
  const resolve = resolver(new Set(code.files), configuration);
  const modules = [...code.facts.values()].map(({ file, imports }) => ({
    source: file,
    dependencies: imports.map(({ from }) => ({ resolved: resolve(file, from) ?? from })),
  }));
  process.stdout.write(JSON.stringify({ modules }));
}

interface Graph {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
}

interface Ran {
  readonly ms: number;
  /** User and system, all threads, and git where it is asked. */
  readonly cpuMs: number;
  readonly edges: ReadonlySet<string>;
}

/** The shell counts what its children used, and says it after them. Both sides keep what was compiled. */
async function run(args: readonly string[], folder: string): Promise<Ran> {
  const start = performance.now();
  const child = spawn("sh", ["-c", '"$@" && times >&2', "sh", process.execPath, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "..", "compiled") },
  });
  const [json, told, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const ms = performance.now() - start;
  if (code !== 0) throw new Error(`${args[0]} ended with ${String(code)}: ${told}`);
  const children = told.trim().split("\n").at(-1) ?? "";
  const cpuMs = [...children.matchAll(/(\d+)m([\d.]+)s/g)]
    .map(([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1000)
    .reduce((sum, one) => sum + one, 0);
  const { modules } = JSON.parse(json) as Graph;
  const edges = modules.flatMap(({ source: from, dependencies }) =>
    dependencies.map(({ resolved }) => `${from} -> ${resolved}`),
  );
  return { ms, cpuMs, edges: new Set(edges) };
}

/** Its own files, and no lock of ours. */
function install(folder: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"];
  execFileSync("npm", [...args, ...FOREIGN], { cwd: folder, stdio: ["ignore", "ignore", 2] });
  const home = join(folder, "node_modules", "dependency-cruiser");
  const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    bin: Record<string, string>;
  };
  return join(home, bin["depcruise"] ?? "");
}

async function main(): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), "marcot-graph-"));
  try {
    const cruiser = install(join(place, "cruiser"));
    const shop = join(place, "shop");
    make(shop);
    const config = join(place, "cruiser.json");
    writeFileSync(config, JSON.stringify(CONFIG));
    const ours = () => run([import.meta.filename, shop], shop);
    const theirs = () => run([cruiser, "--config", config, "--output-type", "json", "src"], shop);
    compareEdges((await ours()).edges, (await theirs()).edges); // and files into the memory of the system
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = round % 2 === 0 ? await ours() : undefined;
      const other = await theirs();
      rounds.push({ ours: first ?? (await ours()), theirs: other });
    }
    tell(rounds);
  } finally {
    rmSync(place, { recursive: true });
  }
}

function compareEdges(ours: ReadonlySet<string>, theirs: ReadonlySet<string>): void {
  const missing = [...theirs].find((edge) => !ours.has(edge));
  const more = [...ours].find((edge) => !theirs.has(edge));
  if (missing !== undefined || more !== undefined || ours.size === 0)
    throw new Error(`the graphs differ: only theirs ${missing}, only ours ${more}`);
  console.log(`${FOLDERS * FILES} files, the same ${ours.size} edges on both sides`);
}

interface Round {
  readonly ours: Ran;
  readonly theirs: Ran;
}

function tell(rounds: readonly Round[]): void {
  for (const counted of ["ms", "cpuMs"] as const) {
    const ratios = rounds.map(({ ours, theirs }) => ours[counted] / theirs[counted]);
    const [own, cruiser] = (["ours", "theirs"] as const).map((side) =>
      Math.round(median(rounds.map((round) => round[side][counted]))),
    );
    const [ratio = NaN, low, high] = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map(
      (value) => Math.round(value * 1000) / 1000,
    );
    const isKept = ratio <= SHARE_MAX;
    if (!isKept) process.exitCode = 1;
    const what = counted === "ms" ? "ms" : "ms of CPU";
    console.log(
      `graph: ours ${own} ${what}, dependency-cruiser ${cruiser}, ratio ${ratio} (${low} to ${high}), at most ${SHARE_MAX}: ${isKept ? "kept" : "missed"}`,
    );
    const figures = { counted, ours: own, theirs: cruiser, ratio, low, high, ROUNDS };
    console.log(JSON.stringify({ bench: "where-graph", ...figures }));
  }
}

const [, , folder] = process.argv;
await (folder === undefined ? main() : printEdges(folder));
