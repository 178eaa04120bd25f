/**
 * How far back is looked: twelve months before the newest commit, more where these have few commits. Commits
 * come roughly from the newest to the oldest, so that those of a longer window are kept only for as long as
 * it may still be needed.
 */
import type { History } from "../../types/history.ts";
import { monthsBefore, monthsBetween } from "./calendar.ts";
import { type Counted, type Tally, tallyOf } from "./tally.ts";

/** Fewer commits say too little, and the window is doubled. */
const ENOUGH = 100;

const MONTHS = [12, 24, 48];

/** Why a commit does not count. */
export type Passed = keyof Skipped;

type Skipped = Record<keyof History["skipped"], number>;

/** What is counted of the commits up to a bound. */
interface Slice {
  readonly tally: Tally;
  readonly skipped: Skipped;
  /** When the oldest of them came to its place, in seconds since 1970. */
  oldest: number;
}

export interface Window {
  /** Which slice a commit of this time is in, from the newest; -1 when it is too old. */
  sliceAt(committed: number): number;
  /** A commit counts. Windows that it shows to be longer than is needed are given up. */
  add(slice: number, commit: Counted): void;
  /** A commit does not count. */
  pass(slice: number, why: Passed): void;
  /** Whether a slice is in the window as it is now. */
  has(slice: number): boolean;
  result(): Pick<History, "window" | "skipped"> & { readonly tally: Tally };
}

export interface WindowOptions {
  /** Of the newest commit, in seconds since 1970. */
  readonly to: number;
  /** Exactly so many. Default: 12, 24, 48 or all, the first with 100 commits. */
  readonly months?: number | undefined;
  readonly units: number;
}

export function windowOf({ to, months, units }: WindowOptions): Window {
  const spans = months === undefined ? MONTHS : [months];
  const bounds = spans.map((span) => monthsBefore(to, span));
  if (months === undefined) bounds.push(-Infinity);
  // Each slice counts what the ones before it count as well.
  const empty = (): Slice => ({
    tally: tallyOf(units),
    skipped: { merges: 0, bots: 0, bulk: 0, boundary: 0 },
    oldest: to,
  });
  const slices = bounds.map(empty);
  const spanOf = ({ oldest }: Slice): History["window"] => {
    const from = bounds[slices.length - 1] ?? to;
    if (from !== -Infinity) return { months: spans[slices.length - 1] ?? 0, from, to };
    return { months: monthsBetween(oldest, to), from: oldest, to };
  };
  return {
    sliceAt(committed) {
      for (let at = 0; at < slices.length; at += 1) if (committed >= (bounds[at] ?? 0)) return at;
      return -1;
    },
    add(from, commit) {
      for (let at = from; at < slices.length; at += 1) {
        const slice = slices[at];
        if (slice === undefined) continue;
        slice.tally.add(commit);
        slice.oldest = Math.min(slice.oldest, commit.committed);
        if (slice.tally.commits() >= ENOUGH) slices.length = at + 1;
      }
    },
    pass(from, why) {
      for (let at = from; at < slices.length; at += 1) {
        const slice = slices[at];
        if (slice !== undefined) slice.skipped[why] += 1;
      }
    },
    has: (slice) => slice < slices.length,
    result() {
      const slice = slices.at(-1) ?? empty();
      return { window: spanOf(slice), skipped: slice.skipped, tally: slice.tally };
    },
  };
}
