/** The other side of apart.ts: reads the files that it is given, one after the other, and is watched. */
import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { FileFacts } from "../../types/source.ts";
import { type Asked, BYTES_MAX, READY } from "./apart.ts";
import type { Watched } from "./watch.ts";
import { readTypeScript, unread } from "../read.ts";

const [, , patienceMs] = process.argv;
/** Goes up as a file is begun, and as it is done. */
const turns = new Int32Array(new SharedArrayBuffer(4));
const watched: Watched = {
  turns,
  patienceMs: Number(patienceMs),
  bytesMax: BYTES_MAX,
  parent: process.ppid,
};
const watch = join(import.meta.dirname, `watch${extname(import.meta.filename)}`);
const watcher = new Worker(watch, { workerData: watched });
watcher.unref();
watcher.once("online", () => process.send?.(READY));

const waiting: Asked[] = [];

process.on("message", (asked: Asked) => {
  waiting.push(asked);
  if (waiting.length === 1) readNext();
});

/** Each answer is out before the next file is read: that may be the last one. */
function readNext(): void {
  const [asked] = waiting;
  if (asked === undefined) return;
  Atomics.add(turns, 0, 1);
  const facts = furtherIn(STEPS, () => read(asked));
  Atomics.add(turns, 0, 1);
  process.send?.(facts, undefined, {}, () => {
    waiting.shift();
    readNext();
  });
}

/**
 * With less of the stack than the command has: a contract is drafted from files that are parsed again there, and
 * what was read here must not end it.
 */
const STEPS = 2000;

function furtherIn<T>(steps: number, then: () => T): T {
  return steps === 0 ? then() : furtherIn(steps - 1, then);
}

function read({ file, text }: Asked): FileFacts {
  try {
    return readTypeScript(file, text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return unread(file, text, `it could not be read: ${message}`);
  }
}
