/**
 * Whether both sides of an app have the same rows: at the moment of a switch, in two snapshots that show the
 * same moment, or while people use the app.
 *
 * While the app is used, the follower is some milliseconds behind, and rows that were just written differ. So
 * what differs is looked at again when all that was written before has arrived: twice without disturbing
 * anybody, and the last time with the rows locked on the holder, for as long as that takes.
 */
import type { Sql, TransactionSql } from "postgres";
import { connect } from "../../data/database.ts";
import type { Say, Side, Verified } from "../types.ts";
import { waitForArrival } from "./arrival.ts";
import { writeAlike, rowsOf } from "./checksum.ts";
import { compareSnapshots, type Snapshots, type TableComparison, toVerified } from "./compare.ts";

export interface VerifyOptions {
  readonly app: string;
  /** The holder. */
  readonly from: Pick<Side, "ownerUrl">;
  /** The follower. */
  readonly to: Pick<Side, "ownerUrl">;
  /** Told how many rows were compared. Default: nobody. */
  readonly say?: Say | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long what was written may need to arrive. Default: 30,000 ms. */
  readonly arrivalMs?: number;
}

/** Compares two snapshots that show the same moment. The sessions stay as they are, in their transactions. */
export async function verifySnapshots(options: Snapshots): Promise<Verified> {
  const begun = performance.now();
  const tables = await compareSnapshots(options);
  return toReport(tables, "switch", begun);
}

/**
 * Compares an app that is used, and that a stream follows. Fails with MoveRefused where what was written does not
 * arrive in time.
 */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const { app, from, to, say, signal, arrivalMs = 30_000 } = options;
  const begun = performance.now();
  const holder = connect(from.ownerUrl, { max: 3, name: "verify" });
  const follower = connect(to.ownerUrl, { max: 2, name: "verify" });
  try {
    const arrive = () => waitForArrival({ app, from: holder, to: follower, withinMs: arrivalMs });
    await arrive();
    const compare = (only: readonly string[]) =>
      inSnapshots(holder, follower, (ours, theirs) =>
        compareSnapshots({ app, from: ours, to: theirs, only, say, signal }),
      );
    let tables = await compare([]);
    for (let round = 1; round <= ROUNDS && tables.some(isDifferent); round += 1) {
      const again = { holder, follower, arrive, isLast: round === ROUNDS };
      say?.({ step: "compare again", note: `${countOf(tables)} rows` });
      const keyless = tables.filter(isWithoutKey).map(({ compared }) => compared.table);
      if (keyless.length > 0) await arrive();
      const seen = keyless.length > 0 ? await compare(keyless) : [];
      const looked: TableComparison[] = [];
      // One after the other: each of them needs several connections.
      for (const table of tables) {
        const fresh = seen.find(({ compared }) => compared.table === table.compared.table);
        looked.push(isWithoutKey(table) ? (fresh ?? table) : await lookAgain(table, again));
      }
      tables = looked;
    }
    return toReport(tables, "running", begun);
  } finally {
    await Promise.all([holder, follower].map((sql) => sql.end({ timeout: 5 })));
  }
}

/** How often a difference is looked at again. Fewer and rows that are written often seem to differ. */
const ROUNDS = 3;
/** Rows that are locked at a time. More and a writer waits longer; fewer and each waits for an arrival of its own. */
const LOCKED_ROWS = 200;
/** Keys that are looked up at a time. */
const LOOKED_UP = 5000;
/** How long the lock of a row is waited for: a transaction that has it may take longer than anybody should wait. */
const LOCK_TIMEOUT_MS = 1000;

function inSnapshots<T>(
  holder: Sql,
  follower: Sql,
  work: (ours: TransactionSql, theirs: TransactionSql) => Promise<T>,
): Promise<T> {
  const mode = "isolation level repeatable read read only";
  return holder.begin(mode, (ours) =>
    follower.begin(mode, (theirs) => work(ours, theirs)),
  ) as Promise<T>; // the driver unwraps arrays of promises in its type; T is none
}

function isDifferent({ keys, more }: TableComparison): boolean {
  return keys.length + more > 0;
}

/** Its rows cannot be looked up one by one. */
function isWithoutKey(table: TableComparison): boolean {
  return isDifferent(table) && table.compared.key.length === 0;
}

function countOf(tables: readonly TableComparison[]): number {
  return tables.reduce((sum, { keys, more }) => sum + keys.length + more, 0);
}

interface Again {
  readonly holder: Sql;
  readonly follower: Sql;
  readonly arrive: () => Promise<void>;
  readonly isLast: boolean;
}

/** Keeps of the keys those that still differ. */
async function lookAgain(table: TableComparison, again: Again): Promise<TableComparison> {
  const { keys } = table;
  const size = again.isLast ? LOCKED_ROWS : LOOKED_UP;
  const left: string[] = [];
  for (let from = 0; from < keys.length; from += size) {
    const part = keys.slice(from, from + size);
    left.push(...(await (again.isLast ? lookLocked : look)(table, part, again)));
  }
  return { ...table, keys: left };
}

/** What arrives is what the holder had before, or has after. */
async function look(
  { compared }: TableComparison,
  keys: readonly string[],
  { holder, follower, arrive }: Again,
): Promise<readonly string[]> {
  const before = await alike(holder, (sql) => rowsOf(sql, compared, keys));
  await arrive();
  const there = await alike(follower, (sql) => rowsOf(sql, compared, keys));
  const after = await alike(holder, (sql) => rowsOf(sql, compared, keys));
  return keys.filter((key) => {
    const row = there.get(key);
    return row !== before.get(key) && row !== after.get(key);
  });
}

/** Nobody changes the rows until they have arrived, so that there is one answer. */
async function lookLocked(
  { compared }: TableComparison,
  keys: readonly string[],
  { holder, follower, arrive }: Again,
): Promise<readonly string[]> {
  return alike(holder, async (sql) => {
    await sql.unsafe(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const here = await rowsOf(sql, compared, keys, { lock: true });
    await arrive();
    const there = await alike(follower, (other) => rowsOf(other, compared, keys));
    return keys.filter((key) => here.get(key) !== there.get(key));
  });
}

function alike<T>(sql: Sql, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  return sql.begin(async (tx) => {
    await writeAlike(tx);
    return work(tx);
  }) as Promise<T>;
}

function toReport(tables: readonly TableComparison[], of: Verified["of"], begun: number): Verified {
  return Object.freeze({
    tables: tables.map(toVerified),
    rows: tables.reduce((sum, { holderRows }) => sum + holderRows, 0),
    different: countOf(tables),
    milliseconds: Math.round(performance.now() - begun),
    of,
  });
}
