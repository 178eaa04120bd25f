/** What PostgreSQL knows of the tables of an app that moves. */
import type { Sql } from "postgres";
import { quoted } from "../data/identifier.ts";
import { FENCE } from "../data/control.ts";

export interface MovedTable {
  readonly name: string;
  /** Partitions are ordinary tables beside their partitioned one. */
  readonly isPartitioned: boolean;
  readonly hasKey: boolean;
  /** Whether replication knows its rows by all of their columns. */
  readonly isFull: boolean;
  /** The trigger that refuses ordinary writers. Undefined: it has none. */
  readonly fence: "enabled" | "disabled" | undefined;
}

/** The markers are written while the fence stands, by the coordinator alone. */
const UNFENCED = "move_markers";

/** In the order in which they are locked: as the framework's own transactions touch them. */
export async function movedTables(
  sql: Pick<Sql, "unsafe">,
  app: string,
): Promise<readonly MovedTable[]> {
  const rows = await sql.unsafe<(Omit<MovedTable, "fence"> & { fence: string | null })[]>(
    `SELECT c.relname AS name, c.relkind = 'p' AS "isPartitioned", c.relreplident = 'f' AS "isFull",
       EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary) AS "hasKey",
       (SELECT tgenabled FROM pg_trigger WHERE tgrelid = c.oid AND tgname = $2) AS fence
     FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p')
     ORDER BY c.relname <> 'idempotency_keys', c.relname`,
    [quoted(app), FENCE],
  );
  return rows.map(({ fence, ...row }) => ({ ...row, fence: toFence(fence) }));
}

function toFence(enabled: string | null): MovedTable["fence"] {
  if (enabled === null) return undefined;
  return enabled === "D" ? "disabled" : "enabled";
}

export function fenced(tables: readonly MovedTable[]): readonly MovedTable[] {
  return tables.filter(({ name }) => name !== UNFENCED);
}

export function nameIn(app: string, name: string): string {
  return `${quoted(app)}.${quoted(name)}`;
}

/** A value in the text of a statement, for statements that are sent together. */
export function literal(value: string | null): string {
  if (value === null) return "NULL";
  const text = value.replaceAll("'", "''");
  return text.includes("\\") ? `E'${text.replaceAll("\\", "\\\\")}'` : `'${text}'`;
}
