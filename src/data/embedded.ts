/**
 * The embedded PostgreSQL: a real server that belongs to a folder, not to a process.
 *
 * Several processes of a project share it (a service per app, a command beside a running server,
 * test files), and any of them may come first or go last. So the server is a process of its own;
 * whoever does not find it starts it, and whoever leaves last stops it. Who is still there is
 * asked of the server itself: each opener holds one idle session named `marcot/<pid>`, its claim,
 * which the system ends with the process, however that ends. A killed process leaves nothing to
 * repair; a killed last process leaves a running server, which the next one uses and stops.
 *
 * Starting, claiming and stopping happen under one lock, so that nobody finds a server that
 * somebody else is about to stop.
 *
 *     <folder>/postgres            the data, readable by the server's user alone
 *     <folder>/postgres.log        what the server says
 *     <folder>/postgres.json       the owner's password and the port, mode 0600
 *     <folder>/postgres.lock       the lock, while somebody holds it
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { connect as connectSocket, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { codeOf, MarcotError } from "../errors.ts";
import { serverUser } from "./binaries.ts";
import {
  createCluster,
  OWNER,
  readServer,
  settleServer,
  startServer,
  stopServer,
  type Cluster,
} from "./cluster.ts";
import { databaseError } from "./database.ts";
import { isAlive, withLock } from "./lock.ts";

/** An embedded server that this process uses. */
export interface Embedded {
  /** The owner's address, with its password. */
  readonly url: string;
  /** Whether this call started the server; false when it was running. */
  readonly started: boolean;
  /** Gives it back: stops the server when no other process uses it. Close your pools before. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Default: none. Configuration parameters of the server, used when this call starts it. */
  readonly settings?: Readonly<Record<string, string>>;
}

const PASSWORD_BYTES = 24;
/** A process that is about to end closes its pools in this time; one that stays is not waited for. */
const LINGER_MS = 1_000;
const LINGER_STEP_MS = 50;
/** Together half a minute: a server that recovers from a crash is back by then. */
const RECLAIM_ATTEMPTS = 60;
const RECLAIM_PAUSE_MS = 500;

/** Uses the server of a folder: starts it when it does not run, and makes it when there is none. */
export async function openEmbedded(
  folder: string,
  options: EmbeddedOptions = {},
): Promise<Embedded> {
  const root = resolve(folder);
  await mkdir(root, { recursive: true });
  const cluster: Cluster = {
    data: join(root, "postgres"),
    log: join(root, "postgres.log"),
    user: await serverUser(),
    settings: options.settings ?? {},
  };
  return withLock(join(root, "postgres.lock"), async () => {
    const secret = await readSecret(root);
    await createCluster(cluster, secret.password);
    const running = await settleServer(cluster);
    const port = running?.port ?? (await startServer(cluster, secret.port));
    if (port !== secret.port) await writeSecret(root, { ...secret, port });
    const url = `postgres://${OWNER}:${secret.password}@127.0.0.1:${port}/${OWNER}`;
    // Not in the project's own database: an open session would forbid to drop or to clone it.
    const place = url.replace(/[^/]*$/, "postgres");
    const holder: Holder = { claim: await openClaim(place), left: false };
    await createDatabase(holder.claim.sql);
    keep(holder, place);
    let stopping: Promise<void> | undefined;
    return {
      url,
      started: running === undefined,
      stop: () => (stopping ??= leave(root, cluster, holder)),
    };
  });
}

/** The owner's address of a folder's server that runs already. Starts none, and makes nothing. */
export async function findEmbedded(folder: string): Promise<string | undefined> {
  const root = resolve(folder);
  if (!existsSync(join(root, "postgres.json"))) return undefined;
  const found = await readServer({ data: join(root, "postgres") });
  if (found?.ready !== true) return undefined;
  const { password } = await readSecret(root);
  return `postgres://${OWNER}:${password}@127.0.0.1:${found.port}/${OWNER}`;
}

/** Under the lock: whoever comes next either holds a claim that is seen here, or finds no server. */
async function leave(root: string, cluster: Cluster, holder: Holder): Promise<void> {
  holder.left = true;
  const { sql, socket } = holder.claim;
  // Without a session the server died under us; whoever started it again stops it.
  if (socket.destroyed) return sql.end({ timeout: 0 });
  socket.ref();
  await withLock(join(root, "postgres.lock"), async () => {
    let last: boolean;
    try {
      last = await isLast(sql);
      // The session disappears some time after it was closed; its name, at once.
      await sql`set application_name to 'marcot-left'`;
    } catch (error) {
      if (databaseError(error, "postgres://127.0.0.1/marcot") === undefined) throw error;
      last = false; // The server is gone already.
    } finally {
      await sql.end({ timeout: 0 });
    }
    if (last) await stopServer(cluster);
  });
}

/**
 * Claims of others are decisive. A pool without a claim (a service that was given the address)
 * also counts, but pools of a process that is ending are waited for.
 */
async function isLast(claim: Sql): Promise<boolean> {
  const giveUpAt = Date.now() + LINGER_MS;
  for (;;) {
    const sessions = await claim<{ name: string }[]>`
      select distinct application_name as name from pg_stat_activity
      where application_name like 'marcot/%' and pid <> pg_backend_pid()`;
    const others = sessions.map(({ name }) => name).filter(isUsed);
    if (others.length === 0) return true;
    if (others.some(isClaim) || Date.now() > giveUpAt) return false;
    await sleep(LINGER_STEP_MS);
  }
}

/** `marcot/123` is a claim, `marcot/123/faq` a pool. Our own pools are the caller's to close. */
function isClaim(name: string): boolean {
  return /^marcot\/\d+$/.test(name);
}

function isUsed(name: string): boolean {
  const pid = Number(name.split("/")[1]);
  return isClaim(name) ? isAlive(pid) : pid !== process.pid && isAlive(pid);
}

/** A session that says that this process uses the server. */
interface Claim {
  readonly sql: Sql;
  /** Unreferenced while nothing is asked, so that it does not keep the process alive. */
  readonly socket: Socket;
}

interface Holder {
  claim: Claim;
  left: boolean;
}

/**
 * When one of its sessions crashes, PostgreSQL drops all of them and goes on: the claim is then
 * made again, or somebody who leaves would take us for gone.
 */
function keep(holder: Holder, url: string): void {
  const { sql, socket } = holder.claim;
  socket.unref();
  socket.once("close", async () => {
    await sql.end({ timeout: 0 });
    for (let attempt = 0; attempt < RECLAIM_ATTEMPTS && !holder.left; attempt += 1) {
      await sleep(RECLAIM_PAUSE_MS, undefined, { ref: false });
      const claim = await openClaim(url).catch(() => undefined);
      if (claim === undefined) continue;
      if (holder.left) return claim.sql.end({ timeout: 0 });
      holder.claim = claim;
      return keep(holder, url);
    }
  });
}

/**
 * The session is never recycled: the driver would replace it after half an hour, and for a moment
 * nobody would be there.
 */
async function openClaim(url: string): Promise<Claim> {
  const socket = await openSocket(url);
  const options = {
    max: 1,
    max_lifetime: null,
    idle_timeout: 0,
    fetch_types: false,
    connection: { application_name: `marcot/${process.pid}` },
    socket: () => socket,
  };
  const sql = postgres(url, options);
  try {
    await sql`select 1`;
  } catch (error) {
    socket.destroy();
    await sql.end({ timeout: 0 });
    throw databaseError(error, url) ?? error;
  }
  return { sql, socket };
}

function openSocket(url: string): Promise<Socket> {
  return new Promise((resolveSocket, reject) => {
    const socket = connectSocket({ port: Number(new URL(url).port), host: "127.0.0.1" });
    const refuse = (error: Error): void => reject(databaseError(error, url) ?? error);
    socket.once("error", refuse);
    socket.once("connect", () => {
      socket.off("error", refuse);
      resolveSocket(socket);
    });
  });
}

async function createDatabase(claim: Sql): Promise<void> {
  const [found] = await claim`select 1 from pg_database where datname = ${OWNER}`;
  if (found === undefined) await claim.unsafe(`CREATE DATABASE ${OWNER}`);
}

interface Secret {
  readonly password: string;
  readonly port: number | undefined;
}

/** The password is stored before initdb uses it: a crash in between must not lock us out. */
async function readSecret(root: string): Promise<Secret> {
  const file = join(root, "postgres.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as Secret;
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT") {
      throw new MarcotError("DatabaseUnavailable", `${file} cannot be read: ${String(cause)}`, {
        cause,
        fix: "Restore the file from a backup: it holds the password of the embedded database.",
      });
    }
    const password = randomBytes(PASSWORD_BYTES).toString("base64url");
    const secret: Secret = { password, port: undefined };
    await writeSecret(root, secret);
    return secret;
  }
}

async function writeSecret(root: string, secret: Secret): Promise<void> {
  const file = join(root, "postgres.json");
  await writeFile(`${file}.new`, `${JSON.stringify(secret)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
