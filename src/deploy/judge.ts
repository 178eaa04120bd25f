/** Whether a caller that was built against one lock of a provider can live with another one, as far as it uses it. */
import { type Change, compare, type Json, type Lock } from "../lock/compared.ts";
import { brokenSince, keyOf, type StoredLock } from "../lock/stored.ts";
import { asUsed, isSpared, onlyText, type UsedApp } from "../lock/uses.ts";
import { toBroken } from "../project/locks.ts";
import type { Use } from "./apps-at.ts";

/** What a caller would not survive, or may be surprised by. */
export interface Broken {
  /** `v1 create` */
  readonly where: string;
  readonly isBreak: boolean;
  readonly isUnproved: boolean;
  /** `request` comes from the caller, `reply` from the provider. */
  readonly side: Change["side"];
  readonly what: string;
  /** Row of the table of changes; undefined where it is not there at all. */
  readonly rule?: number;
  /** What may be sent, and is refused. */
  readonly witness?: Json;
  readonly expects?: Change["expects"];
  /** The caller's, from the top of the repository. */
  readonly file: string;
  readonly line: number;
  /** The reason for which the lock accepts it. */
  readonly accepted?: string;
}

/** A change that the contract shows, in a part that the caller does not use. */
export interface Spared extends Pick<Change, "side" | "what" | "rule"> {
  /** `v1 create` */
  readonly where: string;
  /** `reads only id` */
  readonly because: string;
}

export interface Judged {
  readonly broken: readonly Broken[];
  readonly spared: readonly Spared[];
  /** What could not be compared. */
  readonly why?: string;
}

/**
 * `place` names where `served` is from. `used` is what was recorded of the caller; of all else the whole
 * output counts as read, and every input as sent.
 */
export function judge(
  uses: readonly Use[],
  built: StoredLock,
  served: StoredLock,
  place: string,
  used: UsedApp = {},
): Judged {
  const all = uses.flatMap((use) => spread(use, built));
  const missing = all.filter((use) => !has(served, use));
  const unlocked = all.find((use) => has(served, use) && !has(built, use));
  const wanted = all.filter((use) => has(served, use) && has(built, use));
  const meant = new Map(
    brokenSince(served.broken, built.broken).map((one) => [keyOf(one), one.reason]),
  );
  const [before, after] = [narrowed(built, wanted), narrowed(served, wanted)];
  const changes = compare(asUsed(before, used), after);
  const spared = sparedOf(compare(before, after), changes, used);
  const broken = [
    ...missing.map((use) => toMissing(use, `${served.app} at ${place}`)),
    ...changes.map((change) => toChange(change, wanted, meant.get(keyOf(toBroken(change))))),
  ];
  if (unlocked === undefined) return { broken: unique(broken), spared };
  const { version, name, file, line } = unlocked;
  const why = `${file}:${line} uses ${version} ${name}, which the lock of ${built.app} did not have then`;
  return { broken: unique(broken), spared, why };
}

/** What is no change any more for somebody who uses less. */
function sparedOf(all: readonly Change[], left: readonly Change[], used: UsedApp): Spared[] {
  return all.flatMap((change): Spared[] => {
    const { version, endpoint, side, what, rule } = change;
    const parts = used[version]?.[endpoint];
    if (parts === undefined || side === undefined || !isSpared(change, left, used)) return [];
    return [{ where: `${version} ${endpoint}`, side, what, rule, because: onlyText(side, parts) }];
  });
}

/** What `*` stands for: what there was when the caller was built. */
function spread(use: Use, built: Lock): Use[] {
  const living = Object.keys(built.versions).filter((name) => isServed(built, name));
  const versions = use.version === "*" ? living : [use.version];
  return versions.flatMap((version) => {
    if (use.name !== "*") return [{ ...use, version }];
    const names = membersOf(built, version);
    // Of a version that is not there, `*` is all that can be named.
    return (names.length === 0 ? ["*"] : names).map((name) => ({ ...use, version, name }));
  });
}

function membersOf(lock: Lock, version: string): string[] {
  const { endpoints = {}, events = {} } = lock.versions[version] ?? {};
  return [...Object.keys(endpoints), ...Object.keys(events)];
}

function isServed(lock: Lock, version: string): boolean {
  const found = lock.versions[version];
  return found !== undefined && found.state !== "gone";
}

function has(lock: Lock, { version, name }: Use): boolean {
  return isServed(lock, version) && (name === "*" || membersOf(lock, version).includes(name));
}

/** Dates of versions are no matter of two commits that meet. */
function narrowed(lock: Lock, uses: readonly Use[]): Lock {
  const versions = Object.entries(lock.versions).flatMap(
    ([version, { endpoints, events = {} }]) => {
      const names = new Set(uses.filter((use) => use.version === version).map(({ name }) => name));
      if (names.size === 0) return [];
      const only = <T>(all: Readonly<Record<string, T>>) =>
        Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
      const part = { state: "stable" as const, endpoints: only(endpoints), events: only(events) };
      return [[version, part] as const];
    },
  );
  return { ...lock, versions: Object.fromEntries(versions) };
}

function toMissing({ version, name, file, line }: Use, provider: string): Broken {
  const where = `${version} ${name}`;
  const what = `${provider} does not serve ${name === "*" ? version : where}`;
  return { where, isBreak: true, isUnproved: false, side: undefined, what, file, line };
}

function toChange(change: Change, uses: readonly Use[], accepted: string | undefined): Broken {
  const { version, endpoint, isBreak, isUnproved, side, what, rule, witness, expects } = change;
  const user = uses.find((use) => use.version === version && use.name === endpoint);
  const { file = "", line = 0 } = user ?? uses.find((use) => use.version === version) ?? {};
  return {
    where: `${version} ${endpoint}`.trim(),
    // A message that shows the break is refused, whatever was meant; a doubt may be settled by a reason.
    isBreak: isBreak && !(isUnproved && accepted !== undefined),
    isUnproved,
    side,
    what,
    rule,
    ...(witness !== undefined && { witness }),
    ...(expects && { expects }),
    file,
    line,
    ...(accepted !== undefined && { accepted }),
  };
}

/** Said once, however many lines use it. */
function unique(broken: readonly Broken[]): Broken[] {
  const keyed = broken.map((one) => [`${one.where} ${one.side} ${one.what}`, one] as const);
  return [...new Map(keyed.toReversed()).values()].toReversed();
}
