/** Who keeps the tables from being locked. */
import type { Sql } from "postgres";
import type { OpenSide } from "../sides.ts";

export interface LockWatch {
  /** Looks in the middle of a wait of so long. */
  within(waitMs: number): void;
  /** Who was in the way the last time, in words; undefined where nobody was seen. */
  seen(): Promise<string | undefined>;
}

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
  // Not what it asks: that may hold values which are nobody's business, and this is shown on a page.
  const rows = await sql<{ pid: number; name: string; seconds: number }[]>`
    select pid, application_name as name, coalesce(extract(epoch from clock_timestamp() - xact_start), 0)::float8 as seconds
    from pg_stat_activity where pid = any(pg_blocking_pids(${pid}))`;
  const each = rows.map(
    ({ name, pid: backend, seconds }) =>
      `${name || "a session"} (backend ${backend}, a transaction of ${seconds.toFixed(1)} s)`,
  );
  return each.length === 0 ? undefined : each.join(", ");
}
