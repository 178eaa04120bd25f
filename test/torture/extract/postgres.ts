/** A PostgreSQL of its own that can be stopped at once, be frozen, and run out of disk. */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, open, readdir, readFile, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import { serverUser } from "../../../src/data/binaries.ts";
import {
  type Cluster,
  createCluster,
  OWNER,
  settleServer,
  startServer,
  stopServer,
} from "../../../src/data/cluster.ts";

const run = promisify(execFile);

const PASSWORD = "torture";
const GONE_MS = 10_000;

export interface Postgres {
  readonly port: number;
  /** The owner's address of a database; at another port where a proxy stands. */
  urlOf(database: string, port?: number): string;
  createDatabase(name: string): Promise<void>;
  /** As `pg_ctl stop -m immediate`: what was not committed is undone at the next start. */
  kill(): Promise<void>;
  /** At the same port; does nothing where it runs. */
  start(): Promise<void>;
  /** All its processes. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Leaves so many bytes of its disk; null gives them back. Only where it has a disk of its own. */
  fill(left: number | null): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Whether what was committed survives a power cut: what a commit costs. */
  readonly isDurable: boolean;
  /** A disk of its own of so many megabytes. Takes root. */
  readonly megabytes?: number | undefined;
}

export async function openPostgres({ isDurable, megabytes }: PostgresOptions): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), "marcot-torture-"));
  if (megabytes !== undefined)
    await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "marcot-torture", folder]);
  await chmod(folder, 0o711); // the server's user passes, when root tortures
  const small = { min_wal_size: "32MB", max_wal_size: "48MB", wal_keep_size: "0" };
  const fast = { fsync: "off", full_page_writes: "off" };
  const cluster: Cluster = {
    data: join(folder, "postgres"),
    log: join(folder, "postgres.log"),
    user: await serverUser(),
    settings: {
      max_connections: "300",
      ...(megabytes !== undefined && small),
      ...(!isDurable && fast),
    },
  };
  await createCluster({ ...cluster, settings: fast }, PASSWORD);
  const port = await startServer(cluster, undefined);
  const pid = async () => (await settleServer(cluster))?.pid;
  const urlOf = (name: string, at = port) =>
    `postgres://${OWNER}:${PASSWORD}@127.0.0.1:${at}/${name}`;
  return {
    port,
    urlOf,
    async createDatabase(name) {
      const sql = postgres(urlOf("postgres"), { max: 1, onnotice() {} });
      await sql.unsafe(`CREATE DATABASE "${name}"`);
      await sql.end();
    },
    async kill() {
      const found = await pid();
      if (found === undefined) return;
      process.kill(found, "SIGQUIT");
      await gone(found);
    },
    async start() {
      if ((await pid()) !== undefined) return;
      const taken = await startServer(cluster, port);
      if (taken !== port) throw new Error(`PostgreSQL came back at ${taken}, not at ${port}`);
    },
    async freeze() {
      await signalAll(await pid(), "SIGSTOP");
    },
    async thaw() {
      await signalAll(await readPid(cluster), "SIGCONT");
    },
    fill: (left) => fill(folder, left),
    async stop() {
      await signalAll(await readPid(cluster), "SIGCONT");
      if ((await pid()) !== undefined) await stopServer(cluster);
      if (megabytes !== undefined) await run("umount", [folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Without asking whether it is ready, which a frozen one does not say. */
async function readPid({ data }: Cluster): Promise<number | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  return Number(text.split("\n")[0]) || undefined;
}

/** Its children after it, so that it makes no new ones meanwhile. */
async function signalAll(server: number | undefined, signal: NodeJS.Signals): Promise<void> {
  if (server === undefined) return;
  send(server, signal);
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, "utf8").catch(() => "");
    if (/^PPid:\s*(\d+)/m.exec(status)?.[1] === String(server)) send(Number(name), signal);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function gone(pid: number): Promise<void> {
  const end = Date.now() + GONE_MS;
  while (Date.now() < end) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (status === "" || /^State:\s*Z/m.test(status)) return;
    await sleep(10);
  }
  throw new Error(`PostgreSQL (process ${pid}) does not end`);
}

async function fill(folder: string, left: number | null): Promise<void> {
  const ballast = join(folder, "ballast");
  if (left === null) return rm(ballast, { force: true });
  const { bavail, bsize } = await statfs(folder);
  const file = await open(ballast, "w");
  const block = Buffer.alloc(256 * 1024);
  for (let free = bavail * bsize; free - block.length > left; free -= block.length)
    await file.write(block);
  await file.close();
}
