/**
 * From the start of a process to its first answer over HTTP: the example with its three apps, as built
 * packages and from source, in turn. Prints seconds, and the process's own seconds of CPU (on Linux; the
 * database is another process).
 *
 *     npm run bench:start
 *
 * cold: there is no database yet, so initdb and the migrations are in it; initialised: the embedded server
 * has to be started; running: another process has started it, so that what remains is ours.
 */
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { openEmbedded } from "../src/data/embedded.ts";
import { addressOf, root, spawnMarcot, tempFolder } from "../test/cli/command.ts";
import { commandIn, stranger } from "../test/packages/stranger.ts";

/** Fewer hide the median in the noise; each costs 6 s. */
const ROUNDS = 9;
/** What /proc counts in, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** In this order: what a cold start leaves behind is what the others start with. */
const situations = ["cold", "initialised", "running"] as const;
type Situation = (typeof situations)[number];

interface Started {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const example = (name: string) => readFileSync(join(root, "example", name), "utf8");
const files = {
  "package.json": example("package.json"),
  "settings.ts": example("settings.ts"),
};
const sides = { built: stranger(files), source: tempFolder(files, linkSources) };

/** As npm links a workspace: Node takes the real path, which is not below node_modules, and strips types. */
function linkSources(folder: string): void {
  mkdirSync(join(folder, "node_modules"));
  const link = (source: string, name: string) =>
    symlinkSync(join(root, source), join(folder, "node_modules", name));
  link("src", "marcot");
  for (const app of ["tickets", "faq", "faqcreator"]) link(join("apps", app), `marcot-${app}`);
}

async function start(folder: string, situation: Situation): Promise<Started> {
  const data = join(folder, ".data");
  if (situation === "cold") rmSync(data, { recursive: true, force: true });
  const server = situation === "running" ? await openEmbedded(data) : undefined;
  const script = commandIn(folder);
  const begin = performance.now();
  const child = spawnMarcot(["runserver", "--port", "0"], { cwd: folder, script });
  const response = await fetch(`${await addressOf(child)}/faq/v1/entries/`);
  await response.text();
  const seconds = (performance.now() - begin) / 1000;
  if (response.status !== 200) throw new Error(`it answered ${response.status}`);
  const cpuSeconds = cpuSecondsOf(child.pid);
  const ended = once(child, "close");
  child.kill("SIGTERM");
  await ended;
  await server?.stop();
  return { seconds, cpuSeconds };
}

/** utime and stime: the 14th and the 15th field of proc(5), and the 2nd may hold spaces. */
function cpuSecondsOf(pid: number | undefined): number {
  if (process.platform !== "linux") return NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

type Side = keyof typeof sides;
const found: (Started & { readonly side: Side; readonly situation: Situation })[] = [];

/** The median and the least, to the hundredth: the clock of the CPU has no more. */
function summaryOf(side: Side, situation: Situation, what: keyof Started) {
  const values = found
    .filter((one) => one.side === side && one.situation === situation)
    .map((one) => one[what])
    .toSorted((a, b) => a - b);
  const [least = NaN, median = NaN] = [values[0], values[values.length >> 1]];
  return { median: Number(median.toFixed(2)), least: Number(least.toFixed(2)) };
}

function report(situation: Situation) {
  const of = (side: Side) => ({
    seconds: summaryOf(side, situation, "seconds"),
    cpuSeconds: summaryOf(side, situation, "cpuSeconds"),
  });
  const both = { built: of("built"), source: of("source") };
  const words = Object.entries(both).map(
    ([side, { seconds, cpuSeconds }]) =>
      `${side} ${seconds.median} s (least ${seconds.least}, CPU ${cpuSeconds.median})`,
  );
  const ratio = both.source.seconds.median / both.built.seconds.median;
  console.log(`${situation}: ${words.join(", ")}, ratio ${ratio.toFixed(2)}`);
  return both;
}

try {
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const situation of situations) {
      for (const side of ["built", "source"] as const) {
        const started = await start(sides[side].folder, situation);
        // The first round reads the files from the disk.
        if (round > 0) found.push({ ...started, side, situation });
      }
    }
  }
  const results = Object.fromEntries(situations.map((situation) => [situation, report(situation)]));
  console.log(JSON.stringify({ bench: "start", ...results }));
} finally {
  for (const { remove } of Object.values(sides)) remove();
}
