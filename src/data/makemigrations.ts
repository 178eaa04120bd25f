/**
 * Writes the next migration: what has to change so that the database fits the app's tables.
 *
 * The tables are compared with the snapshot that lies beside the migrations, never with a
 * database, so that the same files come out on every machine. drizzle-kit compares; it is a
 * development dependency, loaded only here, because no running project needs it.
 *
 * Never interactive: a column that went and one that came may be a rename, which nobody but the
 * author knows. Both are taken as they look (drop and add), and what is lost by that is said in
 * `destroys`; whoever meant a rename writes `ALTER TABLE ... RENAME` into the file instead.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, MarcotError } from "../errors.ts";
import { readMigrations } from "./migrate.ts";
import { ownTableNames } from "./own-tables.ts";

export interface MakeMigrationOptions {
  readonly app: string;
  /** The app's `migrations/`; created when it does not exist. */
  readonly folder: string;
  /** What the app's `tables.ts` exports: its schema and its tables. */
  readonly tables: Readonly<Record<string, unknown>>;
  /** Default: `initial` for the first, else derived from the change. */
  readonly name?: string;
}

/** A migration that was written. `destroys` names tables and columns whose rows it drops. */
export interface MadeMigration {
  readonly name: string;
  readonly file: string;
  readonly statements: readonly string[];
  readonly destroys: readonly string[];
}

const SNAPSHOT = "snapshot.json";
const INSTALL = "npm i -D drizzle-kit@1.0.0-rc.5";
/** Longer file names are cut off in listings; shorter ones no longer say what changes. */
const MAX_NAME = 40;

/** Writes the next file and the new snapshot; undefined when nothing has changed. */
export async function makeMigration(
  options: MakeMigrationOptions,
): Promise<MadeMigration | undefined> {
  const { app, folder, tables } = options;
  const kit = await loadKit();
  const before = await readSnapshot(folder);
  const after = await snapshotOf(kit, tables, before?.id);
  checkEntities(app, after);
  // The schema is in both, so that no CREATE SCHEMA comes out: `provision` makes it.
  const empty: Snapshot = { ...after, ddl: after.ddl.filter(isSchema) };
  const statements = await difference(kit, before ?? empty, after);
  if (statements.length === 0) return undefined;
  const existing = await readMigrations(folder);
  const number = Number(existing.at(-1)?.name.slice(0, 4) ?? 0) + 1;
  const title = options.name ?? (before === undefined ? "initial" : titleOf(before, after));
  const name = `${String(number).padStart(4, "0")}_${slugOf(title)}`;
  const file = join(folder, `${name}.sql`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${statements.join("\n")}\n`, { flag: "wx" });
  await writeSnapshot(folder, after);
  return Object.freeze({ name, file, statements, destroys: lostBetween(before, after) });
}

/** One row of drizzle-kit's description: a schema, a table, a column, an index ... */
interface Entity {
  readonly entityType: string;
  readonly schema?: string | null;
  readonly table?: string;
  readonly name: string;
  readonly schemaTo?: string;
}

interface Snapshot {
  readonly id: string;
  readonly ddl: readonly Entity[];
}

interface Hint {
  readonly type: "create";
  readonly kind: string;
  readonly entity: readonly string[];
}

/** The part of `drizzle-kit/api-postgres` that is used; its own types need half of drizzle-kit. */
interface Kit {
  generateDrizzleJson(tables: object, before?: string): Promise<Snapshot>;
  generateMigration(from: Snapshot, to: Snapshot, options: { hints: Hint[] }): Promise<string[]>;
}

async function loadKit(): Promise<Kit> {
  try {
    return (await import("drizzle-kit/api-postgres")) as unknown as Kit;
  } catch (cause) {
    if (codeOf(cause) !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new MarcotError("CommandInvalid", "makemigrations needs drizzle-kit", {
      cause,
      fix: `Run \`${INSTALL}\`.`,
    });
  }
}

/** drizzle-kit ends the process when tables contradict each other; here that is an error. */
async function snapshotOf(kit: Kit, tables: object, before?: string): Promise<Snapshot> {
  const { exit } = process;
  process.exit = (): never => {
    throw new MarcotError("AppInvalid", "The tables contradict each other; see the lines above");
  };
  try {
    return await kit.generateDrizzleJson({ ...tables }, before);
  } finally {
    process.exit = exit;
  }
}

/** Everything has to lie in the app's schema; the database would refuse it later and less clearly. */
function checkEntities(app: string, { ddl }: Snapshot): void {
  for (const entity of ddl) {
    const { entityType, name, schemaTo } = entity;
    const schema = isSchema(entity) ? name : (entity.schema ?? app);
    const place = entity.table === undefined ? name : `${entity.table}.${name}`;
    if (schema !== app || (schemaTo ?? app) !== app) {
      const where = schema === app ? schemaTo : schema;
      throw new MarcotError(
        "AppInvalid",
        `${entityType} ${place} of the app ${app} leads into the schema "${where}"`,
        { fix: `Declare it with schema("${app}"), and keep the id of another app's row as a ref.` },
      );
    }
    if (entityType === "tables" && ownTableNames.includes(name)) {
      throw new MarcotError("AppInvalid", `The table "${name}" of ${app} would be Marcot's own`, {
        fix: "Give the table another name.",
      });
    }
  }
}

/**
 * drizzle-kit asks, by failing, about each thing that might be a rename; each is answered with
 * "it is new". An answer can bring up the next question, so it goes in rounds.
 */
async function difference(kit: Kit, from: Snapshot, to: Snapshot): Promise<readonly string[]> {
  const hints: Hint[] = [];
  for (;;) {
    try {
      return await kit.generateMigration(from, to, { hints });
    } catch (error) {
      const missing = missingHints(error);
      if (missing.length === 0) throw error;
      for (const { kind, entity } of missing) hints.push({ type: "create", kind, entity });
    }
  }
}

function missingHints(error: unknown): readonly Hint[] {
  if (codeOf(error) !== "missing_hints") return [];
  return (error as { missingHints: readonly Hint[] }).missingHints;
}

/** Tables, and columns of tables that stay, which are no longer there. */
function lostBetween(before: Snapshot | undefined, after: Snapshot): readonly string[] {
  const kept = new Set(after.ddl.map(keyOf));
  const gone = (before?.ddl ?? []).filter((entity) => !kept.has(keyOf(entity)));
  const tables = gone.filter(({ entityType }) => entityType === "tables").map(({ name }) => name);
  const columns = gone
    .filter(({ entityType, table }) => entityType === "columns" && !tables.includes(table ?? ""))
    .map(({ table, name }) => `${table}.${name}`);
  return [...tables, ...columns].sort();
}

/** From the first thing that came or went: `add_entries_source`, `drop_entries`. */
function titleOf(before: Snapshot, after: Snapshot): string {
  const changes = [...arrivals(before, after, "add"), ...arrivals(after, before, "drop")];
  return changes.length === 0 ? "change" : changes.slice(0, 2).join("_");
}

function arrivals(from: Snapshot, to: Snapshot, verb: string): readonly string[] {
  const known = new Set(from.ddl.map(keyOf));
  const fresh = to.ddl.filter((entity) => !known.has(keyOf(entity)));
  const tables = fresh.filter(({ entityType }) => entityType === "tables").map(({ name }) => name);
  const columns = fresh
    .filter(({ entityType, table }) => entityType === "columns" && !tables.includes(table ?? ""))
    .map(({ table, name }) => `${table}_${name}`);
  return [...tables, ...columns].map((name) => `${verb}_${name}`);
}

function keyOf({ entityType, table, name }: Entity): string {
  return JSON.stringify([entityType, table, name]);
}

function isSchema({ entityType }: Entity): boolean {
  return entityType === "schemas";
}

function slugOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  if (slug === "") throw new MarcotError("CommandInvalid", `"${title}" gives no file name`);
  return slug.slice(0, MAX_NAME).replace(/_+$/, "");
}

async function readSnapshot(folder: string): Promise<Snapshot | undefined> {
  const file = join(folder, SNAPSHOT);
  try {
    return JSON.parse(await readFile(file, "utf8")) as Snapshot;
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw new MarcotError("AppInvalid", `${file} cannot be read: ${String(cause)}`, { cause });
  }
}

/** Written beside and renamed, so that no half of it is ever read. */
async function writeSnapshot(folder: string, snapshot: Snapshot): Promise<void> {
  const file = join(folder, SNAPSHOT);
  await writeFile(`${file}.new`, `${JSON.stringify(snapshot, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
