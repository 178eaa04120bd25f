/** What one side of a move says of itself, while it can be reached. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sql } from "postgres";
import { OWNER } from "../../data/cluster.ts";
import { FENCE, hasControl, type Phase } from "../../data/control.ts";
import { connect, databaseError } from "../../data/database.ts";
import { quoted } from "../../data/identifier.ts";
import { codeOf, MarcotError } from "../../errors.ts";
import { embeddedFolder } from "../plan/target.ts";
import type { ProcessStatus, SideName } from "../types.ts";

/** A database that was reached, or why it was not. */
export interface SeenSide {
  readonly name: SideName;
  /** Undefined where it cannot be reached. */
  readonly sql: Sql | undefined;
  readonly problem: string | undefined;
}

/** Some questions wait for a table that is altered: who asks for the status is not to wait for long. */
const LOCK_TIMEOUT_MS = 2000;
export const LOCKED = "tables are locked by somebody just now";
const LOCK_NOT_AVAILABLE = "55P03";

/** `database`: an owner's URL, or `embedded:FOLDER` as the project sees it. Starts no server. */
export async function seeSide(
  name: SideName,
  database: string,
  project: string,
): Promise<SeenSide> {
  const folder = embeddedFolder(database, project);
  const url = folder === undefined ? database : await runningUrl(folder);
  if (url === undefined)
    return { name, sql: undefined, problem: `the database in ${folder} does not run` };
  // One connection alone, so that what is set holds for all questions.
  const sql = connect(url, { name: "status" });
  try {
    await sql.unsafe(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    return { name, sql, problem: undefined };
  } catch (error) {
    await sql.end({ timeout: 0 });
    const known = databaseError(error, url);
    if (known === undefined) throw error;
    return { name, sql: undefined, problem: known.message };
  }
}

/** Who asks how a move stands does not start a server for it: that it stands still is the answer. */
async function runningUrl(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "postgres.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { password, port } = JSON.parse(text) as { password: string; port: number | undefined };
  return port === undefined
    ? undefined
    : `postgres://${OWNER}:${password}@127.0.0.1:${port}/${OWNER}`;
}

export interface SideFacts {
  readonly phase: Phase | undefined;
  readonly processes: readonly ProcessStatus[];
  /** Tables of the app that refuse ordinary writers, and all that could. */
  readonly fenced: number;
  readonly tables: number;
}

export async function factsOfSide(
  { name, sql }: SeenSide,
  app: string,
): Promise<SideFacts | undefined> {
  if (sql === undefined) return undefined;
  const [tables] = await sql<{ fenced: number; tables: number }[]>`
    select count(*)::int as tables, count(t.oid) filter (where tgenabled = 'O')::int as fenced
    from pg_class c left join pg_trigger t on tgrelid = c.oid and tgname = ${FENCE}
    where relnamespace = to_regnamespace(${quoted(app)}) and relkind = 'r' and relname <> 'move_markers'`;
  const counts = { tables: tables?.tables ?? 0, fenced: tables?.fenced ?? 0 };
  if (!(await hasControl(sql))) return { phase: undefined, processes: [], ...counts };
  const [provider] = await sql<{ phase: Phase }[]>`
    select phase from marcot.providers where app = ${app}`;
  const processes = await sql<(Omit<ProcessStatus, "side" | "apps"> & { apps: string[] })[]>`
    select p.host, p.pid, to_json(p.apps) as apps, p.since from marcot.processes p
      join pg_stat_activity a on a.pid = p.backend and coalesce(a.backend_start = p.backend_start, true)
    order by p.since`;
  return {
    phase: provider?.phase ?? "here",
    processes: processes.map((process) => Object.freeze({ side: name, ...process })),
    ...counts,
  };
}

/** A side may go while it is asked: then it counts as one that cannot be reached. */
export async function orUnreachable<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === LOCK_NOT_AVAILABLE) return LOCKED;
    const known =
      error instanceof MarcotError ? error : databaseError(error, "postgres://side/app");
    if (known === undefined) throw error;
    return known.message;
  }
}
