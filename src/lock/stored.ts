/** `contract.lock` as it stands in git: what the contract promises, and which promises were broken knowingly. */
import type { Json, Lock } from "./compared.ts";
import { MarcotError } from "../errors.ts";
import { canonical } from "./lock.ts";

export const LOCK = "contract.lock";

/** A break that was meant, as `marcot contract lock --break REASON` notes it. */
export interface Broken {
  readonly version: string;
  /** An endpoint or an event; empty for the version itself. */
  readonly endpoint: string;
  /** Row of the table of changes. */
  readonly rule: number;
  /** `reply /properties/source`; empty where no message is concerned. */
  readonly where: string;
  readonly what: string;
  /** What may now be sent, and is refused. */
  readonly witness?: Json | undefined;
  readonly reason: string;
}

export interface StoredLock extends Lock {
  /** Oldest first. Default: nothing was broken. */
  readonly broken?: readonly Broken[];
}

/** `place` is for the error: git's or the disk's. */
export function readLock(text: string, place: string): StoredLock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw noLock(place, "it is no JSON", cause);
  }
  if (!isLock(value)) throw noLock(place, "it lacks the app, the versions, or what they hold");
  return value;
}

function noLock(place: string, why: string, cause?: unknown): MarcotError {
  return new MarcotError("ContractInvalid", `${place} cannot be read: ${why}`, {
    cause,
    fix: "Resolve it, or delete it and run `marcot contract lock`.",
  });
}

function isLock(value: unknown): value is StoredLock {
  if (!isObject(value) || typeof value["app"] !== "string") return false;
  const { versions, broken = [] } = value;
  return (
    isObject(versions) &&
    Object.values(versions).every((one) => isObject(one) && isObject(one["endpoints"])) &&
    Array.isArray(broken) &&
    broken.every((one) => isObject(one) && typeof one["reason"] === "string")
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of the file. */
export function textOf(lock: Lock, broken: readonly Broken[]): string {
  return canonical(broken.length === 0 ? lock : { ...lock, broken });
}

/** What was accepted since the earlier lock: the promise that it broke is no longer in the earlier one. */
export function brokenSince(
  all: readonly Broken[] = [],
  earlier: readonly Broken[] = [],
): readonly Broken[] {
  const left = earlier.map(keyOf);
  return all.filter((one) => {
    const at = left.indexOf(keyOf(one));
    if (at === -1) return true;
    left.splice(at, 1);
    return false;
  });
}

/** Row 131: its sentence says whether the sunset is past, and that changes with the day alone. */
const REMOVED = 131;

/** A reason may be worded anew; everything else is the same break or another one. */
export function keyOf({ version, endpoint, rule, where, what, witness }: Omit<Broken, "reason">) {
  const sentence = rule === REMOVED ? "" : what;
  return canonical([version, endpoint, rule, where, sentence, witness ?? null]);
}

/** That a version goes, before it does: the break that the next lock will show. */
export function removedBreak(version: string, reason: string): Broken {
  const what = "the version is removed";
  return { version, endpoint: "", rule: REMOVED, where: "", what, reason };
}

/** A lock that accepts one break more; said again, the last reason counts. */
export function withBreak({ broken = [], ...lock }: StoredLock, one: Broken): string {
  const others = broken.filter((other) => keyOf(other) !== keyOf(one));
  return textOf(lock, [...others, one]);
}
