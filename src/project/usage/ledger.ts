/**
 * The ledger of real callers: who called which endpoint of which version, by day. Written down every
 * ten seconds and when the project closes, in one statement for each app.
 */
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
  /** Writes what was counted, now. */
  flush(): Promise<void>;
  /** Writes for the last time. */
  close(): Promise<void>;
}

export function keepLedger(apps: readonly Counted[], log: Log): Ledger {
  const flush = async (): Promise<void> => {
    await Promise.all(apps.map((counted) => write(counted, log)));
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();
  return {
    flush,
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
