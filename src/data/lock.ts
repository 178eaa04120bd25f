/**
 * A lock between processes: a file that only one of them can create.
 *
 * Node has no flock. The file carries a token of its holder (process id and a random part) and
 * is touched while it is held. It counts as left behind when its process is gone, or when it has
 * not been touched for long: after a restart of a container, another process has the same id.
 *
 * Two processes that find the same stale file must not both take it over, and none may remove the
 * fresh lock of the other: the file is renamed aside, which only one can do, and what was moved is
 * compared with what was judged stale.
 */
import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, MarcotError } from "../errors.ts";

/** Shorter and a start that takes long is robbed; longer and a recycled process id blocks longer. */
const STALE_MS = 20_000;
const TOUCH_MS = 2_000;
/** Shorter and waiting costs CPU; longer and the second of two processes starts later. */
const RETRY_MS = 25;
/** A first start takes seconds; who holds it for longer than this is stuck. */
const GIVE_UP_MS = 120_000;

/** Runs `work` while no other process holds the lock at `file`. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const token = `${process.pid} ${randomBytes(8).toString("hex")}\n`;
  await acquire(file, token);
  const touch = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, TOUCH_MS);
  touch.unref();
  try {
    return await work();
  } finally {
    clearInterval(touch);
    if ((await tokenIn(file)) === token) await rm(file, { force: true });
  }
}

/** Whether a process with that id exists; one that belongs to another user does. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function acquire(file: string, token: string): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_MS;
  // Written whole before it gets its name, so that nobody reads an empty lock.
  const own = `${file}.${token.trim().replace(" ", ".")}`;
  await writeFile(own, token, { mode: 0o600 });
  try {
    while (!(await tryLink(own, file))) {
      await removeIfStale(file, `${own}.stale`);
      if (Date.now() > giveUpAt) {
        const holder = (await tokenIn(file))?.split(" ")[0];
        throw new MarcotError(
          "DatabaseUnavailable",
          `${file} has been held by process ${holder} for ${GIVE_UP_MS / 1000} s`,
          { fix: "End that process, or remove the file if it is none of Marcot's." },
        );
      }
      await sleep(RETRY_MS);
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function removeIfStale(file: string, aside: string): Promise<void> {
  const found = await tokenIn(file);
  const touched = await stat(file).catch(() => undefined);
  if (found === undefined || touched === undefined) return;
  const fresh = Date.now() - touched.mtimeMs < STALE_MS;
  if (fresh && isAlive(Number.parseInt(found, 10))) return;
  await rename(file, aside).catch(() => undefined);
  const moved = await tokenIn(aside);
  // Somebody else was faster and this is the new holder's lock: give it back.
  if (moved !== undefined && moved !== found) await tryLink(aside, file);
  await rm(aside, { force: true });
}

async function tokenIn(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}
