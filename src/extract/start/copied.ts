/** Waits while a stream copies the rows that were there before it, and until it has caught up. */
import { setTimeout as sleep } from "node:timers/promises";
import { quoted } from "../../data/identifier.ts";
import { codeOf, MarcotError } from "../../errors.ts";
import type { Course, Roles } from "../course.ts";
import type { OpenSide } from "../sides.ts";
import { streamOf } from "../stream.ts";
import { waitForArrival } from "../verify/arrival.ts";

const POLL_MS = 200;
/** A worker that failed is started again every five seconds: more often than this and it will not get better. */
const FAILURES_MAX = 5;
/** A stream that has brought nothing new for so long is broken. */
const SILENCE_MS = 30_000;

interface Found {
  /** Of `pg_subscription_rel`. */
  readonly state: string;
  readonly table: string;
  /** Rows that were copied, where it is at that. */
  readonly copied: number | null;
}

/** Resolves when every table follows. Fails with MoveRefused when a table cannot be copied. */
export async function waitUntilCopied(
  { app, say }: Course,
  { holder, follower }: Roles,
): Promise<void> {
  const name = streamOf(app, holder.name);
  const sizes = await sizesOf(holder);
  const total = [...sizes.values()].reduce((sum, rows) => sum + rows, 0);
  const failuresBefore = await failuresOf(follower, name);
  for (;;) {
    const tables = await tablesOf(follower, name);
    const left = tables.filter(({ state }) => state !== "r");
    const rows = tables.map(({ state, table, copied }) => {
      const size = sizes.get(table) ?? 0;
      if (copied !== null) return Math.min(copied, size);
      return state === "i" || state === "d" ? 0 : size;
    });
    const done = rows.reduce((sum, count) => sum + count, 0);
    const [next] = left;
    say({ step: "copy", ...(next ? { note: next.table } : {}), done, total });
    if (next === undefined && tables.length > 0) return;
    const failures = (await failuresOf(follower, name)) - failuresBefore;
    if (failures >= FAILURES_MAX) throw failing(app, next?.table, failures);
    await sleep(POLL_MS);
  }
}

/** Resolves when what the holder has now has arrived. Fails with MoveRefused when nothing arrives any more. */
export async function waitUntilCurrent({ app, say }: Course, roles: Roles): Promise<void> {
  const { holder, follower } = roles;
  let before = "";
  for (;;) {
    try {
      await waitForArrival({ app, from: holder.sql, to: follower.sql, withinMs: SILENCE_MS });
      return;
    } catch (error) {
      const [slot] = await holder.sql<{ at: string; behind: string }[]>`
        select confirmed_flush_lsn::text as at,
          pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)) as behind
        from pg_replication_slots where slot_name = ${streamOf(app, holder.name)}`;
      if (codeOf(error) !== "MoveRefused" || slot === undefined || slot.at === before) throw error;
      say({ step: "catch up", note: `${slot.behind} behind` });
      before = slot.at;
    }
  }
}

function tablesOf({ app, sql }: OpenSide, name: string): Promise<readonly Found[]> {
  return sql<Found[]>`
    select srsubstate as state, c.relname as table, p.tuples_processed::float8 as copied
    from pg_subscription s join pg_subscription_rel on srsubid = s.oid
      join pg_class c on c.oid = srrelid
      left join pg_stat_progress_copy p on p.relid = srrelid and p.type = 'CALLBACK'
    where subname = ${name} and c.relnamespace = to_regnamespace(${quoted(app)})
      and subdbid = (select oid from pg_database where datname = current_database())
    order by pg_table_size(srrelid) desc`;
}

/** As the last ANALYZE has counted; a table that never was is counted now. */
async function sizesOf({ app, sql }: OpenSide): Promise<ReadonlyMap<string, number>> {
  const tables = await sql<{ name: string; rows: number }[]>`
    select relname as name, reltuples::float8 as rows from pg_class
    where relnamespace = to_regnamespace(${quoted(app)}) and relkind = 'r'`;
  const sizes = new Map<string, number>();
  for (const { name, rows } of tables) {
    if (rows >= 0) {
      sizes.set(name, rows);
      continue;
    }
    const [counted] = await sql<{ rows: number }[]>`
      select count(*)::float8 as rows from ${sql(app)}.${sql(name)}`;
    sizes.set(name, counted?.rows ?? 0);
  }
  return sizes;
}

async function failuresOf({ sql }: OpenSide, name: string): Promise<number> {
  const [found] = await sql<{ failures: number }[]>`
    select (apply_error_count + sync_error_count)::float8 as failures
    from pg_stat_subscription_stats join pg_subscription on oid = subid where pg_subscription.subname = ${name}
      and subdbid = (select oid from pg_database where datname = current_database())`;
  return found?.failures ?? 0;
}

function failing(app: string, table: string | undefined, failures: number): MarcotError {
  const what = table === undefined ? `The stream of ${app}` : `The copy of ${app}.${table}`;
  return new MarcotError("MoveRefused", `${what} has failed ${failures} times`, {
    fix: "The log of the follower's database says why: remove that, and run `marcot extract resume`.",
  });
}
