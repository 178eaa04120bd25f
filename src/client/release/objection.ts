/**
 * What stands between a caller and the release that its provider has, one endpoint at a time; and what that
 * means for a call: it is not made, or it goes and something of it is not understood there.
 */
import type { Log, Outgoing } from "../../app/types.ts";
import { type Endpoint, nameOf } from "../../contract/endpoint.ts";
import { type ErrorCode, errorTable, MarcotError } from "../../errors.ts";

export interface Objection {
  readonly version: string;
  readonly endpoint: string;
  /** Why no call is made. */
  readonly refusal: Refusal | undefined;
  /** Fields of the input that are not known there, as places in its schema: `["properties", "priority"]`. */
  readonly lost: readonly Place[];
}

export type Place = readonly string[];

export type Refusal =
  | { readonly is: "version"; readonly isGone: boolean; readonly serves: string }
  | { readonly is: "endpoint" | "request" | "reply"; readonly what: string };

/** A sentence, and what to do. */
export interface Said {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
}

const ORDER = "Deploy the provider that the caller was built for, or the caller as it was before.";

/** `caller`: `tickets`, or several. `place`: ` at http://…`, or nothing in this process. */
export function sayRefusal(
  { version, endpoint, refusal }: Objection & { readonly refusal: Refusal },
  { app, place, caller }: { app: string; place: string; caller: string },
): Said {
  const needs = `${caller || "this program"} needs`;
  if (refusal.is === "version") {
    const code = refusal.isGone ? "VersionGone" : "UnknownVersion";
    const message = `${app}${place} serves ${refusal.serves}; ${needs} ${version}`;
    const fix = refusal.isGone
      ? errorTable.VersionGone.fix
      : `Deploy ${app} with ${version} first, or go back to one of the versions that it serves.`;
    return { code, message, fix };
  }
  const name = `${app}.${version}.${endpoint}`;
  if (refusal.is === "endpoint") {
    const isThere = refusal.what !== "";
    const message = isThere
      ? `${name}${place} is not where ${needs} it: ${refusal.what}`
      : `${app}${place} has no ${version}.${endpoint}; ${needs} it`;
    return { code: "UnknownEndpoint", message, fix: ORDER };
  }
  const does = refusal.is === "reply" ? "may answer outside" : "refuses what fits";
  const message = `${name}${place} ${does} the caller's contract: ${refusal.what}`;
  return { code: "ContractBroken", message, fix: ORDER };
}

/** What a caller sends and nobody reads. */
export function sayLost(
  { version, endpoint }: Objection,
  lost: Place,
  { app, place }: { app: string; place: string },
): Said {
  const message = `${app}.${version}.${endpoint}${place} does not know ${fieldOf(lost)}: what is sent there is lost`;
  return { code: "ContractBroken", message, fix: "Deploy the provider that knows the field." };
}

/** `author.name`. */
function fieldOf(place: Place): string {
  return place
    .filter((part, index) => part === "items" || place[index - 1] === "properties")
    .join(".");
}

/** By log, because that is where it must not stand twice. */
const told = new WeakMap<Log, Set<string>>();

/** Throws where the call is not to be made; warns once of each field that is sent and lost. */
export function hold(
  objection: Objection,
  place: string,
  call: { readonly endpoint: Endpoint; readonly input: unknown; readonly outgoing: Outgoing },
): void {
  const { endpoint, input, outgoing } = call;
  const { app } = endpoint;
  const { refusal, lost } = objection;
  if (refusal !== undefined) {
    const where = { app, place, caller: outgoing.caller };
    const { code, message, fix } = sayRefusal({ ...objection, refusal }, where);
    throw new MarcotError(code, message, { ran: "no", fix });
  }
  for (const one of lost) {
    const { running, caller } = outgoing;
    const name = nameOf(endpoint);
    const key = `${name} ${fieldOf(one)}`;
    const known = told.get(running.log) ?? new Set();
    told.set(running.log, known);
    if (known.has(key) || !isSent(input, one)) continue;
    known.add(key);
    const { message } = sayLost(objection, one, { app, place });
    running.log.warn({ endpoint: name, caller, field: fieldOf(one) }, message);
  }
}

/** Whether a message has something at a place of its schema. What is neither field nor item counts as sent. */
function isSent(value: unknown, [keyword, name, ...rest]: Place): boolean {
  if (value === undefined) return false;
  if (keyword === undefined) return true;
  if (keyword === "items" && Array.isArray(value)) {
    const below = name === undefined ? rest : [name, ...rest];
    return value.some((item) => isSent(item, below));
  }
  if (keyword !== "properties" || name === undefined) return true;
  if (typeof value !== "object" || value === null) return false;
  return isSent((value as Readonly<Record<string, unknown>>)[name], rest);
}
