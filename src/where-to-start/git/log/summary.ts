/** What the commits of the window say, of all units and of each. */
import { plural } from "../../report/plural.ts";
import type { Commit, History, UnitHistory } from "../../types/history.ts";
import type { Repository } from "../../types/tree.ts";
import type { Move } from "./moves.ts";
import type { Read } from "./repairs.ts";
import { monthOf, type Slice, type Span } from "./window.ts";

/** A commit before it is known how this project tells repairs. */
export interface Raw extends Read {
  /** Its units are known at its end, and `isFix` when all commits are. */
  readonly commit: Commit & { units: readonly number[]; isFix: boolean };
  /** When it came to its place, in seconds since 1970: it is this that a window is about. */
  readonly committed: number;
}

export interface Moved extends Move {
  readonly commit: string;
}

export interface Gathered {
  readonly slice: Slice<Raw>;
  readonly span: Span;
  readonly total: number;
  readonly moves: readonly Moved[];
  readonly units: number;
  readonly repository: Repository;
}

/** Where more commits than this say that they repair something, it is a habit of speech. */
const FIX_RATE_MAX = 0.5;

/** Fewer commits than this are no history. */
const FEW = 30;

export function summaryOf({
  slice,
  span,
  total,
  moves,
  units,
  repository,
}: Gathered): Omit<History, "whole"> {
  const raws = slice.commits;
  const typed = raws.filter(({ type }) => type !== undefined).length;
  const repairs = raws.map(
    typed * 2 > raws.length ? (raw) => raw.type === "fix" : (raw) => raw.isRepair,
  );
  const rate = raws.length === 0 ? 0 : repairs.filter(Boolean).length / raws.length;
  const fixRate = rate > FIX_RATE_MAX ? undefined : rate;
  const commits = raws.map(({ commit }, index): Commit => {
    commit.isFix = fixRate !== undefined && repairs[index] === true;
    return commit;
  });
  return {
    commits,
    window: span,
    total,
    skipped: slice.skipped,
    fixRate,
    dropped: droppedOf({ commits, rate, total, isShallow: repository.isShallow }),
    units: unitsOf({ raws, moves, units }),
    together: togetherOf(commits, units),
  };
}

interface Evidence {
  readonly commits: readonly Commit[];
  readonly rate: number;
  readonly total: number;
  readonly isShallow: boolean;
}

function droppedOf({ commits, rate, total, isShallow }: Evidence): string[] {
  const dropped: string[] = [];
  const count = commits.length;
  if (isShallow)
    dropped.push(
      `The clone is shallow, with ${plural(total, "commit")}: \`git fetch --unshallow\` brings the rest.`,
    );
  if (count < FEW) dropped.push(`Only ${plural(count, "commit")}: the history says little.`);
  if (count > 0 && new Set(commits.map(({ author }) => author)).size === 1)
    dropped.push("One author made every commit: people say nothing.");
  if (rate > FIX_RATE_MAX)
    dropped.push(
      `${Math.round(rate * 100)} % of the commits say that they repair something: repairs say nothing.`,
    );
  return dropped;
}

interface Gained {
  readonly raws: readonly Raw[];
  readonly moves: readonly Moved[];
  readonly units: number;
}

function unitsOf({ raws, moves, units }: Gained): UnitHistory[] {
  const tallies = Array.from({ length: units }, () => ({
    ids: [] as string[],
    fixes: 0,
    months: new Set<number>(),
    authors: new Map<string, number>(),
  }));
  for (const { commit, committed } of raws) {
    const month = monthOf(committed);
    for (const unit of commit.units) {
      const tally = tallies[unit];
      if (tally === undefined) continue;
      tally.ids.push(commit.id);
      tally.fixes += commit.isFix ? 1 : 0;
      tally.months.add(month);
      tally.authors.set(commit.author, (tally.authors.get(commit.author) ?? 0) + 1);
    }
  }
  return tallies.map(({ ids, fixes, months, authors }, unit) => ({
    commits: ids.length,
    fixes,
    authors: authors.size,
    monthsActive: months.size,
    commitIds: ids,
    mainAuthor: mainOf(authors),
    movedFrom: moves
      .filter((move) => move.unit === unit)
      .map(({ from, commit }) => ({ path: from.replace(/\/$/, ""), commit })),
  }));
}

/** Of those with equally many, the first by name: the same answer every time. */
function mainOf(authors: ReadonlyMap<string, number>): UnitHistory["mainAuthor"] {
  let main: UnitHistory["mainAuthor"];
  for (const [author, commits] of authors) {
    const isMore = main === undefined || commits > main.commits;
    if (isMore || (commits === main?.commits && author < main.author)) main = { author, commits };
  }
  return main;
}

function togetherOf(commits: readonly Commit[], units: number): History["together"] {
  const counts = new Map<number, number>();
  for (const { units: touched } of commits) {
    for (let a = 0; a < touched.length - 1; a += 1) {
      for (let b = a + 1; b < touched.length; b += 1) {
        const key = (touched[a] ?? 0) * units + (touched[b] ?? 0);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([key, count]) => ({ units: [Math.floor(key / units), key % units], commits: count }));
}
