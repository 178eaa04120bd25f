/**
 * Everything about a move that can be known before it starts: what stops it, what it costs, and how the service
 * is started. Changes nothing anywhere; what cannot be reached is said, and the rest is found out all the same.
 */
import { join } from "node:path";
import type { Sql } from "postgres";
import { connect, databaseError, withoutPassword } from "../../data/database.ts";
import { openEmbedded } from "../../data/embedded.ts";
import { pending } from "../../data/migrate.ts";
import { MarcotError } from "../../errors.ts";
import { type Listed, type ProjectPlan, refuseUnlisted } from "../../project/plan.ts";
import type { Mode } from "../types.ts";
import { type Table, tablesOf } from "../verify/catalog.ts";
import { check, type Check, found, type PlanFinding } from "./check.ts";
import { checkCode, codeChecks } from "./code.ts";
import { copyRate, type CopyRate } from "./rate.ts";
import { checkSchema, schemaChecks } from "./schema.ts";
import {
  checkPair,
  checkServer,
  factsOf,
  pairChecks,
  serverChecks,
  type ServerFacts,
} from "./server.ts";
import { type ServiceCommand, serviceOf } from "./service.ts";
import {
  checkDisk,
  checkExtensions,
  checkTarget,
  embeddedFolder,
  extensionsOf,
  isMade,
  targetChecks,
  unreachable,
} from "./target.ts";

export interface PlanOptions {
  /** Read with the settings of the project. */
  readonly plan: ProjectPlan;
  readonly app: string;
  /** The owner's URL of the service's database, or `embedded:FOLDER`. Default: none yet, and nothing is said of it. */
  readonly to?: string | undefined;
  /** The address of the app in the project, as the service reaches it. Default: a placeholder stands for it. */
  readonly home?: string | undefined;
}

export interface Plan {
  readonly app: string;
  /** Without a password; undefined where none was named. */
  readonly to: string | undefined;
  readonly blockers: readonly PlanFinding[];
  /** Those that make the mode `copy` too. */
  readonly warnings: readonly PlanFinding[];
  readonly mode: Mode;
  /** Why the rows cannot be streamed; empty for `stream`. */
  readonly reasons: readonly string[];
  readonly tables: readonly PlanTable[];
  readonly rows: number;
  /** Of the tables, without their indexes. */
  readonly bytes: number;
  /** How long copying the rows takes, roughly. */
  readonly seconds: number;
  readonly rate: CopyRate;
  /** How long writes wait at the switch, roughly. Milliseconds. */
  readonly pauseMs: number;
  readonly service: ServiceCommand;
  /** The commands of the move, one after the other. */
  readonly order: readonly string[];
}

export interface PlanTable {
  readonly table: string;
  /** An estimate. */
  readonly rows: number;
  readonly bytes: number;
  /** What tells its rows apart: the columns of the primary key, or `full`, or `none`. */
  readonly identity: string;
}

const kinds = {
  unreachable: check("source.unreachable", "blocker", "The project's database cannot be reached."),
  missing: check(
    "source.missing",
    "blocker",
    "The app has no schema in the project's database yet.",
  ),
  pending: check("source.pending", "blocker", "Migrations of the app are not applied yet."),
} as const;

/** All that a plan may find, for the reference. */
export const planChecks: readonly Check[] = Object.freeze(
  [
    ...codeChecks,
    ...Object.values(kinds),
    ...schemaChecks,
    ...serverChecks,
    ...pairChecks,
    ...targetChecks,
  ].map(({ id, level, means }) => Object.freeze({ id, level, means })),
);

/** A switch by replication: a few round trips and three fsyncs; it does not grow with the table. */
const STREAM_PAUSE_MS = 60;

export async function planOf(options: PlanOptions): Promise<Plan> {
  const { plan, app: name, to, home } = options;
  refuseUnlisted(name, plan.settings.apps);
  const listed = plan.apps.find((one) => one.name === name) as Listed; // it is one of them
  const { findings: inCode, uses, app } = await checkCode(plan, listed);
  const source = await lookAtSource(plan, listed);
  const bytes = source.tables.reduce((sum, table) => sum + table.bytes, 0);
  const target = to === undefined ? [] : await lookAtTarget({ plan, name, to, bytes, source });
  const findings = [...inCode, ...source.findings, ...target];
  const reasons = findings.filter(({ level }) => level === "copy");
  const seconds = bytes / source.rate.bytesPerSecond;
  return Object.freeze({
    app: name,
    to: to === undefined ? undefined : shown(to),
    blockers: findings.filter(({ level }) => level === "blocker"),
    warnings: findings.filter(({ level }) => level !== "blocker"),
    mode: reasons.length === 0 ? "stream" : "copy",
    reasons: reasons.map(({ where, what }) => `${where}: ${what}`),
    tables: source.shown,
    rows: source.tables.reduce((sum, table) => sum + table.rows, 0),
    bytes,
    seconds: Math.ceil(seconds),
    rate: source.rate,
    pauseMs: STREAM_PAUSE_MS + (reasons.length === 0 ? 0 : Math.ceil(seconds * 1000)),
    service: serviceOf({ plan, name, app, uses, to, home }),
    order: orderOf(name, reasons.length === 0 ? "stream" : "copy"),
  });
}

function shown(database: string): string {
  return database.startsWith("embedded:") ? database : withoutPassword(database);
}

function orderOf(app: string, mode: Mode): readonly string[] {
  return [
    `marcot extract start ${app} --to TARGET`,
    ...(mode === "stream"
      ? [`marcot extract verify ${app}`, `marcot extract rehearse ${app}`]
      : []),
    `marcot extract switch ${app} --service URL${mode === "stream" ? "" : " --pause MILLISECONDS"}`,
    `marcot extract complete ${app}`,
  ];
}

interface Source {
  readonly findings: readonly PlanFinding[];
  readonly tables: readonly Table[];
  readonly shown: readonly PlanTable[];
  readonly rate: CopyRate;
  readonly extensions: readonly string[];
  readonly facts: ServerFacts | undefined;
}

const UNKNOWN: CopyRate = { bytesPerSecond: 30_000_000, from: "assumed" };

async function lookAtSource(plan: ProjectPlan, { name, files }: Listed): Promise<Source> {
  const nothing: Source = {
    findings: [],
    tables: [],
    shown: [],
    rate: UNKNOWN,
    extensions: [],
    facts: undefined,
  };
  if (files === undefined) return nothing;
  const database = plan.settings.databases.get(name) ?? plan.settings.database;
  const where = shown(database);
  const look = async (sql: Sql, ownerUrl: string): Promise<Source> => {
    const tables = await tablesOf(sql, name);
    const facts = await factsOf(sql);
    const folder = join(files.folder, "migrations");
    return {
      findings: [
        ...(await checkPending({ ownerUrl, app: name, folder, where })),
        ...checkServer(facts, where),
        ...(await checkSchema(sql, name)),
      ],
      tables,
      shown: await identitiesOf(sql, name, tables),
      rate: await copyRate({ ownerUrl, app: name, tables }),
      extensions: await extensionsOf(sql, name),
      facts,
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
async function lookInto<T>(
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

interface TargetTask {
  readonly plan: ProjectPlan;
  readonly name: string;
  readonly to: string;
  readonly bytes: number;
  readonly source: Source;
}

async function lookAtTarget(task: TargetTask): Promise<readonly PlanFinding[]> {
  const { plan, name, to, bytes, source } = task;
  const where = shown(to);
  const disk = await checkDisk(embeddedFolder(to, plan.folder), { bytes, where });
  const seen = await lookInto(plan, to, async (sql, url) => {
    const facts = await factsOf(sql);
    return [
      ...checkServer(facts, where),
      ...(source.facts === undefined ? [] : checkPair(source.facts, facts, where)),
      ...(await checkTarget(sql, { app: name, url, where, bytes })),
      ...(await checkExtensions(sql, source.extensions, where)),
    ];
  });
  // A new embedded database is empty, and made as it has to be.
  if (seen === undefined) return disk;
  return [...disk, ...(seen instanceof MarcotError ? [unreachable(where, seen.message)] : seen)];
}
