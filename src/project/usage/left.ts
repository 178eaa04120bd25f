/**
 * Counts that came after their app had gone: a process leaves them in its own database, and whoever moves the
 * app takes them to where it is. Each parcel has a name of its own, which the receiving side writes down in the
 * transaction that adds the counts: killed anywhere, a parcel is sent again, and added once.
 */
import type { Sql } from "postgres";
import { addCounts, type Counts } from "./counts.ts";

/** Longer than anybody takes to finish a move that was interrupted. */
const TAKEN_KEPT = "30 days";

/** Of one day. */
export interface Parcel {
  /** A UUID. */
  readonly id: string;
  readonly counts: readonly Counts[];
}

/** As the owner. Repeated with the same parcels it does no harm. */
export async function putLeft(sql: Sql, app: string, parcels: readonly Parcel[]): Promise<void> {
  const rows = parcels.map((parcel) => ({ day: parcel.counts[0]?.day, usage: parcel }));
  await sql.unsafe(
    `INSERT INTO marcot.usage_left (app, day, usage)
     SELECT $1::text, day, usage FROM jsonb_to_recordset($2::text::jsonb) AS new (day date, usage jsonb)`,
    [app, JSON.stringify(rows)],
  );
}

/**
 * Adds what was left of an app in the database that it has left to its table in the one that it is in. Both
 * as their owners; they may be the same. Answers how many parcels there were.
 */
export async function takeLeft(from: Sql, to: Sql, app: string): Promise<number> {
  const rows = await from<{ id: string; usage: Parcel }[]>`
    select id::text as id, usage from marcot.usage_left where app = ${app} order by id`;
  for (const { id, usage } of rows) {
    await to.begin(async (tx) => {
      const isNew = await tx`
        insert into marcot.usage_taken (id) values (${usage.id}) on conflict do nothing returning 1`;
      if (isNew.length > 0) await addCounts(tx, app, usage.counts);
    });
    await from`delete from marcot.usage_left where id = ${id}`;
  }
  await to`delete from marcot.usage_taken where at < now() - ${TAKEN_KEPT}::interval`;
  return rows.length;
}
