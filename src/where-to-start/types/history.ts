/** What is read of the history: the commits of the window, and what they say of each unit. */

export interface History {
  /** Commits in the window that count: no merges, no bots, none that touch very many files. */
  readonly commits: Commits;
  /** How far back, in months, and from when to when, in seconds since 1970. */
  readonly window: { readonly months: number; readonly from: number; readonly to: number };
  /** Of the whole history, merges and all. */
  readonly total: number;
  /** Commits that were not counted, and why. */
  readonly skipped: {
    readonly merges: number;
    readonly bots: number;
    readonly bulk: number;
    readonly boundary: number;
  };
  /** The share of commits that say that they repair something; undefined when it says nothing (over one half). */
  readonly fixRate: number | undefined;
  /** What is missing, in words: shallow, one author, few commits. */
  readonly dropped: readonly string[];
  /** In the order of the units that were asked for. */
  readonly units: readonly UnitHistory[];
  /** In the same order. */
  readonly whole: readonly WholeHistory[];
  /** Units that change together: indexes, the lower one first. */
  readonly together: readonly {
    readonly units: readonly [number, number];
    readonly commits: number;
  }[];
}

/** Of the folder as it is called now, in the whole history, with all but merges. */
export interface WholeHistory {
  readonly commits: number;
  readonly authors: number;
}

/** What the window's commits say of one unit. */
export interface UnitHistory {
  readonly commits: number;
  readonly fixes: number;
  readonly authors: number;
  /** Months of the calendar (UTC) in which it was changed. */
  readonly monthsActive: number;
  /** Whoever made the most commits, with how many. */
  readonly mainAuthor: { readonly author: string; readonly commits: number } | undefined;
  /** Folders that it lay in before, from the root, newest first, and the commit that moved it. */
  readonly movedFrom: readonly { readonly path: string; readonly commit: string }[];
}

/** Newest first. They are stored closely: each is put together when it is asked for. */
export interface Commits extends Iterable<Commit> {
  readonly length: number;
}

/** A commit of the window, and the units that it touches. */
export interface Commit {
  readonly id: string;
  /** In seconds since 1970, of the author. */
  readonly time: number;
  /** By `.mailmap`; hashed in reports unless people are asked for. */
  readonly author: string;
  readonly subject: string;
  readonly isFix: boolean;
  /** Indexes into the units. */
  readonly units: readonly number[];
}
