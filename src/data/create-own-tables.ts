/** Makes Marcot's own tables in the schema of an app. */
import type { Sql, TransactionSql } from "postgres";
import { quoted } from "./identifier.ts";
import {
  type OwnColumns,
  type OwnTable,
  ownTable,
  ownTableNames,
  ownTables,
} from "./own-tables.ts";

/** Which of them an app does not have yet. */
export async function missingTables(
  sql: Sql | TransactionSql,
  app: string,
): Promise<readonly OwnTable[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${app} and c.relkind = 'r' and c.relname in ${sql(ownTableNames)}`;
  const found = new Set(rows.map(({ name }) => name));
  return (Object.keys(ownTables) as OwnTable[]).filter((name) => !found.has(name));
}

/** Asked first: IF NOT EXISTS alone would send a notice at every start. */
export async function createOwnTables(tx: TransactionSql, app: string): Promise<void> {
  for (const table of await missingTables(tx, app)) {
    const { columns, indexes = {}, uniques = {} }: OwnColumns = ownTables[table];
    await tx.unsafe(`CREATE TABLE ${ownTable(app, table)} (${columns})`);
    const create = async (what: string, [name, on]: readonly [string, string]) => {
      await tx.unsafe(`${what} ${quoted(`${table}_${name}`)} ON ${ownTable(app, table)} ${on}`);
    };
    for (const index of Object.entries(indexes)) await create("CREATE INDEX", index);
    for (const index of Object.entries(uniques)) await create("CREATE UNIQUE INDEX", index);
  }
}
