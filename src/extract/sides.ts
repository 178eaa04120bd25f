/** The databases of both sides, opened by the one command that works on a move. */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { ensureControl } from "../data/control.ts";
import { connect, databaseError, withoutPassword } from "../data/database.ts";
import { type Embedded, openEmbedded } from "../data/embedded.ts";
import { openSession, type SessionOptions } from "../data/session.ts";
import { MarcotError } from "../errors.ts";
import type { Mode, Side, SideName } from "./types.ts";

/** Who works on the move: all of its sessions carry this name, so that a successor can end them. */
export interface Owner {
  readonly app: string;
  readonly token: string;
}

/** An opened side. */
export interface OpenSide extends Side {
  readonly owner: Owner;
  close(): Promise<void>;
}

/** One more and the project's database has fewer for its apps; fewer and short statements wait for each other. */
const SESSIONS = 3;
/** PostgreSQL 14 has no privileges on parameters, and its streams do not tell when a table fails. */
const LOWEST_VERSION = 15;

/**
 * Less and a slow network ends a command; more and a command that has vanished with its machine keeps its
 * locks for longer.
 */
const KEEPALIVE = {
  tcp_keepalives_idle: "5",
  tcp_keepalives_interval: "2",
  tcp_keepalives_count: "3",
  client_connection_check_interval: "1000",
} as const;

/** Fails with DatabaseUnavailable. */
export async function openSide(
  name: SideName,
  ownerUrl: string,
  owner: Owner,
  closed: () => Promise<void> = async () => {},
): Promise<OpenSide> {
  const sql = connect(ownerUrl, { max: SESSIONS, name: nameOf(owner) });
  try {
    await ensureControl(sql);
    const version = await versionOf(sql);
    if (version < LOWEST_VERSION) throw tooOld(ownerUrl, version);
    const close = async () => {
      await sql.end({ timeout: 5 });
      await closed();
    };
    return { name, app: owner.app, ownerUrl, owner, sql, version, close };
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw databaseError(error, ownerUrl) ?? error;
  }
}

/** The service's side: a URL, or the folder of an embedded database as the project sees it. */
export async function openTarget(target: string, project: string, owner: Owner): Promise<OpenSide> {
  if (!target.startsWith("embedded:")) return openSide("service", target, owner);
  const server: Embedded = await openEmbedded(resolve(project, target.slice("embedded:".length)));
  try {
    return await openSide("service", server.url, owner, () => server.stop());
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A session for what is held open. It ends by itself when this process does. */
export function openHolding(
  side: OpenSide,
  options: Partial<Omit<SessionOptions, "name">> = {},
): Sql {
  const { settings = {}, onNotify = () => {}, onClose = () => {} } = options;
  const name = nameOf(side.owner);
  return openSession(side.ownerUrl, {
    name,
    settings: { ...KEEPALIVE, ...settings },
    onNotify,
    onClose,
  });
}

function nameOf({ app, token }: Owner): string {
  return `move/${token}/${app}`;
}

/** A backend that is told to go goes at once, unless the machine is very busy. */
const GONE_MS = 5_000;
const GONE_POLL_MS = 5;

/** Ends what a command has left behind that worked on this move before: it may be frozen, and wake up. */
export async function endPredecessors(sql: Sql, { app, token }: Owner): Promise<void> {
  await endSessions(sql, async () => {
    const rows = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and application_name ~ ${`^marcot/[0-9]+/move/[0-9a-f]+/${app}$`}
        and application_name !~ ${`/move/${token}/`}`;
    return rows.map(({ pid }) => pid);
  });
}

/** PostgreSQL's own wait for the end of a session looks every 100 ms, at one after the other. */
export async function endSessions(sql: Sql, find: () => Promise<readonly number[]>): Promise<void> {
  const giveUpAt = performance.now() + GONE_MS;
  const told = new Set<number>();
  for (;;) {
    const pids = await find();
    if (pids.length === 0 || performance.now() > giveUpAt) return;
    for (const pid of pids.filter((each) => !told.has(each))) {
      told.add(pid);
      await sql`select pg_terminate_backend(${pid})`;
    }
    await sleep(GONE_POLL_MS);
  }
}

/** Refuses what cannot be the two sides of a move. */
export async function checkSides(project: Side, service: Side, mode: Mode): Promise<void> {
  const [ours, theirs] = await Promise.all([placeOf(project.sql), placeOf(service.sql)]);
  if (ours.place === theirs.place) {
    const message = `${withoutPassword(service.ownerUrl)} is the database that ${project.app} lies in already`;
    throw new MarcotError("MoveRefused", message, { fix: "Name another database with --to." });
  }
  if (mode === "copy") return;
  for (const [side, { wal }] of [
    [project, ours],
    [service, theirs],
  ] as const) {
    if (wal === "logical") continue;
    const where = withoutPassword(side.ownerUrl);
    const message = `${where} cannot replicate: its wal_level is ${wal}, not logical`;
    throw new MarcotError("MoveBlocked", message, {
      fix: "Set wal_level to logical and start that server again, or move with --mode copy.",
    });
  }
}

async function placeOf(sql: Sql): Promise<{ place: string; wal: string }> {
  const [found] = await sql<{ place: string; wal: string }[]>`
    select system_identifier::text || '/' || (select oid from pg_database where datname = current_database()) as place,
      current_setting('wal_level') as wal
    from pg_control_system()`;
  if (found === undefined) throw new Error("pg_control_system() gave no row");
  return found;
}

async function versionOf(sql: Sql): Promise<number> {
  const [found] = await sql<{ version: number }[]>`
    select current_setting('server_version_num')::int / 10000 as version`;
  return found?.version ?? 0;
}

function tooOld(url: string, version: number): MarcotError {
  const message = `${withoutPassword(url)} is PostgreSQL ${version}; a move needs ${LOWEST_VERSION}`;
  return new MarcotError("MoveBlocked", message, {
    fix: `Upgrade it to PostgreSQL ${LOWEST_VERSION} or newer.`,
  });
}
