/** The project's side of a plan: how large the app is, how fast it could be copied, and what stops it there. */
import { join } from "node:path";
import type { Sql } from "postgres";
import { hasControl } from "../../data/control.ts";
import { connect, databaseError, shownDatabase } from "../../data/database.ts";
import { openEmbedded } from "../../data/embedded.ts";
import { pending } from "../../data/migrate.ts";
import { MarcotError } from "../../errors.ts";
import type { Listed, ProjectPlan } from "../../project/plan.ts";
import { type Table, tablesOf } from "../verify/catalog.ts";
import { check, type Check, found, type PlanFinding } from "./check.ts";
import { copyRate, type CopyRate } from "./rate.ts";
import { checkSchema } from "./schema.ts";
import { checkServer, factsOf, type ServerFacts } from "./server.ts";
import { embeddedFolder, extensionsOf, isMade } from "./target.ts";

const kinds = {
  unreachable: check("source.unreachable", "blocker", "The project's database cannot be reached."),
  missing: check(
    "source.missing",
    "blocker",
    "The app has no schema in the project's database yet.",
  ),
  pending: check("source.pending", "blocker", "Migrations of the app are not applied yet."),
  moves: check("source.moves", "blocker", "The app moves already."),
} as const;

export const sourceChecks: readonly Check[] = Object.freeze(Object.values(kinds));

export interface PlanTable {
  readonly table: string;
  /** An estimate. */
  readonly rows: number;
  readonly bytes: number;
  /** What tells its rows apart: the columns of the primary key, or `full`, or `none`. */
  readonly identity: string;
}

export interface Source {
  readonly findings: readonly PlanFinding[];
  readonly tables: readonly Table[];
  readonly shown: readonly PlanTable[];
  readonly rate: CopyRate;
  readonly extensions: readonly string[];
  readonly facts: ServerFacts | undefined;
  /** There is a move of the app already, so that what lies in its target is its own. */
  readonly isMoving: boolean;
}

const UNKNOWN: CopyRate = { bytesPerSecond: 30_000_000, from: "assumed" };

export async function lookAtSource(plan: ProjectPlan, { name, files }: Listed): Promise<Source> {
  const nothing: Source = {
    findings: [],
    tables: [],
    shown: [],
    rate: UNKNOWN,
    extensions: [],
    facts: undefined,
    isMoving: false,
  };
  if (files === undefined) return nothing;
  const database = plan.settings.databases.get(name) ?? plan.settings.database;
  const where = shownDatabase(database);
  const look = async (sql: Sql, ownerUrl: string): Promise<Source> => {
    const tables = await tablesOf(sql, name);
    const facts = await factsOf(sql);
    const folder = join(files.folder, "migrations");
    const moves = await checkMoves(sql, name, where);
    return {
      findings: [
        ...moves,
        ...(await checkPending({ ownerUrl, app: name, folder, where })),
        ...checkServer(facts, where),
        ...(await checkSchema(sql, name)),
      ],
      tables,
      shown: await identitiesOf(sql, name, tables),
      rate: await copyRate({ ownerUrl, app: name, tables }),
      extensions: await extensionsOf(sql, name),
      facts,
      isMoving: moves.length > 0,
    };
  };
  const seen = await lookInto(plan, database, look);
  if (seen === undefined) {
    const fix = "Start the project once, or run `marcot migrate`.";
    return {
      ...nothing,
      findings: [found(kinds.missing, { what: "there is no database yet", where, fix })],
    };
  }
  if (!(seen instanceof MarcotError)) return seen;
  const fix = "Start it, or correct its address; what is in the code was looked at.";
  return { ...nothing, findings: [found(kinds.unreachable, { what: seen.message, where, fix })] };
}

/** Undefined where there is no database that could be opened; an error where it cannot be reached. */
export async function lookInto<T>(
  { folder }: ProjectPlan,
  database: string,
  look: (sql: Sql, ownerUrl: string) => Promise<T>,
): Promise<T | MarcotError | undefined> {
  const path = embeddedFolder(database, folder);
  if (path !== undefined && !isMade(path)) return undefined;
  const server = path === undefined ? undefined : await openEmbedded(path);
  const ownerUrl = server?.url ?? database;
  const sql = connect(ownerUrl, { name: "plan" });
  try {
    return await look(sql, ownerUrl);
  } catch (error) {
    const known = databaseError(error, ownerUrl);
    if (known === undefined) throw error;
    return known;
  } finally {
    await sql.end({ timeout: 1 });
    await server?.stop();
  }
}

async function checkMoves(sql: Sql, app: string, where: string): Promise<PlanFinding[]> {
  if (!(await hasControl(sql))) return [];
  const moves = await sql<{ target: string }[]>`
    select target from marcot.moves where app = ${app}`;
  return moves.map(({ target }) => {
    const what = `${app} moves already, with ${shownDatabase(target)}`;
    const fix = `\`marcot extract status ${app}\` says how far the move is, and what comes next.`;
    return found(kinds.moves, { what, where, fix });
  });
}

async function checkPending(
  options: Parameters<typeof pending>[0] & { readonly where: string },
): Promise<PlanFinding[]> {
  const { app, where } = options;
  try {
    const names = await pending(options);
    if (names.length === 0) return [];
    const what = `migrations of ${app} are not applied: ${names.join(", ")}`;
    return [found(kinds.pending, { what, where, fix: "Run `marcot migrate`." })];
  } catch (error) {
    if (!(error instanceof MarcotError) || error.code !== "MigrationEdited") throw error;
    return [found(kinds.pending, { what: error.message, where, fix: error.fix })];
  }
}

async function identitiesOf(sql: Sql, app: string, tables: readonly Table[]): Promise<PlanTable[]> {
  const full = await sql<{ name: string }[]>`
    select relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname = ${app} and relreplident = 'f'`;
  const isFull = new Set(full.map(({ name }) => name));
  return tables.map(({ name, rows, bytes, key }) => ({
    table: name,
    rows,
    bytes,
    identity: isFull.has(name) ? "full" : key.join(", ") || "none",
  }));
}
