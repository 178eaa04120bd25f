/**
 * How far back is looked: twelve months before the newest commit, more where these have few commits. Commits
 * come roughly from the newest to the oldest, so that those of a longer window are kept only for as long as
 * it may still be needed.
 */

/** Fewer commits say too little, and the window is doubled. */
const ENOUGH = 100;

const MONTHS = [12, 24, 48];

export interface Span {
  readonly months: number;
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** What is gathered of the commits between one bound and the next. */
export interface Slice<T> {
  readonly commits: T[];
  readonly skipped: { merges: number; bots: number; bulk: number; boundary: number };
}

export interface Window<T> {
  /** Where a commit of this time belongs; undefined when it is too old. */
  sliceOf(committed: number): Slice<T> | undefined;
  /** To be told after a commit was put into a slice. */
  settle(): void;
  /** The slices of the window that was chosen, as one. */
  result(): { slice: Slice<T>; span: Span };
}

export interface WindowOptions<T> {
  /** Of the newest commit, in seconds since 1970. */
  readonly to: number;
  /** Exactly so many. Default: 12, 24, 48 or all, the first with 100 commits. */
  readonly months?: number | undefined;
  readonly timeOf: (commit: T) => number;
}

export function windowOf<T>({ to, months, timeOf }: WindowOptions<T>): Window<T> {
  const spans = months === undefined ? MONTHS : [months];
  const bounds = spans.map((span) => monthsBefore(to, span));
  if (months === undefined) bounds.push(-Infinity);
  const slices = bounds.map((): Slice<T> => ({
    commits: [],
    skipped: { merges: 0, bots: 0, bulk: 0, boundary: 0 },
  }));
  return {
    sliceOf(committed) {
      return slices[bounds.findIndex((bound) => committed >= bound)];
    },
    settle() {
      let sum = 0;
      const enough = slices.findIndex(({ commits }) => (sum += commits.length) >= ENOUGH);
      if (enough !== -1) slices.splice(enough + 1);
    },
    result() {
      const slice = { commits: slices.flatMap(({ commits }) => commits), skipped: sumOf(slices) };
      const from = bounds[slices.length - 1] ?? to;
      if (from !== -Infinity)
        return { slice, span: { months: spans[slices.length - 1] ?? 0, from, to } };
      const oldest = slice.commits.reduce((time, commit) => Math.min(time, timeOf(commit)), to);
      return { slice, span: { months: monthsBetween(oldest, to), from: oldest, to } };
    },
  };
}

function sumOf(slices: readonly Slice<unknown>[]): Slice<unknown>["skipped"] {
  const sum = { merges: 0, bots: 0, bulk: 0, boundary: 0 };
  for (const { skipped } of slices) {
    sum.merges += skipped.merges;
    sum.bots += skipped.bots;
    sum.bulk += skipped.bulk;
    sum.boundary += skipped.boundary;
  }
  return sum;
}

/** By the calendar, in UTC: of 31 May, three months before is the last of February. */
export function monthsBefore(time: number, months: number): number {
  const date = new Date(time * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime() / 1000;
}

/** The least number of whole months that lead from one to the other. */
function monthsBetween(from: number, to: number): number {
  let months = Math.max(0, monthOf(to) - monthOf(from) - 1);
  while (monthsBefore(to, months) > from) months += 1;
  return months;
}

/** The month of the calendar, in UTC, counted from year 0. */
export function monthOf(time: number): number {
  const date = new Date(time * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
