/** How far PostgreSQL's own replication is: the slot on the holder, the subscription on the follower. */
import type { Sql } from "postgres";
import type { SideName, TableStatus } from "../types.ts";
import type { Table } from "../verify/catalog.ts";

export interface SlotFacts {
  readonly active: boolean;
  /** PostgreSQL has thrown away what the follower still needs. */
  readonly isLost: boolean;
  /** It is about to. */
  readonly isUnreserved: boolean;
  readonly bytes: number;
  readonly milliseconds: number | null;
}

export interface SubscriptionFacts {
  readonly enabled: boolean;
  /** Whether its worker runs. */
  readonly works: boolean;
  readonly applyErrors: number;
  readonly syncErrors: number;
}

/** Of a subscription and its slot: rows come from this side. */
export function streamName(app: string, from: SideName): string {
  return `marcot_${app.replaceAll("-", "_")}_${from === "project" ? "out" : "home"}`;
}

export async function slotFacts(sql: Sql, name: string): Promise<SlotFacts | undefined> {
  const [slot] = await sql<SlotFacts[]>`
    select s.active, coalesce(s.wal_status = 'lost', false) as "isLost",
      coalesce(s.wal_status = 'unreserved', false) as "isUnreserved",
      greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn), 0)::float8 as bytes,
      (extract(epoch from r.replay_lag) * 1000)::float8 as milliseconds
    from pg_replication_slots s left join pg_stat_replication r on r.pid = s.active_pid
    where slot_name = ${name} and database = current_database()`;
  return slot;
}

export async function subscriptionFacts(
  sql: Sql,
  name: string,
): Promise<SubscriptionFacts | undefined> {
  const [facts] = await sql<SubscriptionFacts[]>`
    select s.subenabled as enabled,
      exists (select from pg_stat_subscription w where w.subid = s.oid and w.relid is null and w.pid is not null) as works,
      coalesce(e.apply_error_count, 0)::int as "applyErrors", coalesce(e.sync_error_count, 0)::int as "syncErrors"
    from pg_subscription s left join pg_stat_subscription_stats e on e.subid = s.oid
    where s.subname = ${name} and s.subdbid = (select oid from pg_database where datname = current_database())`;
  return facts;
}

interface CopiedTable {
  readonly table: string;
  readonly state: "i" | "d" | "f" | "s" | "r";
  readonly copied: number;
}

/** What the states of PostgreSQL mean: i(nitialise), d(ata is copied), f(inished), s(ynchronised), r(eady). */
const STATES = {
  i: "waiting",
  d: "copying",
  f: "catching up",
  s: "following",
  r: "following",
} as const;

/** Rows of the holder are estimates; of a table that is being copied, the rows so far are counted. */
export async function tablesInStream(
  follower: Sql,
  tables: readonly Table[],
  name: string,
): Promise<readonly TableStatus[]> {
  const copied = await follower<CopiedTable[]>`
    select c.relname as table, r.srsubstate as state, coalesce(p.tuples_processed, 0)::float8 as copied
    from pg_subscription_rel r join pg_subscription s on s.oid = r.srsubid join pg_class c on c.oid = r.srrelid
      left join pg_stat_progress_copy p on p.relid = r.srrelid and p.command = 'COPY FROM'
        and p.datname = current_database()
    where s.subname = ${name} order by 1`;
  return copied.map(({ table, state, copied: counted }) => {
    const isWaiting = state === "i" || state === "d";
    const total = Math.max(tables.find((one) => one.name === table)?.rows ?? 0, counted);
    return Object.freeze({
      table,
      state: STATES[state],
      copied: isWaiting ? counted : total,
      total,
    });
  });
}
