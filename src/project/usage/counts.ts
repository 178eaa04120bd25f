/** What the ledger counted, with its day, and the statement that adds it to an app's table. */
import type { Sql, TransactionSql } from "postgres";
import type { Usage } from "../../app/usage.ts";
import { ownTable } from "../../data/own-tables.ts";

export interface Counts extends Usage {
  /** In UTC: `2026-11-28`. */
  readonly day: string;
  /** When it was last counted: ISO 8601. */
  readonly at: string;
}

export function dated(usage: readonly Usage[], now: Date): Counts[] {
  const at = now.toISOString();
  return usage.map((one) => ({ ...one, day: at.slice(0, 10), at }));
}

/** One for each day, endpoint and consumer: a statement may touch a row once. The later ones stand behind. */
export function summed(counts: readonly Counts[]): Counts[] {
  const sums = new Map<string, Counts>();
  for (const one of counts) {
    const key = JSON.stringify([one.day, one.version, one.endpoint, one.consumer]);
    const { calls = 0, errors = 0, milliseconds = 0, slow = 0, sent = [] } = sums.get(key) ?? {};
    sums.set(key, {
      ...one,
      calls: calls + one.calls,
      errors: errors + one.errors,
      milliseconds: milliseconds + one.milliseconds,
      slow: slow + one.slow,
      sent: [...new Set([...sent, ...one.sent])],
    });
  }
  return [...sums.values()];
}

export async function addCounts(
  sql: Sql | TransactionSql,
  app: string,
  counts: readonly Counts[],
): Promise<void> {
  await sql.unsafe(
    `WITH new AS (SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS new (day date, version text,
       endpoint text, consumer text, calls bigint, errors bigint, milliseconds float8, slow bigint,
       at timestamptz, sent text[])),
     times AS (
       INSERT INTO ${ownTable(app, "endpoint_times")} AS known (day, version, endpoint, milliseconds, slow)
       SELECT day, version, endpoint, coalesce(sum(milliseconds), 0), coalesce(sum(slow), 0)
       FROM new GROUP BY day, version, endpoint
       ON CONFLICT (day, version, endpoint) DO UPDATE SET
         milliseconds = known.milliseconds + excluded.milliseconds, slow = known.slow + excluded.slow)
     INSERT INTO ${ownTable(app, "contract_usage")} AS known
       (day, version, endpoint, consumer, calls, errors, last_at, sent)
     SELECT day, version, endpoint, consumer, calls, errors, at, sent FROM new
     WHERE calls > 0 OR errors > 0
     ON CONFLICT (day, version, endpoint, consumer) DO UPDATE SET
       calls = known.calls + excluded.calls,
       errors = known.errors + excluded.errors,
       last_at = greatest(known.last_at, excluded.last_at),
       sent = ARRAY(SELECT DISTINCT unnest(known.sent || excluded.sent) ORDER BY 1)`,
    [JSON.stringify(summed(counts))],
  );
}
