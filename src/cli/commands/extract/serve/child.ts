/** The service as a child of `marcot extract --serve`: the command that an operator would type, with its variables. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { MarcotError } from "../../../../errors.ts";
import { apiVariableOf, databaseVariableOf } from "../../../../project/addresses.ts";
import { ownerUrls, type ProjectPlan } from "../../../../project/plan.ts";
import { style } from "../../../terminal/style.ts";
import { refuseOther, whoAnswers } from "./answers.ts";

/** A start takes about a second; a machine that is busy, some more. */
const START_MS = 60_000;
const ASKED_AGAIN_MS = 100;
/** Of what it said before it failed. */
const LINES_KEPT = 40;

const script = join(import.meta.dirname, "..", "..", "..", "marcot.js");

/** What a process that provides this app alone has in its environment. */
export function serviceVariables(
  { apps }: ProjectPlan,
  { app, target, home }: ServiceOptions,
): Readonly<Record<string, string>> {
  const others = apps.filter(({ name, isLocal }) => isLocal && name !== app);
  const addresses = others.map(({ name }) => [apiVariableOf(name), new URL(`/${name}`, home).href]);
  return { DATABASE_URL: target, ...(home === undefined ? {} : Object.fromEntries(addresses)) };
}

export interface ServiceOptions {
  readonly app: string;
  readonly target: string;
  /** The project, as the service reaches it. */
  readonly home: string | undefined;
}

export interface ServiceChild {
  /** Undefined where a service was there already. */
  readonly pid: number | undefined;
  readonly address: string;
  /** Shows its log from now on, and what it has said so far. */
  show(): void;
  /** Resolves when it has ended, by itself or by `stop`. Never where it is not ours. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

interface RunOptions extends ServiceOptions {
  readonly port: number;
  /** Told of the child as soon as there is one: whoever is stopped meanwhile must leave none behind. */
  readonly onChild: (child: ServiceChild) => void;
  /** Ends the waiting; the child is for `onChild` to stop. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when it answers. A service of the app that answers there already is taken; whatever else does is a
 * reason to refuse.
 */
export async function runService(plan: ProjectPlan, options: RunOptions): Promise<ServiceChild> {
  const { app, port, onChild, signal } = options;
  const address = ownAddress(port);
  const found = await refuseOther(address, app, { isOwn: true });
  if (found === "service") return runningAt(address);
  const secret = await eventsSecretOf(plan, app);
  signal.throwIfAborted();
  const child = start(plan, { ...options, secret });
  const { show } = logOf(child, app);
  const ended = once(child, "exit").then(() => undefined);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const service = { pid: child.pid, address, show, ended, stop };
  onChild(service);
  await untilAnswered(child, { app, address, show, signal });
  return service;
}

export function ownAddress(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** A service that somebody else has started, and will end. */
export function runningAt(address: string): ServiceChild {
  return { pid: undefined, address, show() {}, ended: new Promise(() => {}), async stop() {} };
}

interface Awaited extends Pick<ServiceChild, "address" | "show"> {
  readonly app: string;
  readonly signal: AbortSignal;
}

async function untilAnswered(
  child: ChildProcess,
  { app, address, show, signal }: Awaited,
): Promise<void> {
  const giveUpAt = performance.now() + START_MS;
  while ((await whoAnswers(address, app)) !== "service") {
    signal.throwIfAborted();
    const isOver = child.exitCode !== null || child.signalCode !== null;
    if (isOver || performance.now() > giveUpAt) {
      child.kill("SIGKILL");
      show();
      throw new MarcotError("CommandInvalid", `the service of ${app} did not start at ${address}`, {
        fix: "What it said stands above. Nothing was switched.",
      });
    }
    await sleep(ASKED_AGAIN_MS, undefined, { signal });
  }
}

/** The project's own, so that both sides take each other's events. */
async function eventsSecretOf(plan: ProjectPlan, app: string): Promise<string | undefined> {
  const owner = ownerUrls(plan);
  try {
    await owner.of(app);
    return await owner.eventsSecret();
  } finally {
    await owner.close();
  }
}

interface StartOptions extends ServiceOptions {
  readonly port: number;
  readonly secret: string | undefined;
}

function start(plan: ProjectPlan, options: StartOptions) {
  const { app, port, secret } = options;
  const variables = serviceVariables(plan, options);
  // A variable of its own would win over the database of the move; one that says where it is, over the move.
  const own = { [databaseVariableOf(app)]: variables["DATABASE_URL"], [apiVariableOf(app)]: "" };
  const args = ["runserver", "--only", app, "--host", "127.0.0.1", "--port", String(port)];
  return spawn(process.execPath, [...process.execArgv, script, ...args], {
    cwd: plan.folder,
    // Of a group of its own: Ctrl+C is for this command, which ends the child when that is right.
    detached: true,
    env: { ...process.env, ...(secret && { EVENTS_SECRET: secret }), ...variables, ...own },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Kept until somebody wants to see it: a line of progress has the terminal before. */
function logOf({ stdout, stderr }: ChildProcess, app: string): { show(): void } {
  const kept: string[] = [];
  let isShown = false;
  const prefix = style("dim", `${app} │ `);
  const take = (line: string) => {
    if (isShown) console.log(prefix + line);
    else if (kept.push(line) > LINES_KEPT) kept.shift();
  };
  for (const stream of [stdout, stderr])
    if (stream) createInterface({ input: stream }).on("line", (line) => take(toSentence(line)));
  return {
    show() {
      if (!isShown) for (const line of kept.splice(0)) console.log(prefix + line);
      isShown = true;
    },
  };
}

/** Of a line of JSON what a person reads. */
function toSentence(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { msg, level, err } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (typeof msg !== "string") return line;
    const isBad = typeof level === "number" && level >= PINO_WARN;
    const why = err instanceof Object && "message" in err ? `: ${String(err.message)}` : "";
    return isBad ? style("yellow", msg + why) : msg;
  } catch {
    return line;
  }
}

const PINO_WARN = 40;
