/**
 * Applies an app's migrations.
 *
 * Our own runner, because the history has to lie in the app's schema (it leaves with the app
 * when the app is extracted), and because Drizzle's compares dates: a file that was merged after
 * a younger one had been applied is skipped silently. Here every file that is not in the history
 * is applied, in the order of the names.
 *
 * The app's own role applies them, so that a migration cannot touch what is not the app's: the
 * database refuses it. One transaction per file, under an advisory lock: two processes that
 * start at once take turns, and the second finds nothing left to do.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { codeOf, MarcotError } from "../errors.ts";
import { withConnection } from "./database.ts";
import { createOwnTables, missingTables } from "./create-own-tables.ts";
import { ownTable } from "./own-tables.ts";
import { appUrl, provision, roleOf } from "./roles.ts";
import { lineAt, statementsOf, type Statement } from "./statements.ts";

/** One file `NNNN_name.sql`. `name` has no ending. */
export interface Migration {
  readonly name: string;
  readonly file: string;
  readonly hash: string;
  readonly text: string;
}

export interface MigrateOptions {
  /** The address of the database for its owner; the app's own is derived from it. */
  readonly ownerUrl: string;
  readonly app: string;
  /** The app's `migrations/`; need not exist. */
  readonly folder: string;
}

const FILE = /^\d{4}_[a-z0-9_-]+\.sql$/;

/** The migrations of a folder, in order. A folder that does not exist has none. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (name) => {
      const file = join(folder, name);
      if (!FILE.test(name)) {
        throw new MarcotError("AppInvalid", `${file} is not named NNNN_name.sql`);
      }
      // Git may check out the same file with other line ends on Windows.
      const text = (await readFile(file, "utf8")).replaceAll("\r\n", "\n");
      const hash = createHash("sha256").update(text).digest("hex");
      return Object.freeze({ name: name.slice(0, -".sql".length), file, hash, text });
    }),
  );
}

/** Provisions the app and applies what is pending. Returns the names of what it applied. */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const { ownerUrl, app, folder } = options;
  const migrations = await readMigrations(folder);
  await provision(ownerUrl, app);
  return withConnection(appUrl(ownerUrl, app), async (sql) => {
    await locked(sql, app, (tx) => createOwnTables(tx, app));
    const applied: string[] = [];
    for (const migration of migrations) {
      const ran = await locked(sql, app, async (tx) => {
        if (!unapplied(app, migrations, await historyOf(tx, app)).includes(migration)) return false;
        await apply(tx, app, migration);
        return true;
      });
      if (ran) applied.push(migration.name);
    }
    // With no file left in the folder the loop never compared the history with it.
    if (migrations.length === 0) unapplied(app, migrations, await historyOf(sql, app));
    return applied;
  });
}

/** The names of what `migrate` would apply. Works before the schema exists, and changes nothing. */
export async function pending(options: MigrateOptions): Promise<readonly string[]> {
  const { ownerUrl, app, folder } = options;
  const migrations = await readMigrations(folder);
  return withConnection(ownerUrl, async (sql) => {
    const missing = await missingTables(sql, app);
    if (missing.includes("migrations")) return migrations.map(({ name }) => name);
    // A younger Marcot has tables that an older one did not create.
    const own = missing.map((table) => `marcot:${table}`);
    return [...own, ...unapplied(app, migrations, await historyOf(sql, app)).map((m) => m.name)];
  });
}

/** Fails with MigrationsPending when the database is behind the code. */
export async function checkMigrated(options: MigrateOptions): Promise<void> {
  const names = await pending(options);
  if (names.length === 0) return checkProvisioned(options);
  const which = names.length === 1 ? "A migration" : `${names.length} migrations`;
  throw new MarcotError(
    "MigrationsPending",
    `${which} of the app ${options.app} not applied yet: ${names.join(", ")}`,
  );
}

/** An app without migrations needs its role all the same, and PostgreSQL calls a missing one a wrong password. */
async function checkProvisioned({ ownerUrl, app }: MigrateOptions): Promise<void> {
  const role = roleOf(ownerUrl, app);
  const found = await withConnection(
    ownerUrl,
    async (sql) => sql`select from pg_roles where rolname = ${role}`,
  );
  if (found.length > 0) return;
  const message = `The app ${app} has no schema and no role in the database yet`;
  throw new MarcotError("MigrationsPending", message);
}

interface Applied {
  readonly name: string;
  readonly hash: string;
}

/** What is not in the history; refuses a history that the files no longer tell. */
function unapplied(
  app: string,
  migrations: readonly Migration[],
  history: readonly Applied[],
): readonly Migration[] {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, hash } of history) {
    const migration = byName.get(name);
    if (migration === undefined) {
      throw new MarcotError(
        "MigrationEdited",
        `The migration ${name} of the app ${app} was applied, but its file is gone`,
      );
    }
    if (migration.hash !== hash) {
      throw new MarcotError("MigrationEdited", `${migration.file} was edited after it was applied`);
    }
  }
  const applied = new Set(history.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}

async function historyOf(sql: Sql | TransactionSql, app: string): Promise<readonly Applied[]> {
  return sql.unsafe<Applied[]>(
    `SELECT name, hash FROM ${ownTable(app, "migrations")} ORDER BY name`,
  );
}

function locked<T>(sql: Sql, app: string, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  return sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`marcot/migrate/${app}`}, 0))`;
    return work(tx);
  }) as Promise<T>; // The driver unwraps arrays of promises in its type; T is none.
}

async function apply(tx: TransactionSql, app: string, migration: Migration): Promise<void> {
  for (const statement of statementsOf(migration.text)) {
    if (/^(begin|start|commit|end|rollback|abort|prepare\s+transaction)\b/i.test(statement.text)) {
      throw failed(migration, statement.line, "a migration is one transaction of its own already");
    }
    try {
      await tx.unsafe(statement.text);
    } catch (error) {
      throw failed(migration, lineOf(statement, error), messageOf(error), error);
    }
  }
  const { name, hash } = migration;
  await tx.unsafe(`INSERT INTO ${ownTable(app, "migrations")} (name, hash) VALUES ($1, $2)`, [
    name,
    hash,
  ]);
}

/** PostgreSQL knows the place inside the statement for some errors only. */
function lineOf(statement: Statement, error: unknown): number {
  const position = error instanceof postgres.PostgresError ? Number(error.position) : Number.NaN;
  if (Number.isNaN(position)) return statement.line;
  return statement.line + lineAt(statement.text, position - 1) - 1;
}

function messageOf(error: unknown): string {
  if (!(error instanceof postgres.PostgresError)) return String(error);
  const { code, message, detail, hint } = error;
  return [`${message} (${code})`, detail, hint].filter((part) => part !== undefined).join(". ");
}

function failed(migration: Migration, line: number, why: string, cause?: unknown): MarcotError {
  return new MarcotError("MigrationFailed", `${migration.file}:${line}: ${why}`, { cause });
}
