/**
 * The history of a repository as `marcot where-to-start` reads it, against git's own output of the same
 * command, thrown away: wall time, in turn, medians. Of `few` and `many` all commits are within the window, so
 * that each of them is looked at and kept; of `long`, a tenth. And the memory that reading takes.
 * Each reading is a process of its own, from its first line on, without the start of Node.
 *
 *     npm run bench:where-history
 *     npm run bench:where-history -- /path/to/a/repository
 */
import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHistory } from "../src/where-to-start/git/history.ts";
import { logArguments } from "../src/where-to-start/git/log/parse.ts";
import { openTree } from "../src/where-to-start/git/open.ts";
import { median } from "./rounds.ts";

const FEW = 2000;
const MANY = 24_000;
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);

const APPS = 40;
const FILES = 50;

interface Reading {
  readonly ms: number;
  readonly commits: number;
  readonly peakMb: number;
}

/** Seconds between two commits. */
const DENSE = 1200;
const SPARSE = 14_400;

/** Commits that change one to six files of one or two apps each. */
function* stream(commits: number, apart: number): Generator<string> {
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const pathOf = (app: number) => `apps/app${app}/module${random(FILES)}/file.py`;
  for (let commit = 0; commit < commits; commit += 1) {
    const time = 1_700_000_000 + commit * apart;
    const author = `Author ${random(30)} <author${random(30)}@example.com>`;
    const subject = `${random(5) === 0 ? "Fix" : "Change"} what number ${commit} is about`;
    const app = random(APPS);
    let text = `commit refs/heads/main\nauthor ${author} ${time} +0000\ncommitter ${author} ${time} +0000\n`;
    text += `data ${subject.length}\n${subject}\n`;
    const paths = Array.from({ length: 1 + random(6) }, () =>
      pathOf(random(4) === 0 ? random(APPS) : app),
    );
    for (const path of new Set(paths)) {
      const content = `value = ${commit}\n`.repeat(5);
      text += `M 100644 inline ${path}\ndata ${content.length}\n${content}\n`;
    }
    yield text;
  }
}

async function make(folder: string, commits: number, apart: number): Promise<string> {
  execFileSync("git", ["init", "-q", "--bare", "-b", "main", folder]);
  const child = spawn("git", ["fast-import", "--quiet"], {
    cwd: folder,
    stdio: ["pipe", "inherit", "inherit"],
  });
  for (const text of stream(commits, apart))
    if (!child.stdin.write(text)) await once(child.stdin, "drain");
  child.stdin.end();
  await once(child, "close");
  execFileSync("git", ["gc", "-q"], { cwd: folder });
  return folder;
}

/** In a process of its own: one reading, told to the parent. */
async function readOnce(path: string): Promise<void> {
  const { tree, repository } = await openTree(path);
  if (repository === undefined) throw new Error(`${path} has no history`);
  const folders = tree.files.map((file) => /^[^/]+\/[^/]+(?=\/)/.exec(file)?.[0] ?? "");
  const units = [...new Set(folders)].map((folder) => ({ path: folder }));
  const start = performance.now();
  const { commits } = await readHistory(repository, { units });
  const ms = performance.now() - start;
  const peakMb = process.resourceUsage().maxRSS / 1000;
  process.send?.({ ms, commits: commits.length, peakMb } satisfies Reading);
}

/** What was compiled is kept, as the command keeps it. */
const compiled = join(tmpdir(), "marcot-history-compiled");

async function ours(path: string): Promise<Reading> {
  const child = fork(import.meta.filename, [path], {
    env: { ...process.env, READ_ONCE: "1", NODE_COMPILE_CACHE: compiled },
  });
  const [reading] = (await once(child, "message")) as [Reading];
  if (child.exitCode === null) await once(child, "exit");
  return reading;
}

/** Shared by both, and not measured: the commit that is read. */
function headOf(path: string): string {
  return execFileSync("git", ["rev-parse", "HEAD"], { cwd: path, encoding: "utf8" }).trim();
}

async function gits(path: string, head: string): Promise<number> {
  const start = performance.now();
  const child = spawn("git", logArguments(head), { cwd: path, stdio: "ignore" });
  await once(child, "close");
  return performance.now() - start;
}

async function compare(name: string, path: string): Promise<number> {
  const head = headOf(path);
  await gits(path, head); // into the memory of the system
  const readings: Reading[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % 2 === 0) readings.push(await ours(path));
    theirs.push(await gits(path, head));
    if (round % 2 === 1) readings.push(await ours(path));
  }
  const [own, git] = [median(readings.map(({ ms }) => ms)), median(theirs)];
  const peakMb = median(readings.map((reading) => reading.peakMb));
  const ratio = own / git;
  const commits = readings[0]?.commits ?? 0;
  console.log(
    `${name}: ${commits} commits kept, ours ${own.toFixed(0)} ms, git ${git.toFixed(0)} ms, ratio ${ratio.toFixed(2)}, peak ${peakMb.toFixed(0)} MB`,
  );
  const figures = { bench: "where-history", name, commits, ours: own, git, ratio, peakMb, ROUNDS };
  console.log(JSON.stringify(figures));
  return peakMb;
}

async function main(): Promise<void> {
  const given = process.argv[2];
  if (given !== undefined) return void (await compare(given, given));
  const folder = mkdtempSync(join(tmpdir(), "marcot-history-"));
  try {
    const few = await compare("few", await make(join(folder, "few"), FEW, DENSE));
    const many = await compare("many", await make(join(folder, "many"), MANY, DENSE));
    const long = await compare("long", await make(join(folder, "long"), MANY, SPARSE));
    const [ofMany, ofLong] = [many / few, long / few].map((share) => share.toFixed(2));
    console.log(`memory: many take ${ofMany} of what few take, long ${ofLong}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [, , path = ""] = process.argv;
await (process.env["READ_ONCE"] === undefined ? main() : readOnce(path));
