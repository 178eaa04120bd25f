/** Compares both sides of an app table by table, in two snapshots. */
import { MarcotError } from "../../errors.ts";
import type { Say, VerifiedTable } from "../types.ts";
import { type Asked, type Table, tablesOf } from "./catalog.ts";
import { type Bucket, bucketsOf, type Compared, type Row, rowsIn, writeAlike } from "./checksum.ts";

export interface Snapshots {
  readonly app: string;
  /** A session of the holder, in a transaction that is REPEATABLE READ. */
  readonly from: Asked;
  /** The same of the follower. */
  readonly to: Asked;
  /** Only these tables. Default: all. */
  readonly only?: readonly string[];
  /** Told how many rows were compared. Default: nobody. */
  readonly say?: Say | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was found in one table. */
export interface TableComparison {
  readonly compared: Compared;
  readonly holderRows: number;
  readonly followerRows: number;
  /** JSON of the keys of rows that differ, or are on one side only. */
  readonly keys: readonly string[];
  /** Rows that differ and were not listed: at least so many. */
  readonly more: number;
}

/** Rows that are listed to find those that differ. More and they fill the memory; fewer and less is told. */
const LISTED_ROWS = 200_000;
const SHOWN_KEYS = 10;

/** Every table of an app that one of both sides has. */
export async function compareSnapshots(options: Snapshots): Promise<readonly TableComparison[]> {
  const { app, from, to, only = [], say, signal } = options;
  await Promise.all([writeAlike(from), writeAlike(to)]);
  const [holder, follower] = await Promise.all([tablesOf(from, app), tablesOf(to, app)]);
  const total = holder.reduce((sum, { rows }) => sum + rows, 0);
  const all = [...holder, ...follower].map(({ name }) => name);
  const names = new Set(only.length > 0 ? only : all);
  const found: TableComparison[] = [];
  let done = 0;
  for (const name of [...names].toSorted()) {
    refuseAborted(signal);
    const sides = { holder: tableOf(holder, name), follower: tableOf(follower, name) };
    const rows = sides.holder?.rows ?? 0;
    const told = (share: number) => {
      refuseAborted(signal);
      say?.({ step: "compare", note: name, done: Math.round(done + share * rows), total });
    };
    found.push(await compareTable({ ...options, told, ...sides }));
    done += rows;
  }
  return found;
}

function tableOf(tables: readonly Table[], name: string): Table | undefined {
  return tables.find((table) => table.name === name);
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new MarcotError("MoveRefused", "The comparison was broken off");
}

interface TableTask extends Snapshots {
  readonly holder: Table | undefined;
  readonly follower: Table | undefined;
  readonly told: (share: number) => void;
}

async function compareTable(task: TableTask): Promise<TableComparison> {
  const { app, from, to, holder, follower, told } = task;
  const compared = comparedOf(app, holder, follower);
  const nothing = (): void => {};
  const [here, there] = await Promise.all([
    holder ? bucketsOf(from, compared, told) : new Map<number, Bucket>(),
    follower ? bucketsOf(to, compared, holder ? nothing : told) : new Map<number, Bucket>(),
  ]);
  const counts = { holderRows: rowsOfAll(here), followerRows: rowsOfAll(there) };
  const different = differentBuckets(here, there);
  if (different.length === 0) return { compared, ...counts, keys: [], more: 0 };
  if (holder === undefined || follower === undefined) {
    return { compared, ...counts, keys: [], more: counts.holderRows + counts.followerRows };
  }
  const { listed, more } = toList(different, here, there);
  const [ours, theirs] = await Promise.all([
    rowsIn(from, compared, listed),
    rowsIn(to, compared, listed),
  ]);
  return { compared, ...counts, keys: differentKeys(ours, theirs), more };
}

/** By the columns of both: that one side has more of them, `schemaDifference` tells. */
function comparedOf(app: string, one: Table | undefined, other: Table | undefined): Compared {
  const table = one ?? other;
  if (table === undefined) throw new TypeError("a table of neither side");
  const both = table.columns.filter(({ name }) => isOf(one, name) && isOf(other, name));
  const key = table.key.flatMap((name) => both.filter((column) => column.name === name));
  return {
    app,
    table: table.name,
    columns: both.map(({ name }) => name),
    key: key.length === table.key.length ? key : [],
  };
}

function isOf(table: Table | undefined, column: string): boolean {
  return table === undefined || table.columns.some(({ name }) => name === column);
}

type Buckets = ReadonlyMap<number, Bucket>;

function rowsOfAll(buckets: Buckets): number {
  return [...buckets.values()].reduce((sum, { rows }) => sum + rows, 0);
}

function differentBuckets(here: Buckets, there: Buckets): number[] {
  const all = new Set([...here.keys(), ...there.keys()]);
  return [...all].filter((bucket) => {
    const [one, other] = [here.get(bucket), there.get(bucket)];
    return one?.rows !== other?.rows || one?.sum !== other?.sum;
  });
}

/** As many buckets as may be listed; of the others each has one row at least that differs. */
function toList(
  different: readonly number[],
  here: Buckets,
  there: Buckets,
): { readonly listed: readonly number[]; readonly more: number } {
  const listed: number[] = [];
  let rows = 0;
  let more = 0;
  for (const bucket of different) {
    const [one, other] = [here.get(bucket)?.rows ?? 0, there.get(bucket)?.rows ?? 0];
    rows += Math.max(one, other);
    if (listed.length === 0 || rows <= LISTED_ROWS) listed.push(bucket);
    else more += Math.max(1, Math.abs(one - other));
  }
  return { listed, more };
}

/** Without a primary key two rows may be alike: then they are counted, and differ by their number. */
function differentKeys(ours: readonly Row[], theirs: readonly Row[]): string[] {
  const [here, there] = [counted(ours), counted(theirs)];
  const all = new Set([...here.keys(), ...there.keys()]);
  return [...all].filter((key) => here.get(key) !== there.get(key));
}

function counted(rows: readonly Row[]): Map<string, string> {
  const byKey = new Map<string, string>();
  for (const { key, hash } of rows) {
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? hash : `${before} ${hash}`);
  }
  return byKey;
}

/** For people. */
export function toVerified({ compared, keys, ...counts }: TableComparison): VerifiedTable {
  return Object.freeze({
    table: compared.table,
    holderRows: counts.holderRows,
    followerRows: counts.followerRows,
    different: keys.slice(0, SHOWN_KEYS).map((key) => (JSON.parse(key) as string[]).join(", ")),
  });
}
