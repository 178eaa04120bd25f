/**
 * The fence: a trigger on every table of the app that refuses ordinary writers. The worker of a stream passes it,
 * because triggers do not fire for it.
 *
 * What is as it should be is not touched: to alter tables that are in use again and again ended in deadlocks with
 * the app's own transactions.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { FENCE } from "../data/control.ts";
import { codeOf } from "../errors.ts";
import type { OpenSide } from "./sides.ts";
import { stillOurs } from "./switch/mover.ts";
import { fenced, type MovedTable, movedTables, nameIn } from "./tables.ts";

/** A lock that is waited for makes everybody else wait behind it. */
export const LOCK_TIMEOUT_MS = 250;
/** Together a minute or so: a transaction that has a table may take that long where nobody waits for it. */
const LOCK_ATTEMPTS = 100;
const LOCK_PAUSE_MS = 400;

const events = "BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE";

/** Makes sure that each table has its trigger, and that it is enabled or disabled. */
export async function setFence(side: OpenSide, to: "enabled" | "disabled"): Promise<void> {
  const { app, sql, owner } = side;
  for (const table of fenced(await movedTables(sql, app))) {
    const changes = changesTo(app, table, to);
    if (changes.length > 0) await altering(sql, [stillOurs(owner), ...changes]);
  }
}

/** The same in one transaction with statements that are true with it alone. */
export async function setFenceWith(
  { app, sql, owner }: OpenSide,
  to: "enabled" | "disabled",
  statements: string,
): Promise<void> {
  const tables = fenced(await movedTables(sql, app));
  const changes = tables.flatMap((table) => changesTo(app, table, to));
  await altering(sql, [stillOurs(owner), ...changes, statements]);
}

function changesTo(app: string, { name, fence }: MovedTable, to: "enabled" | "disabled"): string[] {
  if (fence === to) return [];
  const table = nameIn(app, name);
  const made = `CREATE TRIGGER ${FENCE} ${events} ON ${table} EXECUTE FUNCTION marcot.refuse_moved()`;
  return [
    ...(fence === undefined ? [made] : []),
    `ALTER TABLE ${table} ${to === "enabled" ? "ENABLE" : "DISABLE"} TRIGGER ${FENCE}`,
  ];
}

/** The statements that change the fence of all tables at once. */
export function fenceStatements(
  app: string,
  tables: readonly MovedTable[],
  verb: "ENABLE" | "DISABLE",
): string {
  return fenced(tables)
    .map(({ name }) => `ALTER TABLE ${nameIn(app, name)} ${verb} TRIGGER ${FENCE};`)
    .join("\n");
}

export async function dropFence({ app, sql, owner }: OpenSide): Promise<void> {
  for (const { name, fence } of await movedTables(sql, app)) {
    if (fence === undefined) continue;
    await altering(sql, [
      stillOurs(owner),
      `DROP TRIGGER IF EXISTS ${FENCE} ON ${nameIn(app, name)}`,
    ]);
  }
}

/** Tables of which replication does not know the rows: without a primary key, it must compare all columns. */
export async function unrecognised({ app, sql }: OpenSide): Promise<readonly string[]> {
  const tables = await movedTables(sql, app);
  const found = tables.filter(
    ({ hasKey, isFull, isPartitioned }) => !hasKey && !isFull && !isPartitioned,
  );
  return found.map(({ name }) => name);
}

export async function makeRecognisable(side: OpenSide): Promise<void> {
  for (const name of await unrecognised(side)) {
    await altering(side.sql, [`ALTER TABLE ${nameIn(side.app, name)} REPLICA IDENTITY FULL`]);
  }
}

export async function forgetRecognisable(
  { app, sql }: OpenSide,
  names: readonly string[],
): Promise<void> {
  for (const { name, isFull } of await movedTables(sql, app)) {
    if (!isFull || !names.includes(name)) continue;
    await altering(sql, [`ALTER TABLE ${nameIn(app, name)} REPLICA IDENTITY DEFAULT`]);
  }
}

/** Empties the follower's tables. Who writes there is refused by the fence, so it is taken away for that moment. */
export async function emptyTables({ app, sql, owner }: OpenSide): Promise<void> {
  const tables = await movedTables(sql, app);
  const names = tables.map(({ name }) => nameIn(app, name));
  if (names.length === 0) return;
  const has = tables.filter(({ fence }) => fence !== undefined);
  await altering(sql, [
    stillOurs(owner),
    fenceStatements(app, has, "DISABLE"),
    `TRUNCATE ${names.join(", ")}`,
    fenceStatements(app, has, "ENABLE"),
  ]);
}

/** Tables that have rows, but for what a migration writes down of itself. */
export async function tablesWithRows({ app, sql }: OpenSide): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name } of await movedTables(sql, app)) {
    if (name === "migrations" || name === "move_markers") continue;
    const [row] = await sql.unsafe(`SELECT FROM ${nameIn(app, name)} LIMIT 1`);
    if (row !== undefined) found.push(name);
  }
  return found;
}

/** One transaction that gives way to those that use the tables, and comes again. */
export async function altering(sql: Sql, statements: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sql.begin(async (tx) => {
        await tx.unsafe(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
        for (const statement of statements) if (statement !== "") await tx.unsafe(statement);
      });
      return;
    } catch (error) {
      if (!isInTheWay(error) || attempt === LOCK_ATTEMPTS) throw error;
      await sleep(LOCK_PAUSE_MS * (0.5 + Math.random()));
    }
  }
}

/** Whether somebody else had the lock: 55P03 waited too long, 40P01 deadlock. */
export function isInTheWay(error: unknown): boolean {
  return ["55P03", "40P01"].includes(codeOf(error) ?? "");
}
