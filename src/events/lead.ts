/**
 * Which of several processes delivers to a receiver: the one whose session holds a lock. When it dies its
 * session ends, and another one takes over at once. The same session hears that there is news.
 */
import type { Sql } from "postgres";
import type { Database } from "../data/database.ts";

export interface Lead {
  /** Of the session that has the lead; null while there is none. */
  readonly pid: () => number | null;
  /** The session: whoever has the lead works in it, so that the work ends with the lead. */
  readonly sql: Sql;
  /** Whether this process has it, or gets it now. Rejects when the database cannot be reached. */
  take(what: string): Promise<Taken>;
  /** Gives up one thing, so that another process may have it. */
  give(what: string): Promise<void>;
  /** Gives up all that this process has. */
  close(): Promise<void>;
}

export interface Taken {
  readonly has: boolean;
  /** It came with this very question. */
  readonly isNew: boolean;
}

export interface LeadOptions {
  readonly database: Database;
  readonly app: string;
  /** Told when there may be events to deliver. */
  readonly news: () => void;
}

/** `marcot_events_faq` */
export function channelOf(app: string): string {
  return `marcot_events_${app}`;
}

/** In seconds: a machine that vanished without a word has the lead no longer than this. */
const ALIVE = {
  tcp_keepalives_idle: "10",
  tcp_keepalives_interval: "5",
  tcp_keepalives_count: "3",
};

/**
 * Queues fill and empty faster than PostgreSQL counts them, and from old counts it would rather read and
 * sort a whole queue for each batch: a backlog of 100,000 then goes ten times slower.
 */
const BY_INDEX = { enable_seqscan: "off", enable_bitmapscan: "off", enable_sort: "off" };

export function openLead({ database, app, news }: LeadOptions): Lead {
  const held = new Set<string>();
  let pid: number | null = null;
  const nameOf = (what: string) => `marcot/events/${app}/${what}`;
  const sql = database.session({
    name: `${app} events`,
    settings: { ...BY_INDEX, ...ALIVE },
    onNotify: news,
    onClose() {
      held.clear();
      pid = null;
    },
  });
  return {
    sql,
    pid: () => pid,
    async take(what) {
      if (held.has(what)) return { has: true, isNew: false };
      const [found] = await sql.unsafe<{ has: boolean; pid: number }[]>(
        `SELECT pg_try_advisory_lock(hashtextextended($1::text, 0)) AS has, pg_backend_pid() AS pid`,
        [nameOf(what)],
      );
      if (found?.has !== true) return { has: false, isNew: false };
      if (pid !== found.pid) await sql.unsafe(`LISTEN "${channelOf(app)}"`);
      pid = found.pid;
      held.add(what);
      return { has: true, isNew: true };
    },
    async give(what) {
      if (!held.delete(what)) return;
      await sql.unsafe(`SELECT pg_advisory_unlock(hashtextextended($1::text, 0))`, [nameOf(what)]);
    },
    close: () => sql.end({ timeout: 1 }),
  };
}
