/** An app in a process of its own, for a test: `marcot runserver --only faq`, for real. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { inspect } from "node:util";
import { MarcotError } from "../errors.ts";
import type { Environment } from "../project/env.ts";
import type { Recording } from "./recording.ts";

/** A start takes a second or two; a busy machine is given time, and what hangs is told before one gives up. */
const START_MS = 60_000;

/** The server gives up by itself after 9.7 s; killed sooner, it could not tell what it waited for. */
const STOP_MS = 12_000;

/** As this file: TypeScript here, JavaScript where it is built. */
const program = join(import.meta.dirname, `provider-process${extname(import.meta.filename)}`);

/** A running process that provides an app. */
export interface Provider {
  readonly app: string;
  readonly address: string;
  readonly pid: number;
  /** What it was started with: to start another one in its place. */
  readonly options: ProviderOptions;
  /** Asks the process to end, and fails when it does not end in order, or has ended before. */
  stop(): Promise<void>;
  /** Ends it without a warning, as a crash of its machine would. */
  kill(): Promise<void>;
}

export interface ProviderOptions {
  readonly app: string;
  /** The project's folder. */
  readonly folder: string;
  readonly port: number;
  readonly environment: Environment;
  readonly recording: Recording;
}

/** Starts the process, and waits until it takes calls. */
export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const { app, recording } = options;
  const child = start(options);
  const { pid } = child;
  if (pid === undefined) throw (await once(child, "error"))[0];
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const said: string[] = [];
  const ended = once(child, "close").then(() => {
    process.off("exit", kill);
    const how = child.signalCode ?? `code ${child.exitCode}`;
    return new MarcotError("CommandInvalid", `the process of ${app} ended with ${how}`, {
      fix: `It said:\n${said.join("\n")}`,
    });
  });
  const hear = (line: string) => {
    said.push(line);
    recording.add(`${app}: ${toSentence(line)}`);
  };
  const hanging = setTimeout(() => {
    hear(`it was not ready after ${START_MS / 1000} s`);
    kill();
  }, START_MS);
  const address = await Promise.race([listen(child, hear), ended]);
  clearTimeout(hanging);
  if (address instanceof MarcotError) throw address;
  let isKilled = false;
  let stopping: Promise<void> | undefined;
  const end = async () => {
    const late = setTimeout(kill, STOP_MS);
    child.kill("SIGTERM");
    const how = await ended;
    clearTimeout(late);
    if (child.exitCode !== 0 && !isKilled) throw how;
  };
  return {
    app,
    address,
    pid,
    options,
    stop: () => (stopping ??= end()),
    async kill() {
      isKilled = true;
      kill();
      await ended;
    },
  };
}

function start({ app, folder, port, environment }: ProviderOptions): ChildProcess {
  const args = ["runserver", "--only", app, "--host", "127.0.0.1", "--port", String(port)];
  return spawn(process.execPath, [program, ...args], {
    cwd: folder,
    // To compile is most of what a start takes: what was compiled is kept where Node keeps it.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"], // the channel tells the process when this one is gone
  });
}

/** Hears all that the process says; resolves with the address that it names when it is ready. */
function listen(child: ChildProcess, hear: (line: string) => void): Promise<string> {
  const lines = (stream: Readable | null) => createInterface({ input: stream as Readable }); // piped
  lines(child.stderr).on("line", hear);
  return new Promise((resolve) => {
    lines(child.stdout).on("line", (line) => {
      hear(line);
      const [, address] = /^\{.*"address":"(http:[^"]+)"/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
}

/** A line of the log as `openLog` writes it for programs, for people again. */
function toSentence(line: string): string {
  try {
    const { level, msg, err, time: _time, ...details } = JSON.parse(line) as LogLine;
    if (level < WARNING) return msg;
    return [msg, inspect(details), err?.stack ?? ""].join(" ").trimEnd();
  } catch {
    return line; // what a library or a crash has printed
  }
}

/** Of pino. */
const WARNING = 40;

interface LogLine {
  readonly level: number;
  readonly time: string;
  readonly msg: string;
  readonly err?: { readonly stack: string };
}
