/** Versions that end: what their callers are told, and what there is in the place of one that is gone. */
import type { Retirement } from "../contract/contract.ts";
import { MarcotError } from "../errors.ts";
import type { Outgoing, Running, ServedApp } from "./types.ts";

/** Whether the app once had the version. An app without a record of it had all below its newest. */
export function isGone({ versions }: ServedApp, version: string): boolean {
  const newest = versions.at(-1) ?? "v0";
  return !versions.includes(version) && numberOf(version) < numberOf(newest);
}

/** What a caller of a version gets that is not served: the same where it is local and where it is remote. */
export function unserved(served: ServedApp, version: string): MarcotError {
  const { app, versions } = served;
  if (isGone(served, version)) {
    const message = `${app.name} ${version} is gone; ${app.name} serves ${versions.join(", ")}`;
    return new MarcotError("VersionGone", message);
  }
  const message = `${app.name} has no ${version}; it serves ${versions.join(", ")}`;
  return new MarcotError("UnknownVersion", message);
}

function numberOf(version: string): number {
  return Number(version.slice(1));
}

const DAY_MS = 86_400_000;

/** Caller and version -> the day of the last line about them. */
const noted = new WeakMap<Running, Map<string, number>>();

/** One line a day for each caller of a version that is to end. */
export function noteRetired(
  { running, caller }: Outgoing,
  { app, version }: { readonly app: string; readonly version: string },
  { deprecated, sunset }: Omit<Retirement, "gone">,
): void {
  let days = noted.get(running);
  if (days === undefined) noted.set(running, (days = new Map()));
  const key = `${caller} ${app}/${version}`;
  const today = Math.floor(Date.now() / DAY_MS);
  if (days.get(key) === today) return;
  days.set(key, today);
  const until = sunset === undefined ? "" : `, and stays until ${sunset}`;
  const message = `${caller || "this program"} calls ${app}/${version}, which is deprecated from ${deprecated} on${until}`;
  running.log.warn({ app, version, caller, deprecated, sunset }, message);
}
