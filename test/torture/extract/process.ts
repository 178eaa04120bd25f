/**
 * `marcot runserver`, that can be killed, frozen, and started again. What it says goes to a file: hundreds of
 * lines a second that the users' own process would have to read cost more than the users do.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const bin = join(import.meta.dirname, "..", "..", "..", "src", "cli", "marcot.js");

const START_MS = 60_000;
const TAIL_BYTES = 64 * 1024;

export interface Process {
  readonly name: string;
  kill(): Promise<void>;
  /** Tries again where it ends at once, as whoever supervises it would: its database may be just starting. */
  start(): Promise<void>;
  /** `SIGSTOP` freezes it, `SIGCONT` lets it go on. */
  signal(name: NodeJS.Signals): void;
  /** The last lines that it said, without those of requests that were answered well. */
  said(): Promise<readonly string[]>;
}

export interface ProcessOptions {
  readonly name: string;
  /** The project's folder. */
  readonly folder: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where its output goes. */
  readonly log: string;
}

export function processOf(options: ProcessOptions): Process {
  let child: ChildProcess | undefined;
  process.once("exit", () => child?.kill("SIGKILL"));
  const startOnce = async (): Promise<boolean> => {
    const { PATH, HOME } = process.env;
    const output = await open(options.log, "a");
    const from = (await output.stat()).size;
    const started = spawn(process.execPath, [bin, "runserver", ...options.arguments], {
      cwd: options.folder,
      env: { PATH, HOME, ...options.environment },
      stdio: ["ignore", output.fd, output.fd],
    });
    child = started;
    await output.close();
    while (started.exitCode === null && started.signalCode === null) {
      const said = (await readFile(options.log)).subarray(from).toString();
      if (/ is ready/.test(said)) return true;
      await sleep(30);
    }
    return child !== started;
  };
  return {
    name: options.name,
    async start() {
      const end = Date.now() + START_MS;
      while (!(await startOnce())) {
        if (Date.now() > end)
          throw new Error(
            `${options.name} does not start: ${(await tail(options.log)).join("\n")}`,
          );
        await sleep(500);
      }
    },
    async kill() {
      const ending = child;
      child = undefined;
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
      const closed = once(ending, "close");
      ending.kill("SIGKILL");
      await closed;
    },
    signal: (name) => void child?.kill(name),
    said: () => tail(options.log),
  };
}

async function tail(path: string): Promise<string[]> {
  const text = await readFile(path).catch(() => Buffer.alloc(0));
  const lines = text
    .subarray(-20 * TAIL_BYTES)
    .toString()
    .split("\n");
  return lines.filter((line) => line !== "" && !/"status":(2|404)/.test(line)).slice(-20);
}
