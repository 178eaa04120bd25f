/** The part of `check` that looks at tables: do they stay in the app's schema, and do migrations make them? */
import type { App } from "../../app/types.ts";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { makeMigration } from "../../data/makemigrations.ts";
import { readMigrations } from "../../data/migrate.ts";
import { codeOf, MarcotError } from "../../errors.ts";
import type { AppFiles } from "../find.ts";
import { type Finding, type Place, toFinding } from "./findings.ts";

export interface CheckTablesOptions {
  readonly app: App;
  readonly files: AppFiles;
  /** Where findings about the tables are. */
  readonly where: Place;
  /** Whether tables are compared with migrations; pointless for what npm installed. */
  readonly comparesMigrations: boolean;
}

export async function checkTables(options: CheckTablesOptions): Promise<Finding[]> {
  const { app, where, comparesMigrations } = options;
  const tables = Object.values(app.tables).filter((value) => is(value, PgTable));
  const findings = tables.flatMap((table) => checkTable(app.name, table, where));
  // Tables in a wrong schema cannot be compared: their owner refuses them first.
  if (tables.length === 0 || findings.length > 0 || !comparesMigrations) return findings;
  return checkMigrations(options);
}

function checkTable(app: string, table: PgTable, where: Place): Finding[] {
  const { name, schema = "public", foreignKeys } = getTableConfig(table);
  if (schema !== app) {
    const what = `the table ${name} of ${app} is in the schema "${schema}"`;
    const hint = `Declare it with schema("${app}").table("${name}", …).`;
    return [toFinding("data.E001", where, what, hint)];
  }
  return foreignKeys.flatMap((key) => {
    const foreign = getTableConfig(key.reference().foreignTable);
    if (foreign.schema === app) return [];
    const what = `the table ${name} of ${app} has a foreign key to ${foreign.schema ?? "public"}.${foreign.name}`;
    const hint = "Keep the row's id in a plain column, and call the other app.";
    return [toFinding("data.E002", where, what, hint)];
  });
}

/** Writes the next migration into a copy, and sees whether there was one to write. */
async function checkMigrations({ app, files, where }: CheckTablesOptions): Promise<Finding[]> {
  const source = join(files.folder, "migrations");
  const { name, tables } = app;
  const copy = await mkdtemp(join(tmpdir(), "marcot-check-"));
  try {
    const isNew = (await readMigrations(source)).length === 0;
    if (!isNew) await cp(source, copy, { recursive: true });
    const made = await makeMigration({ app: name, folder: copy, tables });
    if (made === undefined) return [];
    const what = isNew
      ? `${name} has tables and no migrations`
      : `the tables of ${name} have changed since the last migration`;
    const id = isNew ? "data.E003" : "data.E004";
    return [toFinding(id, where, what, `Run \`marcot makemigrations ${name}\`.`)];
  } catch (thrown) {
    // Without drizzle-kit, a development dependency, there is nothing to compare with.
    if (codeOf(thrown) === "CommandInvalid") return [];
    if (!(thrown instanceof MarcotError)) throw thrown;
    return [toFinding("data.E005", where, thrown.message, thrown.fix)];
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
