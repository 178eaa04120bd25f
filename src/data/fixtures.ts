/**
 * Fixtures: rows to begin with, as JSON beside the code of an app. `fixtures/example.json` names tables
 * and columns as the database does:
 *
 *     { "entries": [{ "id": 1, "question": "How do I change my password?", "source": 1 }] }
 *
 * The app's own role writes them, so that a fixture cannot touch what is not the app's.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import postgres, { type TransactionSql } from "postgres";
import { codeOf, MarcotError } from "../errors.ts";
import { withConnection } from "./database.ts";
import { quoted } from "./identifier.ts";
import { appUrl } from "./roles.ts";

export interface FixtureOptions {
  /** The address of the database for its owner; the app's own is derived from it. */
  readonly ownerUrl: string;
  readonly app: string;
  /** The app's folder, which may have `fixtures/`. */
  readonly folder: string;
  /** `example` is `fixtures/example.json`. */
  readonly name: string;
}

type Row = Readonly<Record<string, unknown>>;

/** Writes all rows or none, and returns how many; undefined where the app has no fixture of that name. */
export async function loadFixture(options: FixtureOptions): Promise<number | undefined> {
  const { ownerUrl, app, folder, name } = options;
  const file = join(folder, "fixtures", `${name}.json`);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const tables = parse(file, text);
  return withConnection(appUrl(ownerUrl, app), async (sql) => {
    await sql.begin(async (tx) => {
      for (const [table, rows] of tables) await write(tx, { file, app, table, rows });
    });
    return tables.reduce((sum, [, rows]) => sum + rows.length, 0);
  });
}

function parse(file: string, text: string): [table: string, rows: readonly Row[]][] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, `it is not JSON: ${cause instanceof Error ? cause.message : ""}`, cause);
  }
  if (!isRow(data)) throw invalid(file, "it must be an object, with a list of rows for each table");
  return Object.entries(data).map(([table, rows]) => {
    if (!Array.isArray(rows) || !rows.every(isRow))
      throw invalid(file, `"${table}" must be a list of rows, each an object`);
    return [table, rows];
  });
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Part {
  readonly file: string;
  readonly app: string;
  readonly table: string;
  readonly rows: readonly Row[];
}

/** Rows with the same columns go together; what a row leaves out gets the default of its column. */
async function write(tx: TransactionSql, { file, app, table, rows }: Part): Promise<void> {
  const place = `${quoted(app)}.${quoted(table)}`;
  try {
    for (const group of Map.groupBy(rows, (row) => Object.keys(row).toSorted().join()).values()) {
      const columns = Object.keys(group[0] ?? {})
        .map(quoted)
        .join(", ");
      await tx.unsafe(
        `INSERT INTO ${place} (${columns}) OVERRIDING SYSTEM VALUE
         SELECT ${columns} FROM jsonb_populate_recordset(NULL::${place}, $1::text::jsonb)`,
        [JSON.stringify(group)],
      );
    }
    await advance(tx, app, table);
  } catch (cause) {
    if (!(cause instanceof postgres.PostgresError)) throw cause;
    const { message, code, detail } = cause;
    const why = [`"${table}": ${message} (${code})`, detail].filter(Boolean).join(". ");
    throw invalid(file, why, cause);
  }
}

/** The next row that gives no id must not meet one that was given here. */
async function advance(tx: TransactionSql, app: string, table: string): Promise<void> {
  const place = `${quoted(app)}.${quoted(table)}`;
  const columns = await tx<{ name: string; sequence: string }[]>`
    select attname as name, pg_get_serial_sequence(${place}, attname) as sequence
    from pg_attribute
    where attrelid = ${place}::regclass and attnum > 0 and not attisdropped
      and pg_get_serial_sequence(${place}, attname) is not null`;
  for (const { name, sequence } of columns) {
    await tx.unsafe(
      `SELECT setval($1::regclass, greatest((SELECT max(${quoted(name)}) FROM ${place}), 1))`,
      [sequence],
    );
  }
}

function invalid(file: string, why: string, cause?: unknown): MarcotError {
  return new MarcotError("FixtureInvalid", `${file}: ${why}`, { cause });
}
