/**
 * The ledger of real callers: who called which endpoint of which version, by day. Written down every
 * ten seconds and when the project closes, in one statement for each app. The counts of an app that has moved
 * are left for it in this process's own database.
 */
import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import type { Log, ServedApp } from "../../app/types.ts";
import { takeUsage } from "../../app/usage.ts";
import type { Database } from "../../data/database.ts";
import { isMoved } from "../../data/moved.ts";
import { addCounts, type Counts, dated, summed } from "./counts.ts";
import { type Parcel, putLeft } from "./left.ts";

/** Less and idle apps write for nothing; more and a process that is killed forgets more. */
const FLUSH_MS = 10_000;

export interface Counted {
  readonly served: ServedApp;
  readonly database: Database;
}

export interface Ledger {
  /** Writes what was counted, now: of one app, or of all. Resolves when what was being written is too. */
  flush(app?: string): Promise<void>;
  /**
   * Leaves what is still counted of an app that has moved in `marcot.usage_left`, by the owner's `sql`. Rejects
   * when that cannot be written: it is kept then, and left the next time under the same name.
   */
  leave(app: string, sql: Sql): Promise<void>;
  /** Writes for the last time. */
  close(): Promise<void>;
}

/** `isHere`: whether an app is provided here now. What is counted of one that is not is kept. */
export function keepLedger(
  apps: readonly Counted[],
  log: Log,
  isHere: (app: string) => boolean = () => true,
): Ledger {
  const books = new Map(apps.map((counted) => [counted.served.app.name, bookOf(counted)]));
  const flush = async (app?: string): Promise<void> => {
    const chosen = [...books].filter(([name]) => app === undefined || app === name);
    await Promise.all(
      chosen.map(([name, book]) => inTurn(book, () => write(book, log, isHere(name)))),
    );
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();
  return {
    flush,
    async leave(app, sql) {
      const book = books.get(app);
      if (book === undefined) return;
      await inTurn(book, () => leave(book, sql));
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** What is counted of one app and not written yet. */
interface Book extends Counted {
  kept: readonly Counts[];
  /** To be left, and perhaps left already: they go there under their names and nowhere else. */
  parcels: readonly Parcel[];
  last: Promise<void>;
}

function bookOf(counted: Counted): Book {
  return { ...counted, kept: [], parcels: [], last: Promise.resolve() };
}

/** One after the other: whoever flushes knows then that nothing is on its way. */
function inTurn(book: Book, work: () => Promise<void>): Promise<void> {
  const done = book.last.then(work);
  book.last = done.catch(() => {});
  return done;
}

function collect(book: Book): void {
  const usage = takeUsage(book.served);
  if (usage.length > 0) book.kept = summed([...book.kept, ...dated(usage, new Date())]);
}

/**
 * Counts that cannot be written are lost, and told: a ledger is no reason to fail a call. Those of an app that
 * is elsewhere, or has just moved, are kept: nothing was written.
 */
async function write(book: Book, log: Log, isHere: boolean): Promise<void> {
  const { served, database } = book;
  const app = served.app.name;
  collect(book);
  const counts = book.kept;
  if (!isHere || counts.length === 0) return;
  book.kept = [];
  try {
    await addCounts(database.sql, app, counts);
  } catch (error) {
    if (isMoved(error)) book.kept = counts;
    else log.warn({ err: error, app }, "the ledger of callers could not be written");
  }
}

async function leave(book: Book, sql: Sql): Promise<void> {
  collect(book);
  const byDay = Map.groupBy(book.kept, ({ day }) => day);
  const made = [...byDay.values()].map((counts) => ({ id: randomUUID(), counts }));
  book.parcels = [...book.parcels, ...made];
  book.kept = [];
  if (book.parcels.length === 0) return;
  await putLeft(sql, book.served.app.name, book.parcels);
  book.parcels = [];
}
