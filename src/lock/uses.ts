/**
 * `uses.lock`: what an app sends to the endpoints of others and reads of their replies, as it was seen while
 * its tests ran. It only narrows: of an endpoint that is not in it, everything is sent and read.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lock, LockEndpoint, LockVersion } from "../compare/lock.ts";
import { MarcotError } from "../errors.ts";
import type { Change } from "./compared.ts";
import { asRead, asSent, pathOf } from "./narrow.ts";

export const USES = "uses.lock";

/** Paths: `id`, `items[].id`; `*` for all. Sorted. */
export interface UsedParts {
  readonly reads: readonly string[];
  readonly sends: readonly string[];
}

/** By version and endpoint. */
export type UsedApp = Readonly<Record<string, Readonly<Record<string, UsedParts>>>>;

/** By the app whose endpoints they are. */
export type UsesLock = Readonly<Record<string, UsedApp>>;

/** `place` is for the error: git's or the disk's. */
export function readUses(text: string, place: string): UsesLock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw noUses(place, "it is no JSON", cause);
  }
  if (!isUses(value))
    throw noUses(place, "it is not { app: { v1: { endpoint: { reads, sends } } } }");
  return value;
}

/** Of the app in a folder; undefined where nothing was ever recorded. */
export function findUses(folder: string): UsesLock | undefined {
  const path = join(folder, USES);
  return existsSync(path) ? readUses(readFileSync(path, "utf8"), path) : undefined;
}

function noUses(place: string, why: string, cause?: unknown): MarcotError {
  return new MarcotError("ContractInvalid", `${place} cannot be read: ${why}`, {
    cause,
    fix: "Delete it, and run `marcot contract uses`.",
  });
}

function isUses(value: unknown): value is UsesLock {
  return each(value, (app) => each(app, (version) => each(version, isParts)));
}

function each(value: unknown, is: (one: unknown) => boolean): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(is);
}

function isParts(value: unknown): boolean {
  const { reads, sends } = (value ?? {}) as { reads?: unknown; sends?: unknown };
  const isPaths = (one: unknown) =>
    Array.isArray(one) && one.every((path) => typeof path === "string");
  return isPaths(reads) && isPaths(sends);
}

/** The lock of an app as a caller of it sees it: without what it does not send, and does not read. */
export function asUsed(lock: Lock, used: UsedApp): Lock {
  const versions = Object.entries(lock.versions).map(([name, version]) => {
    return [name, usedVersion(version, used[name] ?? {})] as const;
  });
  return { ...lock, versions: Object.fromEntries(versions) };
}

function usedVersion(version: LockVersion, used: Readonly<Record<string, UsedParts>>): LockVersion {
  const endpoints = Object.entries(version.endpoints).map(([name, endpoint]) => {
    const parts = Object.hasOwn(used, name) ? used[name] : undefined;
    return [name, parts ? usedEndpoint(endpoint, parts) : endpoint] as const;
  });
  return { ...version, endpoints: Object.fromEntries(endpoints) };
}

function usedEndpoint(endpoint: LockEndpoint, { reads, sends }: UsedParts): LockEndpoint {
  const { input, output } = endpoint;
  return { ...endpoint, input: asSent(input, sends), output: asRead(output, reads) };
}

type Placed = Pick<Change, "version" | "endpoint" | "side" | "pointer">;

/** Whether two changes are of one part: where less is used, the same change may have another row. */
function isAround(one: Placed, other: Placed): boolean {
  const isSame =
    one.version === other.version && one.endpoint === other.endpoint && one.side === other.side;
  const [inner, outer] = [one.pointer, other.pointer].toSorted((a, b) => b.length - a.length);
  return isSame && (inner === outer || inner?.startsWith(`${outer}/`) === true);
}

/** Whether a change is in a part that is left out, and not told in another way by what is left. */
export function isSpared(change: Change, left: readonly Change[], used: UsedApp): boolean {
  const { version, endpoint, side, pointer } = change;
  const parts = used[version]?.[endpoint];
  if (parts === undefined || side === undefined) return false;
  const paths = side === "reply" ? parts.reads : parts.sends;
  return !paths.includes(pathOf(pointer)) && !left.some((one) => isAround(one, change));
}

/** `reads only id, question`. */
export function onlyText(side: "request" | "reply", { reads, sends }: UsedParts): string {
  const [verb, paths] = side === "reply" ? ["reads", reads] : ["sends", sends];
  return paths.length === 0 ? `${verb} nothing of it` : `${verb} only ${paths.join(", ")}`;
}
