/** What is tortured: real processes that are killed without a warning, and a PostgreSQL of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { serverUser } from "../../src/data/binaries.ts";
import {
  type Cluster,
  createCluster,
  OWNER,
  settleServer,
  startServer,
  stopServer,
} from "../../src/data/cluster.ts";

const bin = join(import.meta.dirname, "..", "..", "src", "cli", "marcot.js");

export interface Server {
  /** The owner's address of a new database. */
  createDatabase(name: string): Promise<string>;
  /** Kills it as a crash of its machine would, and starts it again at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL that nobody else uses. What the system has taken survives: no power cut is played. */
export async function startPostgres(settings: Readonly<Record<string, string>>): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "marcot-torture-"));
  await chmod(folder, 0o711); // the server's user passes, when root tortures
  const password = "torture";
  const cluster: Cluster = {
    data: join(folder, "postgres"),
    log: join(folder, "postgres.log"),
    user: await serverUser(),
    settings: { max_connections: "200", ...settings },
  };
  await createCluster(cluster, password);
  const port = await startServer(cluster, undefined);
  const urlOf = (name: string) => `postgres://${OWNER}:${password}@127.0.0.1:${port}/${name}`;
  return {
    async createDatabase(name) {
      const sql = postgres(urlOf("postgres"), { max: 1, onnotice() {} });
      await sql.unsafe(`CREATE DATABASE "${name}"`);
      await sql.end();
      return urlOf(name);
    },
    async restart() {
      const running = await settleServer(cluster);
      if (running !== undefined) process.kill(running.pid, "SIGKILL");
      await sleep(200);
      const taken = await startServer(cluster, port);
      if (taken !== port) throw new Error(`PostgreSQL came back at ${taken}, not at ${port}`);
    },
    async stop() {
      await stopServer(cluster);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Process {
  readonly name: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The last lines that it said. */
  said(): readonly string[];
}

export interface ProcessOptions {
  readonly name: string;
  /** The project's folder. */
  readonly folder: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** `marcot runserver …`, that can be killed and started again. */
export function processOf(options: ProcessOptions): Process {
  let child: ChildProcess | undefined;
  const lines: string[] = [];
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const closed = once(ending, "close");
    ending.kill(signal);
    await closed;
  };
  process.once("exit", () => child?.kill("SIGKILL"));
  return {
    name: options.name,
    said: () => lines,
    async start() {
      const { PATH, HOME } = process.env;
      const started = spawn(process.execPath, [bin, "runserver", ...options.arguments], {
        cwd: options.folder,
        env: { PATH, HOME, ...options.environment },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      const ready = Promise.withResolvers<void>();
      for (const stream of [started.stdout, started.stderr]) {
        createInterface(stream).on("line", (line) => {
          lines.push(line);
          if (lines.length > 200) lines.shift();
          if (/ is ready/.test(line)) ready.resolve();
        });
      }
      const ended = once(started, "close").then(() => {
        // A database that is just starting ends a process; whoever supervises it starts it again.
        if (child === started)
          throw new Error(`${options.name} ended: ${lines.slice(-5).join("\n")}`);
      });
      ended.catch(() => {});
      await Promise.race([ready.promise, ended]);
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}
