/**
 * A pool of connections for one app, and what goes wrong with it said in words.
 *
 * `url` is used as it is given: `roles.ts` makes the address of an app's own role out of the
 * owner's, and an app that has become a service may be given its address ready-made. The pool
 * is tried once when it is opened, so that a wrong address stops the start and not the first
 * visitor. Later failures surface in the query; `databaseError` recognises them inside
 * whatever wraps them (Drizzle wraps every failed query).
 */
import { drizzle } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";
import { MarcotError } from "../errors.ts";
import { atomicOf } from "./atomic.ts";
import { isConnectionCode } from "./disconnected.ts";
import type { Db } from "./db.ts";
import type { Atomic } from "./scope.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { clientOf } from "./transaction.ts";

/** An open pool. `url` names it in messages and carries no password. */
export interface Database {
  readonly app: string | undefined;
  readonly role: string;
  readonly url: string;
  readonly db: Db;
  /** A new transaction, which begins when it is first used. */
  atomic(): Atomic;
  /** The driver beneath `db`. Dates arrive as strings here: Drizzle switches their parsers off. */
  readonly sql: Sql;
  /** A session of its own with the same database, as the same role: for locks and notifications. */
  session(options: SessionOptions): Sql;
  /** Waits for running queries, at most five seconds, and closes the connections. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgres://role:password@host:port/database`. */
  readonly url: string;
  /** Default: none. The app whose role the URL names; it is shown in `pg_stat_activity`. */
  readonly app?: string;
  /** Default: 10. Connections in the pool. */
  readonly max?: number;
  /** Default: notices of the server are dropped. */
  readonly log?: (message: string) => void;
  /** Default: true. Without a trial it connects at the first query, and never fails here. */
  readonly isTried?: boolean;
}

/** Fewer and one slow query stops an app; more and a project of ten apps exhausts 100 sessions. */
const DEFAULT_MAX = 10;
/** Less and a starting server is given up; more and a wrong address looks like a hang. */
const CONNECT_TIMEOUT_S = 10;
/** Less and a report is cut off at shutdown; more and a supervisor kills the process first. */
const CLOSE_TIMEOUT_S = 5;

/** Opens a pool, and tries it unless told otherwise. Fails with DatabaseUnavailable. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, app, max = DEFAULT_MAX, log, isTried = true } = options;
  const name = app ?? "pool";
  const client = connect(url, { max, name, log, arrays: true });
  try {
    if (isTried) await client`select 1`;
  } catch (error) {
    await client.end({ timeout: 0 });
    throw databaseError(error, url) ?? error;
  }
  // Drizzle asks of a client what `Client` has.
  const db = drizzle({ client: clientOf(client) as unknown as Sql, jit: true });
  return {
    app,
    role: decodeURIComponent(new URL(url).username),
    url: withoutPassword(url),
    // jit: Drizzle compiles the mapping of rows once per built query.
    db,
    atomic: atomicOf(db),
    sql: client,
    session: (session) => openSession(url, session),
    close: () => client.end({ timeout: CLOSE_TIMEOUT_S }),
  };
}

export interface ConnectOptions {
  /** Default: 1. */
  readonly max?: number;
  /** Default: "command". The session is named `marcot/<pid>/<name>`. */
  readonly name?: string;
  readonly log?: ((message: string) => void) | undefined;
  /** Default: false. Ask the server for its array types at each connect, to read columns of them. */
  readonly arrays?: boolean;
}

/** A driver without Drizzle, for the framework's own statements. Connects at the first query. */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  const { max = 1, name = "command", log, arrays = false } = options;
  checkUrl(url);
  return postgres(url, {
    max,
    connect_timeout: CONNECT_TIMEOUT_S,
    connection: { application_name: `marcot/${process.pid}/${name}` },
    onnotice: (notice) => log?.(`${notice["severity"]}: ${notice["message"]}`),
    fetch_types: arrays,
  });
}

/** Runs `work` on a short-lived connection; what fails to connect is DatabaseUnavailable. */
export async function withConnection<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect(url);
  try {
    return await work(sql);
  } catch (error) {
    throw databaseError(error, url) ?? error;
  } finally {
    await sql.end({ timeout: CLOSE_TIMEOUT_S });
  }
}

/** The address as it may be shown: without its password and options. */
export function withoutPassword(url: string): string {
  const { protocol, username, host, pathname } = checkUrl(url);
  return `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`;
}

/** The same of what settings and commands name, which may be an embedded one. */
export function shownDatabase(database: string): string {
  return database.startsWith("embedded:") ? database : withoutPassword(database);
}

/** The database that a URL names. */
export function databaseOf(url: string): string {
  return decodeURIComponent(checkUrl(url).pathname.slice(1));
}

/**
 * DatabaseUnavailable for an error that says that the server could not be reached or did not
 * let us in, however deep it is wrapped; undefined for any other error. A connection that broke
 * under a running query may have committed it: `ran` is `maybe` there.
 */
export function databaseError(error: unknown, url: string): MarcotError | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; depth += 1) {
    if (cause instanceof MarcotError) return undefined;
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
    if (isConnectionCode(code)) {
      const { hostname, port } = checkUrl(url);
      const where = `${hostname}:${port || "5432"}/${databaseOf(url)}`;
      const message = `Database ${where} cannot be used: ${reasonOf(cause, code)}`;
      return new MarcotError("DatabaseUnavailable", message, { cause, ran: ranOf(code) });
    }
    cause = cause.cause;
  }
  return undefined;
}

/** These may come in the middle of a statement; all others come before one was sent. */
function ranOf(code: string): "no" | "maybe" {
  const lost = ["ECONNRESET", "EPIPE", "ETIMEDOUT", "CONNECTION_CLOSED", "CONNECTION_DESTROYED"];
  return lost.includes(code) || /^(08006|57P0[12])$/.test(code) ? "maybe" : "no";
}

/** Node joins the failures of several addresses in an AggregateError without a message. */
function reasonOf(error: Error, code: string): string {
  return error.message === "" ? code : error.message;
}

function checkUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed !== null && /^postgres(ql)?:$/.test(parsed.protocol) && parsed.pathname.length > 1) {
    return parsed;
  }
  // The value may hold a password, so that the message does not repeat it.
  throw new MarcotError(
    "SettingInvalid",
    "The address of the database is not of the form postgres://role:password@host:port/database",
  );
}
