/**
 * The rows of one table as sums that do not depend on where, or in which order, a side keeps them.
 *
 * A row counts as the 64-bit hash of its columns' text, in the order of their names; a bucket is the sum of the
 * hashes of the rows whose primary key falls into it. Each side adds up some pages at a time, so that no
 * statement takes long: a row lies on other pages over there, and in the same bucket.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { quoted } from "../../data/identifier.ts";
import { type Asked, nameOf } from "./catalog.ts";

export interface Bucket {
  readonly rows: number;
  readonly sum: bigint;
}

/** What a table is compared by: the columns that both sides have. */
export interface Compared {
  readonly app: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** The primary key with its types; none where there is no such key. */
  readonly key: readonly { readonly name: string; readonly type: string }[];
}

/** A row by its key. `key` is JSON: `["1"]`, of each column as text. */
export interface Row {
  readonly key: string;
  readonly hash: string;
}

/** A power of two. More and a small table is mostly empty buckets; fewer and one difference makes more rows be listed. */
const BUCKETS = 1024;
/** What a statement reads at most. More and people wait for the processor; less and the way to the server weighs. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** A statement is followed by a pause as long as itself, up to this: who uses the app comes first. */
const PAUSE_MAX_MS = 500;
/** How much of a row without a key is told. */
const SHOWN_CHARS = 100;

/** The text of a value depends on these: both sides have to write it alike. */
const SETTINGS = {
  datestyle: "ISO, YMD",
  intervalstyle: "postgres",
  timezone: "UTC",
  extra_float_digits: "3",
  bytea_output: "hex",
  lc_monetary: "C",
  search_path: "pg_catalog",
  row_security: "off",
  statement_timeout: "0",
  jit: "off",
};

/** For the rest of the session's transaction. */
export async function writeAlike(sql: Asked): Promise<void> {
  const all = Object.entries(SETTINGS).map(
    ([name, value]) => `set_config('${name}', '${value}', true)`,
  );
  await sql.unsafe(`SELECT ${all.join(", ")}`);
}

function rowText({ columns }: Compared): string {
  return `ROW(${columns.map((name) => `t.${quoted(name)}`).join(", ")})::text COLLATE "C"`;
}

function keyText(compared: Compared): string {
  const { key } = compared;
  if (key.length === 0) return rowText(compared);
  return `ROW(${key.map(({ name }) => `t.${quoted(name)}`).join(", ")})::text COLLATE "C"`;
}

function bucketOf(compared: Compared): string {
  return `(hashtextextended(${keyText(compared)}, 1) & ${BUCKETS - 1})::int`;
}

function hashOf(compared: Compared): string {
  return `hashtextextended(${rowText(compared)}, 0)`;
}

/** JSON of the key; without one, of what can be seen of the row and its hash. */
function shownKey(compared: Compared): string {
  const { key } = compared;
  if (key.length > 0)
    return `json_build_array(${key.map(({ name }) => `t.${quoted(name)}::text`).join(", ")})::text`;
  return `json_build_array(left(${rowText(compared)}, ${SHOWN_CHARS}), ${hashOf(compared)}::text)::text`;
}

/** The pages of a table in parts; each is told when it was read. */
async function inChunks<T extends object>(
  sql: Asked,
  { app, table }: Compared,
  ask: (where: string) => string,
  each: (rows: readonly T[], share: number) => void,
): Promise<void> {
  const [size] = await sql.unsafe<{ pages: number; bytes: number }[]>(
    `SELECT (pg_relation_size(c) / current_setting('block_size')::int)::float8 AS pages,
       pg_table_size(c)::float8 AS bytes FROM to_regclass($1) AS c`,
    [nameOf(app, table)],
  );
  const { pages = 0, bytes = 0 } = size ?? {};
  // Long values lie beside the table, and are read too.
  const step = Math.max(1, Math.floor(pages / Math.max(1, bytes / CHUNK_BYTES)));
  for (let from = 0; from < pages; from += step) {
    const to = Math.min(pages, from + step);
    const where = `t.ctid >= '(${from},0)'::tid AND t.ctid < '(${to},0)'::tid`;
    const begun = performance.now();
    each(await sql.unsafe<T[]>(ask(where)), to / pages);
    await sleep(Math.min(performance.now() - begun, PAUSE_MAX_MS));
  }
}

/** The buckets of a table that have rows. `told` gets the share that was read, up to 1. */
export async function bucketsOf(
  sql: Asked,
  compared: Compared,
  told: (share: number) => void,
): Promise<ReadonlyMap<number, Bucket>> {
  const { app, table } = compared;
  const buckets = new Map<number, Bucket>();
  await inChunks<{ bucket: number; rows: number; sum: string }>(
    sql,
    compared,
    (where) => `SELECT ${bucketOf(compared)} AS bucket, count(*)::float8 AS rows,
      sum(${hashOf(compared)})::text AS sum FROM ONLY ${nameOf(app, table)} t WHERE ${where} GROUP BY 1`,
    (found, share) => {
      for (const { bucket, rows, sum } of found) {
        const before = buckets.get(bucket) ?? { rows: 0, sum: 0n };
        buckets.set(bucket, { rows: before.rows + rows, sum: before.sum + BigInt(sum) });
      }
      told(share);
    },
  );
  return buckets;
}

/** The rows of some buckets. */
export async function rowsIn(
  sql: Asked,
  compared: Compared,
  buckets: readonly number[],
): Promise<readonly Row[]> {
  const { app, table } = compared;
  const rows: Row[] = [];
  await inChunks<Row>(
    sql,
    compared,
    (where) => `SELECT ${shownKey(compared)} AS key, ${hashOf(compared)}::text AS hash
      FROM ONLY ${nameOf(app, table)} t
      WHERE ${where} AND ${bucketOf(compared)} IN (${buckets.join(", ")})`,
    (found) => {
      for (const row of found) rows.push(row);
    },
  );
  return rows;
}

/** The rows of some keys, found by the primary key, as they are now. `lock`: and nobody changes them meanwhile. */
export async function rowsOf(
  sql: Asked,
  compared: Compared,
  keys: readonly string[],
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<ReadonlyMap<string, string>> {
  const { app, table, key } = compared;
  const wanted = key.map(({ type }, index) => `(k ->> ${index})::${type} AS k${index}`).join(", ");
  const same = key.map(({ name }, index) => `t.${quoted(name)} = w.k${index}`).join(" AND ");
  const rows = await sql.unsafe<Row[]>(
    `SELECT ${shownKey(compared)} AS key, ${hashOf(compared)}::text AS hash
     FROM (SELECT ${wanted} FROM json_array_elements($1::text::json) AS k) AS w
       JOIN ONLY ${nameOf(app, table)} t ON ${same}${lock ? " FOR SHARE OF t" : ""}`,
    [`[${keys.join(",")}]`],
  );
  return new Map(rows.map((row) => [row.key, row.hash]));
}
