/**
 * The server process of the embedded PostgreSQL: make its files, start it, stop it, find it.
 * Every function here is called under the lock of embedded.ts.
 */
import { execFile, spawn } from "node:child_process";
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { codeOf, MarcotError } from "../errors.ts";
import { closedFolder, findBinaries, type Binaries, type ServerUser } from "./binaries.ts";
import { isAlive } from "./lock.ts";

const run = promisify(execFile);

/** Where the files of one server lie, and who owns them. */
export interface Cluster {
  readonly data: string;
  readonly log: string;
  readonly user: ServerUser;
  /** Configuration parameters that are given at each start. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What `postmaster.pid` says about a server that is alive. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** The name of the owner, who is the superuser, and of its database. */
export const OWNER = "marcot";

/** Recovery after a crash is part of it; a server that takes longer tells why in its log. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
/** After a SIGKILL of the server its children need a moment to notice it and to let go. */
const START_ATTEMPTS = 20;
const ATTEMPT_PAUSE_MS = 250;
/** A log that grows for ever fills a laptop; one run of a busy server stays well below. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;
const TAIL_LINES = 12;

/** Makes the files of a server; does nothing when they exist. */
export async function createCluster(cluster: Cluster, password: string): Promise<void> {
  const { data, user } = cluster;
  if (await exists(join(data, "PG_VERSION"))) return;
  const { initdb } = await findBinaries();
  // Made beside and renamed, so that an initdb that was killed leaves no half of a cluster.
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await giveTo(fresh, user);
  const secret = `${data}.secret`;
  await writeFile(secret, `${password}\n`, { mode: 0o600 });
  await giveTo(secret, user);
  const args = [
    `--pgdata=${fresh}`,
    `--username=${OWNER}`,
    `--pwfile=${secret}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-instructions",
    // Does not change with the operating system's libraries, so that indexes stay valid.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    ...(cluster.settings["fsync"] === "off" ? ["--no-sync"] : []),
  ];
  try {
    await run(initdb, args, { ...user, cwd: "/", env: { ...process.env, LC_ALL: "C" } });
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    const output = cause instanceof Error && "stderr" in cause ? String(cause.stderr) : "";
    throw await unavailable(cluster, "initdb failed", output.trim(), cause);
  } finally {
    await rm(secret, { force: true });
  }
  await rename(fresh, data);
}

/** The server on these files, if one is alive. Removes what a dead one has left behind. */
async function findServer(cluster: Cluster): Promise<Running | undefined> {
  const found = await readServer(cluster);
  // PostgreSQL itself gives up when another process has got the id by now.
  if (found === undefined) await rm(pidFile(cluster), { force: true });
  return found;
}

function pidFile({ data }: Pick<Cluster, "data">): string {
  return join(data, "postmaster.pid");
}

/** Only looks: a server that is just starting has made its file, and may not have written it yet. */
export async function readServer(cluster: Pick<Cluster, "data">): Promise<Running | undefined> {
  const text = await readFile(pidFile(cluster), "utf8").catch(() => "");
  // Process id, folder, start, port, socket, address, memory, state.
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  if (pid > 0 && isAlive(pid) && (await isServer(pid, cluster.data))) {
    return { pid, port: Number(lines[3]), ready: lines[7] === "ready" };
  }
  return undefined;
}

/** Starts the server, at `port` when that is free, and waits until it takes connections. */
export async function startServer(cluster: Cluster, port: number | undefined): Promise<number> {
  const binaries = await findBinaries();
  await shortenLog(cluster);
  for (let attempt = 1; ; attempt += 1) {
    const chosen = await freePort(attempt === 1 ? port : undefined);
    const failure = await tryStart(cluster, binaries, chosen);
    if (failure === undefined) return chosen;
    const passing = /shared memory block|could not bind|could not create any TCP/.test(failure);
    if (passing && attempt < START_ATTEMPTS) {
      await sleep(ATTEMPT_PAUSE_MS);
      continue;
    }
    throw await unavailable(cluster, "PostgreSQL did not start", failure);
  }
}

/** Ends the server in fast mode: open transactions are undone, nothing that was stored is lost. */
export async function stopServer({ data, user }: Cluster): Promise<void> {
  const { pgCtl } = await findBinaries();
  await run(pgCtl, ["stop", `--pgdata=${data}`, "--mode=fast", "--wait", "--timeout=60"], {
    ...user,
    cwd: "/",
  });
}

/** Waits until the server that was found is ready, or is gone. */
export async function settleServer(cluster: Cluster): Promise<Running | undefined> {
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const found = await findServer(cluster);
    if (found === undefined || found.ready) return found;
    if (Date.now() > giveUpAt) {
      throw await unavailable(cluster, `PostgreSQL (process ${found.pid}) is not ready`, "");
    }
    await sleep(POLL_MS);
  }
}

/** Returns undefined when it runs, else what it wrote before it ended. */
async function tryStart(
  cluster: Cluster,
  { postgres }: Binaries,
  port: number,
): Promise<string | undefined> {
  const { data, log, user, settings } = cluster;
  const all = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    wal_level: "logical",
    lc_messages: "C",
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const output = await open(log, "a", 0o600);
  const from = (await output.stat()).size;
  // Detached: a session of its own, so that Ctrl-C in the terminal does not reach it.
  const server = spawn(postgres, ["-D", data, ...flags], {
    ...user,
    cwd: "/",
    detached: true,
    stdio: ["ignore", output.fd, output.fd],
    env: { ...process.env, LC_ALL: "C" },
  });
  server.unref();
  let ended = false;
  server.once("exit", () => (ended = true));
  server.once("error", () => (ended = true));
  await output.close();
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (!ended && Date.now() < giveUpAt) {
    const found = await readServer(cluster);
    if (found?.pid === server.pid && found?.ready === true) return undefined;
    await sleep(POLL_MS);
  }
  return (await readFile(log)).subarray(from).toString().trim() || "it ended without a word";
}

/** Linux says directly; elsewhere `ps` knows. The id of a dead server may be another's by now. */
async function isServer(pid: number, data: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(async (error: unknown) => {
    if (process.platform === "linux") return codeOf(error) === "EACCES" ? data : "";
    if (process.platform === "win32") return data;
    const { stdout } = await run("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({
      stdout: "",
    }));
    return stdout;
  });
  return command.includes(data);
}

/** `wanted` when nobody listens there, else one that the system chooses. */
async function freePort(wanted: number | undefined): Promise<number> {
  const server = createServer();
  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host: "127.0.0.1" }, () => {
        const chosen = (server.address() as AddressInfo).port;
        server.close(() => resolve(chosen));
      });
    });
  return wanted === undefined ? listen(0) : listen(wanted).catch(() => freePort(undefined));
}

async function shortenLog({ log }: Cluster): Promise<void> {
  const found = await stat(log).catch(() => undefined);
  if (found !== undefined && found.size > MAX_LOG_BYTES) await rename(log, `${log}.1`);
}

async function unavailable(
  cluster: Cluster,
  what: string,
  output: string,
  cause?: unknown,
): Promise<MarcotError> {
  const { data, log, user } = cluster;
  const { postgres } = await findBinaries();
  const closed = (await closedFolder(data, user)) ?? (await closedFolder(postgres, user));
  const tail = output.split("\n").slice(-TAIL_LINES).join("\n");
  const message = `${what} in ${data} (its log is ${log})${tail === "" ? "" : `:\n${tail}`}`;
  if (closed === undefined) {
    return new MarcotError("DatabaseUnavailable", message, {
      cause,
      fix: "Remove what the lines of the log name, or set DATABASE_URL to another PostgreSQL.",
    });
  }
  return new MarcotError(
    "DatabaseUnavailable",
    `${message}\nThe user postgres (${user.uid}), who runs the server, may not enter ${closed}`,
    { cause, fix: `Run \`chmod o+x ${closed}\`, or move the project to another folder.` },
  );
}

async function giveTo(path: string, { uid, gid }: ServerUser): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
