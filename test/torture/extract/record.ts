/** What the users know: what they have sent, what was acknowledged, what they have not heard of. */

/** An entry of the stock as who writes it knows it. */
export interface Known {
  readonly token: string;
  amount: number;
  /** Undefined until it was acknowledged. */
  id: number | undefined;
  readonly isOrder: boolean;
  /** Changes that were acknowledged. */
  changes: number;
  /** Changes that were sent and may have happened or not. */
  openChanges: number;
}

export interface Keyed {
  readonly key: string;
  readonly body: string;
  readonly reply: string;
}

/** Of one kind of request. Milliseconds. */
export interface Times {
  readonly writes: number[];
  readonly reads: number[];
}

export interface Record {
  readonly all: Map<string, Known>;
  /** Those that were acknowledged, in that order. */
  readonly acknowledged: Known[];
  readonly keyed: Keyed[];
  readonly times: Times;
  /** How often a request failed for which reason. */
  readonly failures: Map<string, number>;
  /** The first times at which one failed: milliseconds since the beginning, and why. */
  readonly examples: string[];
  requests: number;
  acknowledgedWrites: number;
  failed: number;
  /** Of a process that was ended or frozen on purpose, meanwhile. */
  refusedByKill: number;
  /** Not sent, because too many were under way. */
  skipped: number;
  stale: number;
  keysWrong: number;
  unfinished: number;
}

export function newRecord(): Record {
  return {
    all: new Map(),
    acknowledged: [],
    keyed: [],
    times: { writes: [], reads: [] },
    failures: new Map(),
    examples: [],
    requests: 0,
    acknowledgedWrites: 0,
    failed: 0,
    refusedByKill: 0,
    skipped: 0,
    stale: 0,
    keysWrong: 0,
    unfinished: 0,
  };
}

/** Of sorted or unsorted numbers; 0 where there are none. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return Math.round((found ?? 0) * 10) / 10;
}
