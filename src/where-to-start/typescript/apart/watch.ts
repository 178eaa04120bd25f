/** Ends its process where a file takes too much of it: the parser hears nothing else until it is done. */
import { workerData } from "node:worker_threads";

export interface Watched {
  /** Odd while a file is read. */
  readonly turns: Int32Array;
  readonly patienceMs: number;
  readonly bytesMax: number;
  /** Whose process it works for. */
  readonly parent: number;
}

const EVERY_MS = 50;

const { turns, patienceMs, bytesMax, parent } = workerData as Watched;
let turn = 0;
/** Looks while the same file was read: time in which the machine was asleep does not count. */
let looks = 0;

setInterval(() => {
  const now = Atomics.load(turns, 0);
  looks = now === turn && now % 2 === 1 ? looks + 1 : 0;
  turn = now;
  const isTooMuch = looks * EVERY_MS > patienceMs || process.memoryUsage.rss() > bytesMax;
  if (isTooMuch || process.ppid !== parent) process.kill(process.pid, "SIGKILL");
}, EVERY_MS);
