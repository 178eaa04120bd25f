/**
 * Moves an app out and home again under load, breaks something meanwhile, and counts afterwards.
 *
 *     npm run torture:extract -- --seed N [--fault NAME] [--seconds N] [--writes 500] [--reads 1000]
 *       [--rounds N] [--say]
 *     npm run torture:extract -- --list | --all [--only TEXT] | --matrix FILE
 *
 * One line of JSON for a case. Exits with 1 where something was lost, doubled, stale, or otherwise not as it
 * has to be. `--all` runs every fault once, and writes docs/reference/extract-matrix.md.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { parseArgs, promisify } from "node:util";
import { type Result, runCase } from "./case.ts";
import type { Fault, Goal } from "./fault.ts";
import { faultOf, faults } from "./faults/index.ts";
import { type Case, writeMatrix } from "./matrix.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    fault: { type: "string", default: "none" },
    seconds: { type: "string", default: "10" },
    writes: { type: "string", default: "500" },
    reads: { type: "string", default: "1000" },
    /** Rows that are there before. */
    rows: { type: "string", default: "5000" },
    /** Milliseconds that a call of a user may take: the project's own default. */
    deadline: { type: "string", default: "2000" },
    /** So often there and back again, instead of what the fault says: for the length of the pause. */
    rounds: { type: "string" },
    /** With it a commit is not forced to the disk. */
    "no-fsync": { type: "boolean", default: false },
    say: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    /** Of `--all`, those whose name has this. No matrix is written. */
    only: { type: "string" },
    /** Writes the matrix from lines that were printed before. */
    matrix: { type: "string" },
  },
});

async function one(): Promise<void> {
  const found = faultOf(values.fault);
  const fault = found && withRounds(found, Number(values.rounds ?? 0));
  if (fault === undefined) throw new Error(`there is no fault ${values.fault}; see --list`);
  const begun = performance.now();
  const result = await runCase({
    fault,
    seed: Number(values.seed),
    seconds: Number(values.seconds),
    writes: Number(values.writes),
    reads: Number(values.reads),
    oldRows: Number(values.rows),
    isDurable: !values["no-fsync"],
    deadlineMs: Number(values.deadline),
    say(what) {
      const seconds = ((performance.now() - begun) / 1000).toFixed(2);
      if (values.say) console.error(`${seconds} ${what}`);
    },
  });
  console.log(JSON.stringify(result));
  process.exit(result.isRight ? 0 : 1);
}

function withRounds(fault: Fault, rounds: number): Fault {
  if (rounds === 0) return fault;
  const goals = Array.from({ length: rounds }, (): Goal[] => ["extracted", "reversed"]).flat();
  return { ...fault, goals: ["copied", ...goals, "ended"] };
}

/** Each in a process of its own. */
async function all(): Promise<void> {
  const { seed, seconds, writes, reads, rows, deadline } = values;
  const words = Object.entries({ seed, seconds, writes, reads, rows, deadline }).flatMap(
    ([name, value]) => [`--${name}`, value],
  );
  if (values["no-fsync"]) words.push("--no-fsync");
  const cases: Case[] = [];
  for (const fault of faults.filter(({ name }) => name.includes(values.only ?? ""))) {
    const run = promisify(execFile)(
      process.execPath,
      [import.meta.filename, ...words, "--fault", fault.name],
      { maxBuffer: 64 * 1024 * 1024, timeout: 600_000 },
    );
    const { stdout, stderr } = await run.catch(
      (failed: { stdout: string; stderr: string }) => failed,
    );
    const line = stdout.trim().split("\n").at(-1) ?? "";
    const result = line.startsWith("{") ? (JSON.parse(line) as Result) : undefined;
    if (result === undefined) console.error(`${fault.name} broke down: ${stderr}`);
    else console.log(line);
    cases.push({ fault, result });
  }
  if (values.only === undefined) console.error(await writeMatrix(cases));
  const wrong = cases.filter(({ result }) => result?.isRight !== true);
  for (const { fault } of wrong) console.error(`wrong: ${fault.name}`);
  process.exit(wrong.length === 0 ? 0 : 1);
}

/** The last line of each fault counts. */
async function matrixOf(path: string): Promise<void> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.startsWith("{"));
  const results = new Map(
    lines.map((line) => JSON.parse(line) as Result).map((result) => [result.fault, result]),
  );
  const cases = faults.map((fault): Case => ({ fault, result: results.get(fault.name) }));
  console.error(await writeMatrix(cases));
}

if (values.list) for (const { name, sentence } of faults) console.log(`${name}\t${sentence}`);
else if (values.matrix !== undefined) await matrixOf(values.matrix);
else await (values.all ? all() : one());
