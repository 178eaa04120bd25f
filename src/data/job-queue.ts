/** How a job gets into the table of its app, and out of it before it has run. */
import { ownTable } from "./own-tables.ts";

/** Values: name, key or null, data, when or null, else seconds from now, trace. */
export function enqueueText(app: string): string {
  return `INSERT INTO ${ownTable(app, "job_queue")} (name, key, data, due_at, trace_id)
    VALUES ($1::text, $2::text, $3::text::json,
      coalesce($4::text::timestamptz, now() + make_interval(secs => $5::float8)), $6::text)
    ON CONFLICT (name, key) WHERE state IN ('waiting', 'failed') DO UPDATE SET
      data = excluded.data, due_at = excluded.due_at, trace_id = excluded.trace_id,
      state = 'waiting', attempts = 0, error = NULL, changed_at = now()`;
}

/** Values: name, key. A row for each that waited. */
export function cancelText(app: string): string {
  return `UPDATE ${ownTable(app, "job_queue")} SET state = 'dropped', changed_at = now()
    WHERE name = $1::text AND key = $2::text AND state IN ('waiting', 'failed') RETURNING id`;
}
