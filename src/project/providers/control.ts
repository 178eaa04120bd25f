/**
 * The session by which a process is known to its database: registered in `marcot.processes` for as long as the
 * session lasts, it hears and reads where the apps are, and acknowledges what was asked of it.
 *
 * Nothing here fails a call or ends the process: what cannot be read now is read a second later, and what was
 * missed meanwhile is told by the database itself, which refuses writes of an app that has moved.
 */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import type { Log } from "../../app/types.ts";
import { ACKS_CHANNEL, ensureControl, PROVIDERS_CHANNEL } from "../../data/control.ts";
import { withConnection } from "../../data/database.ts";
import { openSession } from "../../data/session.ts";
import { type Ack, isSame, type SeenRow } from "./row.ts";

export interface Control {
  /** Reads the rows now. Resolves when they have been handed on, or could not be read; never rejects. */
  look(): Promise<void>;
  /** Tells what was done, as soon as that can be told. */
  ack(ack: Ack): void;
  close(): Promise<void>;
}

export interface ControlOptions {
  /** The owner's. */
  readonly url: string;
  /** Names of the apps that this process has the code of. */
  readonly apps: readonly string[];
  readonly log: Log;
  /** Told of all rows after each look. */
  readonly onRows: (rows: readonly SeenRow[]) => void;
}

/** How late a process knows what it did not hear. */
const POLL_MS = 1_000;

/** A session that was lost is opened again at once, but not in a loop. */
const REOPEN_MS = 50;

/** Longer than any look takes that a statement's own limit lets come to an end. */
const SILENCE_MS = 12_000;

/**
 * A machine that vanished without a word counts as alive no longer than this, in seconds; what waits for a lock must
 * not keep the process from looking. Not as parameters of the start: poolers refuse those that they do not know.
 */
const SETTINGS = `SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
  SET statement_timeout = '10s'`;

interface State extends ControlOptions {
  /** Another one after a connection that did not answer. */
  sql: Sql;
  /** By app: the last of each, and whether it was told to the session of now. */
  readonly acks: Map<string, { readonly ack: Ack; isTold: boolean }>;
  /** Of this process in `marcot.processes`; undefined while it is not registered. */
  id: string | undefined;
  /** Sessions that have ended. */
  ended: number;
  looking: Promise<void> | undefined;
  next: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
  isTroubled: boolean;
  isClosed: boolean;
}

/** Resolves after the first look, whatever came of it. */
export async function openControl(options: ControlOptions): Promise<Control> {
  const state: State = {
    ...options,
    sql: sessionOf(() => state, options.url),
    acks: new Map(),
    id: undefined,
    ended: 0,
    looking: undefined,
    next: undefined,
    timer: undefined,
    isTroubled: false,
    isClosed: false,
  };
  await look(state);
  return {
    look: () => look(state),
    ack(ack) {
      const one = { ack, isTold: false };
      state.acks.set(ack.row.app, one);
      // A switch waits for it. What cannot be told now is told by the next look.
      if (state.id === undefined) void look(state);
      else tell(state, one).catch(() => look(state));
    },
    async close() {
      state.isClosed = true;
      clearTimeout(state.timer);
      await state.looking;
      const { sql, id } = state;
      if (id !== undefined)
        await sql.unsafe(`DELETE FROM marcot.processes WHERE id = $1`, [id]).catch(() => {});
      await sql.end({ timeout: 1 });
    },
  };
}

function sessionOf(state: () => State, url: string): Sql {
  const sql = openSession(url, {
    name: "providers",
    onNotify: () => void look(state()),
    onClose() {
      const own = state();
      if (own.sql !== sql) return;
      own.ended += 1;
      if (own.id !== undefined) schedule(own, REOPEN_MS);
      own.id = undefined;
    },
  });
  return sql;
}

/** One look at a time. Whoever asks during one gets the next: this one may have read already. */
function look(state: State): Promise<void> {
  if (state.looking === undefined) {
    state.looking = lookInTime(state).finally(() => {
      state.looking = undefined;
      schedule(state, POLL_MS);
    });
    return state.looking;
  }
  state.next ??= state.looking.then(() => {
    state.next = undefined;
    return look(state);
  });
  return state.next;
}

function schedule(state: State, milliseconds: number): void {
  if (state.isClosed) return;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => void look(state), milliseconds).unref();
}

/** The server's limits end a statement; where the network is silent, nobody but this side ends the wait. */
async function lookInTime(state: State): Promise<void> {
  const given = new AbortController();
  const late = sleep(SILENCE_MS, "late", { signal: given.signal, ref: false }).catch(() => "");
  const first = await Promise.race([lookOnce(state), late]);
  given.abort();
  if (first !== "late" || state.isClosed) return;
  state.log.warn(
    {},
    "the database does not say where apps are that move; another connection is tried",
  );
  state.isTroubled = true;
  const silent = state.sql;
  state.sql = sessionOf(() => state, state.url);
  state.id = undefined;
  state.ended += 1;
  silent.end({ timeout: 0 }).catch(() => {});
}

async function lookOnce(state: State): Promise<void> {
  if (state.isClosed) return;
  const { sql, log } = state;
  try {
    if (state.id === undefined) await register(state);
    const [found] = await sql.unsafe<{ is_known: boolean; rows: string }[]>(
      `SELECT EXISTS (SELECT FROM marcot.processes WHERE id = $1::bigint) AS is_known,
         (SELECT coalesce(json_agg(found), '[]') FROM (
           SELECT app, phase, epoch::text AS epoch, address, hold_ms, holder, shadow, changed_at::text AS changed
           FROM marcot.providers) AS found)::text AS rows`,
      [state.id ?? null],
    );
    // A look that came too late has been followed by another one.
    if (state.isClosed || state.sql !== sql) return;
    if (found?.is_known !== true) await register(state);
    if (state.isClosed || state.sql !== sql) return;
    const rows = JSON.parse(found?.rows ?? "[]") as SeenRow[];
    forgetOld(state, rows);
    state.onRows(rows);
    for (const one of state.acks.values()) if (!one.isTold) await tell(state, one);
    if (state.isTroubled) log.info({}, "it is known again where apps are that move");
    state.isTroubled = false;
  } catch (error) {
    if (state.sql !== sql) return;
    if (!state.isTroubled && !state.isClosed)
      log.warn({ err: error }, "it is not known where apps are that move; this is tried again");
    state.isTroubled = true;
  }
}

/** What was done about a row says nothing about the one that took its place, even with the same values. */
function forgetOld({ acks }: State, rows: readonly SeenRow[]): void {
  for (const [app, { ack }] of acks) {
    const row = rows.find((one) => one.app === app);
    if (row === undefined || !isSame(row, ack.row)) acks.delete(app);
  }
}

/** With its session, by which the others know that it lives. Those who are gone are taken out. */
async function register(state: State): Promise<void> {
  const { sql, url, apps } = state;
  await withConnection(url, ensureControl);
  const { ended } = state;
  await sql.unsafe(SETTINGS);
  const [found] = await sql.unsafe<{ id: string }[]>(
    `WITH dead AS (
       DELETE FROM marcot.processes AS known WHERE NOT EXISTS (
         SELECT FROM pg_stat_activity WHERE pid = known.backend
           AND (backend_start IS NULL OR backend_start = known.backend_start)))
     INSERT INTO marcot.processes (backend, backend_start, host, pid, apps)
     SELECT pid, backend_start, $1::text, $2::int, $3::text[] FROM pg_stat_activity
     WHERE pid = pg_backend_pid() RETURNING id::text AS id`,
    [hostname(), process.pid, `{${apps.join(",")}}`],
  );
  await sql.unsafe(`LISTEN ${PROVIDERS_CHANNEL}`);
  // Of a session that has ended in between nobody would be told.
  if (found === undefined || state.ended !== ended) throw new Error("the session has just ended");
  state.id = found.id;
  for (const one of state.acks.values()) one.isTold = false;
}

async function tell(
  { sql, id }: State,
  one: { readonly ack: Ack; isTold: boolean },
): Promise<void> {
  const { row, problem } = one.ack;
  one.isTold = true;
  const telling = sql.unsafe(
    `WITH told AS (
       INSERT INTO marcot.acks (process, app, epoch, phase, problem)
       VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::text)
       ON CONFLICT (process, app) DO UPDATE SET epoch = excluded.epoch, phase = excluded.phase,
         problem = excluded.problem, at = clock_timestamp()
       RETURNING app)
     SELECT pg_notify('${ACKS_CHANNEL}', app) FROM told`,
    [id ?? null, row.app, row.epoch, row.phase, problem],
  );
  await telling.catch((error: unknown) => {
    one.isTold = false;
    throw error;
  });
}
