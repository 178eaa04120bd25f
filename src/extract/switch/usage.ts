/**
 * Counts of the ledger that came after the app had gone: they are added to those that left with it. Exactly once:
 * each has a row in the app's own schema, written with it, that says that it was added.
 */
import { ownTable } from "../../data/own-tables.ts";
import type { OpenSide } from "../sides.ts";

/** Below what counts switches, and below what tells how far a comparison is. */
const BASE = 2n ** 48n;

interface Left {
  readonly id: string;
  readonly day: string;
  readonly usage: string;
}

/** From the side that the app has left to its holder. */
export async function moveUsage(from: OpenSide, to: OpenSide): Promise<void> {
  const { app } = from;
  const markers = ownTable(app, "move_markers");
  const rows = await from.sql<Left[]>`
    select id::text, day::text, usage::text from marcot.usage_left where app = ${app} order by id`;
  for (const { id, day, usage } of rows) {
    const mark = String(-(BASE + BigInt(id) * 2n + (from.name === "project" ? 0n : 1n)));
    await to.sql.begin(async (tx) => {
      const added = await tx.unsafe(
        `INSERT INTO ${markers} (epoch) VALUES ($1) ON CONFLICT DO NOTHING RETURNING epoch`,
        [mark],
      );
      if (added.length > 0) await tx.unsafe(addition(app), [usage, day]);
    });
    await from.sql`delete from marcot.usage_left where id = ${id}`;
    await to.sql.unsafe(`DELETE FROM ${markers} WHERE epoch = $1`, [mark]);
  }
}

function addition(app: string): string {
  return `INSERT INTO ${ownTable(app, "contract_usage")} AS known
      (day, version, endpoint, consumer, calls, errors, last_at, sent)
    SELECT $2::date, version, endpoint, consumer, calls, errors, now(), sent
    FROM jsonb_to_recordset($1::text::jsonb) AS new
      (version text, endpoint text, consumer text, calls bigint, errors bigint, sent text[])
    ON CONFLICT (day, version, endpoint, consumer) DO UPDATE SET
      calls = known.calls + excluded.calls,
      errors = known.errors + excluded.errors,
      last_at = greatest(known.last_at, excluded.last_at),
      sent = ARRAY(SELECT DISTINCT unnest(known.sent || excluded.sent) ORDER BY 1)`;
}
