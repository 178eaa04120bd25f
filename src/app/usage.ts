/**
 * Who calls which endpoint, at which version, and with which of the fields that may be left out: counted
 * in memory, so that a call costs one look into a map. `project/usage/ledger` writes the counts down.
 */
import type { Route, ServedApp, Tally } from "./types.ts";

/** More callers than this are no apps; somebody makes up names, and is counted as one. */
const CALLERS_MAX = 200;

/** Bits of an integer that V8 keeps without a box. */
const FIELDS_MAX = 30;

/** Longer names are no names, and would fill the ledger. */
const NAME_CHARS_MAX = 60;

/** Who makes a call only to compare its answer: that is no use of the version. */
export const REHEARSAL = "marcot-rehearsal";

export interface Usage {
  readonly version: string;
  readonly endpoint: string;
  /** An app, or a program by the product of its User-Agent (RFC 9110, 10.1.5): `curl`. */
  readonly consumer: string;
  readonly calls: number;
  /** Calls that failed, by whose fault ever. */
  readonly errors: number;
  /** From the beginning of each call to its end, with what it waited for. */
  readonly milliseconds: number;
  /** Calls that took longer than a second. */
  readonly slow: number;
  /** Fields of the input that may be left out and were sent. */
  readonly sent: readonly string[];
}

/** Fields of the input that a caller may leave out, as far as they are counted. */
export function optionalFields({ input }: Route["endpoint"]): string[] {
  if ("~standard" in input) return [];
  return Object.entries(input)
    .filter(([, field]) => field.presence !== "required")
    .map(([name]) => name)
    .slice(0, FIELDS_MAX);
}

/** The count of a caller that has not been seen since the counts were last taken. */
export function newTally({ tallies }: Route, caller: string): Tally {
  const key = tallies.size < CALLERS_MAX ? caller : "";
  const tally = tallies.get(key) ?? emptyTally();
  tallies.set(key, tally);
  return tally;
}

/** Gives what was counted since the last time, and begins anew. */
export function takeUsage({ routes }: ServedApp): Usage[] {
  return routes.flatMap((route) => {
    const { version, name: endpoint } = route.endpoint;
    const byConsumer = new Map<string, Tally>();
    for (const [caller, tally] of route.tallies) {
      if (caller === REHEARSAL) continue;
      const consumer = consumerOf(caller);
      const sum = byConsumer.get(consumer) ?? emptyTally();
      sum.calls += tally.calls;
      sum.errors += tally.errors;
      sum.milliseconds += tally.milliseconds;
      sum.slow += tally.slow;
      sum.sent |= tally.sent;
      byConsumer.set(consumer, sum);
    }
    route.tallies.clear();
    return [...byConsumer].map(([consumer, { calls, errors, milliseconds, slow, sent }]) => ({
      version,
      endpoint,
      consumer,
      calls,
      errors,
      milliseconds,
      slow,
      sent: route.optional.filter((_, bit) => (sent & (1 << bit)) !== 0),
    }));
  });
}

function emptyTally(): Tally {
  return { calls: 0, errors: 0, milliseconds: 0, slow: 0, sent: 0 };
}

function consumerOf(caller: string): string {
  const [product = ""] = /^[\w.-]+/.exec(caller) ?? [];
  return product.slice(0, NAME_CHARS_MAX) || "unknown";
}
