/**
 * The journal of a move: one row in the project's database, written before what it announces. One command at a
 * time works on a move: it holds an advisory lock as long as its session lives, and each of its writes says that
 * the move is still its own, so that a command that was frozen and taken over cannot go on.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { hasControl } from "../data/control.ts";
import { MarcotError } from "../errors.ts";
import { openHolding, type OpenSide } from "./sides.ts";
import { claimProject, lost } from "./switch/mover.ts";
import type { Move, MoveInfo, SideName, State } from "./types.ts";

/** A value of null takes the entry out. */
type InfoPatch = { readonly [Key in keyof MoveInfo]?: MoveInfo[Key] | null };

export interface Change {
  readonly state?: State;
  readonly holder?: SideName;
  readonly epoch?: string;
  readonly service?: string | null;
  readonly home?: string | null;
  readonly info?: InfoPatch;
}

export interface Journal {
  /** Undefined where nothing moves. */
  read(): Promise<Move | undefined>;
  add(move: Pick<Move, "state" | "holder" | "mode" | "epoch" | "target">): Promise<void>;
  /** Fails with MoveRefused when another command has taken the move over. */
  change(change: Change): Promise<void>;
  remove(): Promise<void>;
  close(): Promise<void>;
}

/** A command that was killed is gone from the database within some milliseconds. */
const LOCK_WAIT_MS = 2_000;
const LOCK_POLL_MS = 20;

/** As anybody may: without the lock. */
export async function readMove(sql: Sql, app: string): Promise<Move | undefined> {
  if (!(await hasControl(sql))) return undefined;
  const [move] = await sql<Move[]>`
    select app, state, holder, mode, epoch::text, target, service, home, info,
      started_at as "startedAt", changed_at as "changedAt"
    from marcot.moves where app = ${app}`;
  return move;
}

/** Takes the lock. Fails with MoveRefused when another command holds it, unless that is to be ended. */
export async function openJournal(project: OpenSide, takeOver: boolean): Promise<Journal> {
  const { app, sql, owner } = project;
  let isLost = false;
  const lock = openHolding(project, { onClose: () => (isLost = true) });
  let coordinator: number;
  try {
    coordinator = await take(project, lock, takeOver);
    isLost = false;
    await sql`update marcot.moves set coordinator = ${coordinator} where app = ${app}`;
  } catch (error) {
    await lock.end({ timeout: 0 });
    throw error;
  }
  // A database that was started again has forgotten the lock; it is taken again, unless somebody else was faster.
  const keep = async () => {
    if (!isLost) return;
    const found = await tryLock(lock, app);
    const rows = await sql`
      update marcot.moves set coordinator = ${found.backend}
      where app = ${app} and coordinator = ${coordinator} and ${found.taken} returning app`;
    if (rows.length === 0) throw lost(app);
    coordinator = found.backend;
    isLost = false;
  };
  // The number of a backend may be another's by now; a token is nobody else's.
  const isOurs = () => sql`
    exists (select from marcot.movers m where m.app = ${app} and m.token = ${owner.token})`;
  return {
    async read() {
      await keep();
      return readMove(sql, app);
    },
    async add({ state, holder, mode, epoch, target }) {
      await keep();
      const rows = await sql`
        insert into marcot.moves (app, state, holder, mode, epoch, target, coordinator)
        select ${app}, ${state}, ${holder}, ${mode}, ${epoch}, ${target}, ${coordinator}
        where ${isOurs()} returning app`;
      if (rows.length === 0) throw lost(app);
    },
    async change({ info = {}, ...columns }) {
      await keep();
      const given = Object.keys(columns).map((name) => {
        const type = name === "epoch" ? "bigint" : "text";
        return `, ${name} = ($2::text::jsonb ->> '${name}')::${type}`;
      });
      const rows = await sql.unsafe(
        `UPDATE marcot.moves SET info = jsonb_strip_nulls(info || $1::text::jsonb)${given.join("")},
           changed_at = clock_timestamp()
         WHERE app = $3 AND coordinator = $4 AND $2 <> ''
           AND EXISTS (SELECT FROM marcot.movers WHERE app = $3 AND token = $5) RETURNING app`,
        [JSON.stringify(info), JSON.stringify(columns), app, coordinator, owner.token],
      );
      if (rows.length === 0) throw lost(app);
    },
    async remove() {
      await keep();
      await sql`
        delete from marcot.moves where app = ${app} and coordinator = ${coordinator} and ${isOurs()}`;
    },
    async close() {
      await sql`
        update marcot.moves set coordinator = null where app = ${app} and coordinator = ${coordinator}
      `.catch(() => {}); // by its lock it is known who is there
      await lock.end({ timeout: 1 });
    },
  };
}

async function take(project: OpenSide, lock: Sql, takeOver: boolean): Promise<number> {
  const { app } = project;
  const giveUpAt = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    const found = await tryLock(lock, app);
    if (found.taken) {
      await claimProject(project);
      return found.backend;
    }
    const other = await holderOf(project.sql, app);
    if (takeOver && other !== undefined) {
      await project.sql`select pg_terminate_backend(${other.backend})`;
    } else if (performance.now() > giveUpAt) {
      throw taken(app, other);
    }
    await sleep(LOCK_POLL_MS);
  }
}

interface Tried {
  readonly taken: boolean;
  readonly backend: number;
}

function lockOf(app: string): string {
  return `marcot/extract/${app}`;
}

async function tryLock(lock: Sql, app: string): Promise<Tried> {
  const [found] = await lock.unsafe<Tried[]>(
    `SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken, pg_backend_pid() AS backend`,
    [lockOf(app)],
  );
  return found ?? { taken: false, backend: 0 };
}

interface Other {
  readonly backend: number;
  readonly name: string;
  readonly host: string | null;
}

async function holderOf(sql: Sql, app: string): Promise<Other | undefined> {
  const [found] = await sql<Other[]>`
    select a.pid as backend, application_name as name, host(client_addr) as host
    from pg_locks l join pg_stat_activity a using (pid)
    where locktype = 'advisory' and objsubid = 1 and granted
      and l.database = (select oid from pg_database where datname = current_database())
      and ((classid::bigint << 32) | objid::bigint) = hashtextextended(${lockOf(app)}, 0)`;
  return found;
}

function taken(app: string, other: Other | undefined): MarcotError {
  const pid = other?.name.split("/")[1] ?? "unknown";
  const message = `The process ${pid} on ${other?.host ?? "the database's machine"} works on the move of ${app}`;
  return new MarcotError("MoveRefused", message, {
    fix: `Wait until it is done; if it hangs, \`marcot extract resume ${app} --take-over\` ends it and goes on.`,
  });
}
