/**
 * The ledger of real callers: who called which endpoint of which version, by day. Written down every
 * ten seconds and when the project closes, in one statement for each app.
 */
import type { Sql } from "postgres";
import type { Log, ServedApp } from "../../app/types.ts";
import { takeUsage, type Usage } from "../../app/usage.ts";
import type { Database } from "../../data/database.ts";
import { ownTable } from "../../data/own-tables.ts";

/** Less and idle apps write for nothing; more and a process that is killed forgets more. */
const FLUSH_MS = 10_000;

export interface Counted {
  readonly served: ServedApp;
  readonly database: Database;
}

export interface Ledger {
  /** Writes what was counted, now. Default: of all apps. */
  flush(app?: string): Promise<void>;
  /** Writes what is still counted of an app that has left into `marcot.usage_left`, as the owner. */
  leave(app: string, sql: Sql): Promise<void>;
  /** Writes for the last time. */
  close(): Promise<void>;
}

export function keepLedger(apps: readonly Counted[], log: Log): Ledger {
  const flush = async (app?: string): Promise<void> => {
    const meant = apps.filter(({ served }) => app === undefined || served.app.name === app);
    await Promise.all(meant.map((counted) => write(counted, log)));
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();
  return {
    flush,
    async leave(app, sql) {
      for (const { served } of apps.filter((one) => one.served.app.name === app)) {
        const usage = takeUsage(served);
        if (usage.length === 0) continue;
        await sql.unsafe(
          `INSERT INTO marcot.usage_left (app, day, usage)
           VALUES ($1::text, (now() AT TIME ZONE 'UTC')::date, $2::text::jsonb)`,
          [app, JSON.stringify(usage)],
        );
      }
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** Counts that cannot be written are lost, and told: a ledger is no reason to fail a call. */
async function write({ served, database }: Counted, log: Log): Promise<void> {
  const usage = takeUsage(served);
  if (usage.length === 0) return;
  try {
    await upsert(database, served.app.name, usage);
  } catch (error) {
    log.warn({ err: error, app: served.app.name }, "the ledger of callers could not be written");
  }
}

async function upsert({ sql }: Database, app: string, usage: readonly Usage[]): Promise<void> {
  await sql.unsafe(
    `INSERT INTO ${ownTable(app, "contract_usage")} AS known
       (day, version, endpoint, consumer, calls, errors, last_at, sent)
     SELECT (now() AT TIME ZONE 'UTC')::date, version, endpoint, consumer, calls, errors, now(), sent
     FROM jsonb_to_recordset($1::text::jsonb) AS new
       (version text, endpoint text, consumer text, calls bigint, errors bigint, sent text[])
     ON CONFLICT (day, version, endpoint, consumer) DO UPDATE SET
       calls = known.calls + excluded.calls,
       errors = known.errors + excluded.errors,
       last_at = excluded.last_at,
       sent = ARRAY(SELECT DISTINCT unnest(known.sent || excluded.sent) ORDER BY 1)`,
    [JSON.stringify(usage)],
  );
}
