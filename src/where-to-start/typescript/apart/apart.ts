/**
 * Reads TypeScript in a process of its own. The parser is native code that calls itself for each level of nesting:
 * with a file that is nested deeply enough it takes its process with it, and with some it takes hours or all memory.
 * Then another one goes on with the next file.
 */
import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { FileFacts } from "../../types/source.ts";
import { unread } from "../read.ts";

export interface Asked {
  readonly file: string;
  readonly text: string;
}

/** What the other process says first: it could be started. */
export const READY = "ready";

export interface Apart {
  /** Resolves when there is room for more. Of the file itself `take` hears. */
  read(file: string, text: string): Promise<void>;
  /** Resolves when all was read. */
  end(): Promise<void>;
  /** To be called in the end, whatever happened. */
  stop(): void;
}

export interface ApartOptions {
  /** Told of each file, in the order in which they were asked for. */
  readonly take: (facts: FileFacts) => void;
  /** How long one file may take, in milliseconds. */
  readonly patienceMs?: number | undefined;
}

/** As this file: TypeScript here, JavaScript where it is built. */
const program = join(import.meta.dirname, `process${extname(import.meta.filename)}`);

/** The largest file takes under a second. */
const PATIENCE_MS = 20_000;

/** What the largest files take is a fourth. Errors in one long line took 80 GB: each of them shows the line. */
export const BYTES_MAX = 2_000_000_000;

/** So much text may wait to be read. */
const WAITING_CHARS = 8_000_000;

/** So many files are with the other process, so that it never waits for one, and few are sent again when it ends. */
const AHEAD = 8;

/** Nothing is started before there is a file to read. */
export function readApart({ take, patienceMs = PATIENCE_MS }: ApartOptions): Apart {
  /** What was not answered yet; the first one is being read. */
  const waiting: Asked[] = [];
  let [chars, sent, late] = [0, 0, 0];
  let child: ChildProcess | undefined;
  let isReady = false;
  let next = Promise.withResolvers<void>();

  /** Of many that take long each may take less, so that they do not take hours together. */
  const patience = () => Math.ceil(patienceMs / (1 + late));
  function answer(facts: FileFacts): void {
    chars -= waiting.shift()?.text.length ?? 0;
    sent = Math.max(0, sent - 1);
    take(facts);
    next.resolve();
    next = Promise.withResolvers();
  }
  function giveUp(why: string): void {
    const [first] = waiting;
    if (first !== undefined) answer(unread(first.file, first.text, why));
  }
  function giveUpAll(why: string): void {
    child = undefined;
    while (waiting.length > 0) giveUp(`its parser cannot be started: ${why}`);
  }
  function sendMore(): void {
    for (; isReady && sent < Math.min(AHEAD, waiting.length); sent += 1) {
      const asked = waiting[sent];
      // One that just ended is told by how it did, not by what it was not sent.
      if (asked !== undefined) child?.send(asked, () => undefined);
    }
  }
  function start(): void {
    const givenMs = patience();
    const started = fork(program, [String(givenMs)], {
      // Nothing of how this process was started: with its `--eval` the other one would do all that this one does.
      execArgv: [],
      env: {
        NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
        ...process.env,
        NODE_OPTIONS: "",
      },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child = started;
    [sent, isReady] = [0, false];
    started.on("message", (said: FileFacts | typeof READY) => {
      if (said === READY) isReady = true;
      else answer(said);
      sendMore();
    });
    started.once("error", ({ message }) => giveUpAll(message));
    started.once("close", (code, signal) => {
      if (child !== started) return; // it was stopped, or was none
      if (!isReady) return giveUpAll(`it ended with ${signal ?? code}`);
      child = undefined;
      if (signal === "SIGKILL") late += 1;
      giveUp(whyOf(signal ?? code, givenMs));
      if (waiting.length > 0) start();
    });
  }
  return {
    async read(file, text) {
      waiting.push({ file, text });
      chars += text.length;
      if (child === undefined) start();
      else sendMore();
      while (chars > WAITING_CHARS) await next.promise;
    },
    async end() {
      while (waiting.length > 0) await next.promise;
    },
    stop() {
      waiting.length = 0;
      child?.kill();
      child = undefined;
    },
  };
}

function whyOf(ended: NodeJS.Signals | number | null, patienceMs: number): string {
  if (ended === "SIGKILL")
    return `its parser needs more than ${patienceMs / 1000} s or ${BYTES_MAX / 1e9} GB for it`;
  const isOverflow = ended === "SIGSEGV" || ended === "SIGBUS" || ended === STACK_OVERFLOW;
  return isOverflow ? "it is nested too deeply" : `its parser ended with ${ended ?? "nothing"}`;
}

/** How Windows says it. */
const STACK_OVERFLOW = 0xc0_00_00_fd;
