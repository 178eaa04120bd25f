/** Whether the target has room for the app: nothing is made there, and nothing is changed. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { quoted } from "../../data/identifier.ts";
import { ownTableNames } from "../../data/own-tables.ts";
import { roleOf } from "../../data/roles.ts";
import { type Asked, nameOf } from "../verify/catalog.ts";
import { check, type Check, found, type PlanFinding } from "./check.ts";

const kinds = {
  unreachable: check("target.unreachable", "blocker", "The target cannot be reached."),
  rows: check("target.rows", "blocker", "The target has rows of the app already."),
  schema: check("target.schema", "blocker", "The name of the app's schema is taken on the target."),
  role: check("target.role", "warning", "The name of the app's role is taken on the target."),
  extension: check(
    "target.extension",
    "blocker",
    "An extension that the app uses is not installed on the target.",
  ),
  disk: check("target.disk", "blocker", "The target's disk is too small."),
  unknownDisk: check("target.unknownDisk", "warning", "Nobody knows how much disk the target has."),
} as const;

export const targetChecks: readonly Check[] = Object.freeze(Object.values(kinds));

export interface TargetFacts {
  readonly app: string;
  /** The owner's URL. */
  readonly url: string;
  /** As people see it. */
  readonly where: string;
  /** Of the app's rows. */
  readonly bytes: number;
}

/** Rows need their indexes, the log of copying them, and room to work. */
const ROOM = 3;
const GB = 1024 ** 3;

export function unreachable(where: string, why: string): PlanFinding {
  const fix = "Start it, or correct its address; the rest of the plan holds without it.";
  return found(kinds.unreachable, { what: why, where, fix });
}

export async function checkTarget(sql: Asked, facts: TargetFacts): Promise<readonly PlanFinding[]> {
  const { app, url, where } = facts;
  const findings: PlanFinding[] = [];
  const role = roleOf(url, app);
  const [schema] = await sql.unsafe<{ owner: string }[]>(
    "SELECT pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = $1",
    [app],
  );
  if (schema === undefined) {
    const [taken] = await sql.unsafe("SELECT FROM pg_roles WHERE rolname = $1", [role]);
    if (taken !== undefined) {
      const what = `the role ${role} is there, and gets the app's password and schema`;
      findings.push(
        found(kinds.role, { what, where, fix: "Drop the role, unless it was made for this." }),
      );
    }
    return findings;
  }
  if (schema.owner !== role) {
    const what = `the schema ${app} belongs to ${schema.owner}, not to ${role}`;
    findings.push(
      found(kinds.schema, { what, where, fix: "Drop or rename it, or name another database." }),
    );
  }
  const full = await tablesWithRows(sql, app);
  if (full.length > 0) {
    const what = `the schema ${app} has rows in ${full.join(", ")}`;
    const fix = "Name an empty database, or start with --replace, which deletes them.";
    findings.push(found(kinds.rows, { what, where, fix }));
  }
  return findings;
}

async function tablesWithRows(sql: Asked, app: string): Promise<string[]> {
  const tables = await sql.unsafe<{ name: string }[]>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' ORDER BY 1",
    [quoted(app)],
  );
  const full: string[] = [];
  for (const { name } of tables) {
    // Migrations that were applied are no rows of anybody.
    if (name === "migrations" && ownTableNames.includes(name)) continue;
    const [row] = await sql.unsafe(`SELECT FROM ${nameOf(app, name)} LIMIT 1`);
    if (row !== undefined) full.push(name);
  }
  return full;
}

/** The extensions that columns, their defaults and their indexes are made with. */
export async function extensionsOf(sql: Asked, app: string): Promise<readonly string[]> {
  const rows = await sql.unsafe<{ name: string }[]>(
    `WITH ours AS (SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace($1)),
       parts AS (
         SELECT 'pg_class'::regclass AS classid, oid FROM ours
         UNION ALL SELECT 'pg_attrdef'::regclass, f.oid FROM pg_attrdef f JOIN ours ON ours.oid = adrelid
         UNION ALL SELECT 'pg_constraint'::regclass, o.oid FROM pg_constraint o JOIN ours ON ours.oid = conrelid
         UNION ALL SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t JOIN ours ON ours.oid = tgrelid)
     SELECT DISTINCT e.extname AS name
     FROM parts JOIN pg_depend d ON d.classid = parts.classid AND d.objid = parts.oid
       JOIN pg_depend x ON x.classid = d.refclassid AND x.objid = d.refobjid AND x.deptype = 'e'
       JOIN pg_extension e ON x.refclassid = 'pg_extension'::regclass AND e.oid = x.refobjid
     ORDER BY 1`,
    [quoted(app)],
  );
  return rows.map(({ name }) => name);
}

export async function checkExtensions(
  sql: Asked,
  extensions: readonly string[],
  where: string,
): Promise<readonly PlanFinding[]> {
  const rows = await sql.unsafe<{ name: string; installed: boolean }[]>(
    "SELECT name, installed_version IS NOT NULL AS installed FROM pg_available_extensions",
  );
  return extensions.flatMap((name) => {
    const known = rows.find((row) => row.name === name);
    if (known?.installed) return [];
    const what = known
      ? `the extension ${name} is not installed in this database`
      : `the extension ${name} is not available on this server`;
    const fix = known
      ? `Run CREATE EXTENSION ${quoted(name)} there.`
      : "Install its package on that machine.";
    return [found(kinds.extension, { what, where, fix })];
  });
}

/** The disk of an embedded database is ours; of another one nobody tells. */
export async function checkDisk(
  folder: string | undefined,
  { bytes, where }: Pick<TargetFacts, "bytes" | "where">,
): Promise<readonly PlanFinding[]> {
  const needed = bytes * ROOM;
  const size = (number: number) => `${(number / GB).toFixed(2)} GB`;
  if (folder === undefined) {
    const what = `how much of its disk is free is not known; about ${size(needed)} are needed`;
    const fix = "Look there before the copy starts: `df`, or the page of whoever runs the server.";
    return [found(kinds.unknownDisk, { what, where, fix })];
  }
  const { bavail, bsize } = await statfs(existingAbove(folder));
  const free = bavail * bsize;
  if (free >= needed) return [];
  const what = `${size(free)} of the disk are free, and about ${size(needed)} are needed`;
  return [found(kinds.disk, { what, where, fix: "Make room, or name a folder on another disk." })];
}

function existingAbove(folder: string): string {
  return existsSync(folder) ? folder : existingAbove(dirname(folder));
}

/** The folder of an embedded database, as the project sees it; undefined for another one. */
export function embeddedFolder(database: string, project: string): string | undefined {
  return database.startsWith("embedded:")
    ? resolve(project, database.slice("embedded:".length))
    : undefined;
}

/** Whether there is a database in the folder: to open it would make one. */
export function isMade(folder: string): boolean {
  return existsSync(join(folder, "postgres", "PG_VERSION"));
}
