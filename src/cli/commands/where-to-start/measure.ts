/**
 * What a project of ours wrote down while it ran: its ledger of calls, and how much its tables hold. This loads
 * the project's settings, as every command of a project does.
 */
import { join } from "node:path";
import { withConnection } from "../../../data/database.ts";
import type { Sql } from "postgres";
import { tablesOf } from "../../../extract/verify/catalog.ts";
import { findProject } from "../../../project/find.ts";
import { ownerUrls, readProject } from "../../../project/plan.ts";
import { readLedger, readTimes } from "../../../project/usage/usage.ts";
import type { Measured } from "../../../where-to-start/gather.ts";
import type { Traffic } from "../../../where-to-start/types/report.ts";

/** How far back calls count. */
const DAYS = 30;

interface Counted {
  readonly calls: number;
  readonly errors: number;
  readonly slow: number;
  readonly milliseconds: number;
  readonly tables: ReadonlyMap<string, { rows: number; bytes: number }>;
}

/** @throws {MarcotError} of the project, or of its database, where these cannot be had */
export async function measure(path: string): Promise<Measured> {
  const plan = await readProject({ folder: projectOf(path) });
  const owner = ownerUrls(plan);
  const counted = new Map<string, Counted>();
  try {
    for (const { name } of plan.apps.filter(({ files }) => files !== undefined)) {
      const url = await owner.of(name);
      counted.set(name, await withConnection(url, (sql) => count(sql, name)));
    }
  } finally {
    await owner.close();
  }
  const all = { calls: 0, milliseconds: 0 };
  for (const { calls, milliseconds } of counted.values()) {
    all.calls += calls;
    all.milliseconds += milliseconds;
  }
  return {
    traffic: new Map([...counted].map(([name, one]) => [name, trafficOf(one, all)])),
    tables: new Map([...counted].map(([name, { tables }]) => [name, tables])),
  };
}

/** Apps may be packages beside their project: then it is asked from there, of the folder that has all of them. */
function projectOf(path: string): string {
  const here = process.cwd();
  try {
    return findProject(path);
  } catch (error) {
    const isBelow = here.startsWith(join(path, "/"));
    if (isBelow) return findProject(here);
    throw error;
  }
}

async function count(sql: Sql, app: string): Promise<Counted> {
  const { rows } = await readLedger(sql, app, DAYS);
  const tables = await tablesOf(sql, app);
  return {
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
    errors: rows.reduce((sum, { errors }) => sum + errors, 0),
    ...(await readTimes(sql, app, DAYS)),
    tables: new Map(tables.map(({ name, rows: count, bytes }) => [name, { rows: count, bytes }])),
  };
}

function trafficOf(
  { calls, errors, slow, milliseconds }: Counted,
  all: { readonly calls: number; readonly milliseconds: number },
): Traffic {
  const share = all.calls === 0 ? 0 : calls / all.calls;
  const timeShare = all.milliseconds === 0 ? 0 : milliseconds / all.milliseconds;
  return { days: DAYS, calls, share, errors, slow, milliseconds, timeShare };
}
