/** The locks of a project's own apps: what each promises now, what its file says, and what it promised earlier. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { AnyContract } from "../contract/contract.ts";
import { MarcotError } from "../errors.ts";
import { type Change, compare } from "../lock/compared.ts";
import { canonical, toLock } from "../lock/lock.ts";
import {
  type Broken,
  brokenSince,
  keyOf,
  LOCK,
  readLock,
  type StoredLock,
  textOf,
} from "../lock/stored.ts";
import type { AppFiles } from "./find.ts";
import { findEarlier, type Found, repositoryOf } from "./git.ts";

/** An app's lock now and earlier. */
export interface LockState {
  readonly path: string;
  /** What contract.ts says. */
  readonly fresh: StoredLock;
  /** What contract.lock says; an error where it cannot be read. Undefined where there is none. */
  readonly stored: StoredLock | MarcotError | undefined;
  /** Where the file differs from contract.ts: `v1 create`. Empty where it is up to date or not there. */
  readonly stale: readonly string[];
  /** What it was compared with: `main@3f2c1d0`. */
  readonly since: string | undefined;
  /** What the file said there. */
  readonly earlier: StoredLock | undefined;
  /** Why it was compared with nothing; an error where that is no answer. */
  readonly why: string | MarcotError;
  /** What changed since then, without what was accepted. */
  readonly changes: readonly Change[];
  /** Breaks since then that the file accepts, each with its reason. */
  readonly accepted: readonly Broken[];
  /** What the file is to say of breaks: those that were accepted earlier, and since then. */
  readonly broken: readonly Broken[];
}

/** Asks git once for each repository; the apps of a project may lie in several. */
export class History {
  readonly #against: string | undefined;
  readonly #found = new Map<string, Promise<Found>>();

  constructor(against?: string) {
    this.#against = against;
  }

  find(folder: string, top: string): Promise<Found> {
    const known = this.#found.get(top) ?? findEarlier(folder, this.#against);
    this.#found.set(top, known);
    return known;
  }
}

export async function stateOf(
  { folder }: AppFiles,
  newest: AnyContract,
  history: History,
): Promise<LockState> {
  const path = join(folder, LOCK);
  const fresh = toLock(newest);
  const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  const stored = text === undefined ? undefined : tryRead(text, path);
  const known = stored instanceof MarcotError ? undefined : stored;
  const base = { path, fresh, stored, stale: known ? differences(known, fresh, text) : [] };
  const broken = known?.broken ?? [];
  const nothing = {
    ...base,
    since: undefined,
    earlier: undefined,
    changes: [],
    accepted: [],
    broken,
  };
  try {
    const { name, lock, why } = await earlierLock(folder, fresh.app, history);
    if (lock === undefined) return { ...nothing, why };
    const changes = compare(lock, fresh);
    const meant = new Set(brokenSince(broken, lock.broken).map(keyOf));
    const isMeant = (change: Change) => change.isBreak && meant.has(keyOf(toBroken(change)));
    const met = new Set(changes.filter(isMeant).map((change) => keyOf(toBroken(change))));
    // What was accepted and did not happen after all is not kept: it would accept it some other day.
    const accepted = brokenSince(broken, lock.broken).filter((one) => met.has(keyOf(one)));
    return {
      ...base,
      since: name,
      earlier: lock,
      why,
      changes: changes.filter((change) => !isMeant(change)),
      accepted,
      broken: [...(lock.broken ?? []), ...accepted],
    };
  } catch (error) {
    if (error instanceof MarcotError) return { ...nothing, why: error };
    throw error;
  }
}

function tryRead(text: string, path: string): StoredLock | MarcotError {
  try {
    return readLock(text, path);
  } catch (error) {
    if (error instanceof MarcotError) return error;
    throw error;
  }
}

interface EarlierLock {
  readonly name?: string;
  readonly lock?: StoredLock;
  readonly why: string;
}

async function earlierLock(folder: string, app: string, history: History): Promise<EarlierLock> {
  const { top, prefix } = (await repositoryOf(folder)) ?? { top: "", prefix: "" };
  const { earlier, why } = await history.find(folder, top);
  if (earlier === undefined) return { why };
  const { name } = earlier;
  const own = `${prefix}${LOCK}`;
  if (earlier.files.includes(own))
    return { name, lock: readLock(await earlier.read(own), `${own} of ${name}`), why: "" };
  // An app that was moved keeps its promises: its lock is one that is no longer where it was.
  const moved = earlier.files.filter(
    (path) => basename(path) === LOCK && !existsSync(join(top, path)),
  );
  for (const path of moved) {
    const lock = tryRead(await earlier.read(path), path);
    if (!(lock instanceof MarcotError) && lock.app === app) return { name, lock, why: "" };
  }
  return { why: `there is no ${LOCK} at ${name}` };
}

/** Versions, endpoints and events of which the file says something else; or how it is written. */
function differences(stored: StoredLock, fresh: StoredLock, text: string | undefined): string[] {
  const names = new Set([...Object.keys(stored.versions), ...Object.keys(fresh.versions)]);
  const found = [...names].flatMap((version) => {
    const { endpoints, events, ...life } = stored.versions[version] ?? NOTHING;
    const { endpoints: own, events: ownEvents, ...ownLife } = fresh.versions[version] ?? NOTHING;
    const before: Record<string, unknown> = { ...endpoints, ...events };
    const after: Record<string, unknown> = { ...own, ...ownEvents };
    const members = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const changed = members.filter((name) => !isSame(before[name], after[name]));
    const isOther = changed.length === 0 && !isSame(life, ownLife);
    return isOther ? [version] : changed.map((name) => `${version} ${name}`);
  });
  if (found.length > 0) return found;
  // git may write the ends of lines as the system has them.
  const isWritten = text?.replaceAll("\r\n", "\n") === textOf(fresh, stored.broken ?? []);
  return isWritten ? [] : ["the way in which it is written"];
}

const NOTHING = { endpoints: {}, events: {} };

function isSame(one: unknown, other: unknown): boolean {
  return canonical(one ?? null) === canonical(other ?? null);
}

export function toBroken({ version, endpoint, rule, side, pointer, what, witness }: Change) {
  const where = [side, pointer].filter(Boolean).join(" ");
  return { version, endpoint, rule, where, what, ...(witness !== undefined && { witness }) };
}
