/**
 * Marcot's own tables in the schema of every app. They lie there and not in a schema of Marcot's, so
 * that they leave with the app when it becomes a service, and so that the app's role is enough.
 */
import type { Sql, TransactionSql } from "postgres";
import { quoted } from "./roles.ts";

/** Each by its name, with its columns. What stands here was created somewhere: add, never edit. */
const OWN_TABLES = {
  /** Which migrations were applied. */
  migrations:
    "name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()",
  /** Who called what: one row for a day, an endpoint of a version, and a consumer. */
  contract_usage:
    "day date NOT NULL, version text NOT NULL, endpoint text NOT NULL, consumer text NOT NULL, " +
    "calls bigint NOT NULL, errors bigint NOT NULL, last_at timestamptz NOT NULL, " +
    "sent text[] NOT NULL, PRIMARY KEY (day, version, endpoint, consumer)",
} as const;

export type OwnTable = keyof typeof OWN_TABLES;

/** Names that an app cannot give to a table of its own. */
export const ownTableNames: readonly string[] = Object.keys(OWN_TABLES);

/** The quoted name, with the schema. */
export function ownTable(app: string, table: OwnTable): string {
  return `${quoted(app)}.${quoted(table)}`;
}

/** Which of them an app does not have yet. */
export async function missingTables(
  sql: Sql | TransactionSql,
  app: string,
): Promise<readonly OwnTable[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${app} and c.relkind = 'r' and c.relname in ${sql(ownTableNames)}`;
  const found = new Set(rows.map(({ name }) => name));
  return (Object.keys(OWN_TABLES) as OwnTable[]).filter((name) => !found.has(name));
}

/** Asked first: IF NOT EXISTS alone would send a notice at every start. */
export async function createOwnTables(tx: TransactionSql, app: string): Promise<void> {
  for (const table of await missingTables(tx, app)) {
    await tx.unsafe(`CREATE TABLE ${ownTable(app, table)} (${OWN_TABLES[table]})`);
  }
}
