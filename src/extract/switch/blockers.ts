/** Who keeps the tables from being locked. */
import type { Sql } from "postgres";
import type { OpenSide } from "../sides.ts";

export interface LockWatch {
  /** Looks in the middle of a wait of so long. */
  within(waitMs: number): void;
  /** Who was in the way the last time, in words; undefined where nobody was seen. */
  seen(): Promise<string | undefined>;
}

const SHOWN_CHARS = 120;

/** Looks while `session` waits: afterwards nobody knows. */
export async function watchLock({ sql }: OpenSide, session: Sql): Promise<LockWatch> {
  const [own] = await session.unsafe<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
  let last: string | undefined;
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    last = (await blockersOf(sql, own?.pid ?? 0).catch(() => undefined)) ?? last;
  };
  return {
    within: (waitMs) => void setTimeout(() => (looking = look()), waitMs / 2),
    async seen() {
      await looking;
      return last;
    },
  };
}

async function blockersOf(sql: Sql, pid: number): Promise<string | undefined> {
  const rows = await sql<{ pid: number; name: string; query: string; seconds: number }[]>`
    select pid, application_name as name, left(regexp_replace(query, '\\s+', ' ', 'g'), ${SHOWN_CHARS}) as query,
      coalesce(extract(epoch from clock_timestamp() - xact_start), 0)::float8 as seconds
    from pg_stat_activity where pid = any(pg_blocking_pids(${pid}))`;
  const each = rows.map(
    ({ name, query, seconds, ...row }) =>
      `${name || "a session"} (backend ${row.pid}, a transaction of ${seconds.toFixed(1)} s: ${query})`,
  );
  return each.length === 0 ? undefined : each.join(", ");
}
