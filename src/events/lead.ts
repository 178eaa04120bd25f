/**
 * Which of several processes delivers to a receiver: the one whose session holds a lock. When it dies its
 * session ends, and another one takes over at once. The same session hears that there is news.
 */
import type { Sql } from "postgres";
import type { Database } from "../data/database.ts";

export interface Lead {
  /** The session: whoever has the lead works in it, so that the work ends with the lead. */
  readonly sql: Sql;
  /** Whether this process has it, or gets it now. Rejects when the database cannot be reached. */
  take(what: string): Promise<Taken>;
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

/**
 * Queues fill and empty faster than PostgreSQL counts them, and from old counts it would rather read and
 * sort a whole queue for each batch: a backlog of 100,000 then goes ten times slower.
 */
const BY_INDEX = { enable_seqscan: "off", enable_bitmapscan: "off", enable_sort: "off" };

export function openLead({ database, app, news }: LeadOptions): Lead {
  const held = new Set<string>();
  let isListening = false;
  const sql = database.session({
    name: `${app} events`,
    settings: BY_INDEX,
    onNotify: news,
    onClose() {
      held.clear();
      isListening = false;
    },
  });
  return {
    sql,
    async take(what) {
      if (held.has(what)) return { has: true, isNew: false };
      const name = `marcot/events/${app}/${what}`;
      const [found] = await sql`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as has`;
      if (found?.["has"] !== true) return { has: false, isNew: false };
      held.add(what);
      if (!isListening) {
        isListening = true;
        await sql.unsafe(`LISTEN "${channelOf(app)}"`);
      }
      return { has: true, isNew: true };
    },
    close: () => sql.end({ timeout: 1 }),
  };
}
