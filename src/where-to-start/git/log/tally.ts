/** What is counted of commits as they are read, so that little is left to do when git ends. */
import type { History, UnitHistory } from "../../types/history.ts";
import type { Authors } from "./authors.ts";
import type { Read } from "./repairs.ts";
import { monthOf } from "./calendar.ts";

export interface Counted extends Read {
  /** See `Authors`. */
  readonly author: number;
  /** When it came to its place, in seconds since 1970. */
  readonly committed: number;
  /** Indexes, sorted. */
  readonly units: readonly number[];
}

export interface Tally {
  add(commit: Counted): void;
  commits(): number;
  authors(): number;
  /** Types of commits decide where most have one, else words. */
  isByType(): boolean;
  /** How many say that they repair something. */
  repairs(): number;
  together(): History["together"];
  /** In the order of the units. `countsFixes`: whether what commits say is to be believed. */
  units(asked: {
    readonly countsFixes: boolean;
    readonly nameOf: Authors["nameOf"];
  }): Omit<UnitHistory, "movedFrom">[];
}

export function tallyOf(units: number): Tally {
  const tallies = Array.from({ length: units }, tallyOfUnit);
  const together = new Map<number, number>(); // by both units as one number
  const everybody = new Set<number>();
  let [commits, typed, byType, byWord] = [0, 0, 0, 0];
  const isByType = () => typed * 2 > commits;
  return {
    add(commit) {
      const { author, committed, units: touched, type, isRepair } = commit;
      commits += 1;
      everybody.add(author);
      if (type !== undefined) typed += 1;
      if (type === "fix") byType += 1;
      if (isRepair) byWord += 1;
      const month = monthOf(committed);
      for (let index = 0; index < touched.length; index += 1) {
        const unit = touched[index] ?? 0;
        tallies[unit]?.add(commit, month);
        for (let other = index + 1; other < touched.length; other += 1) {
          const key = unit * units + (touched[other] ?? 0);
          together.set(key, (together.get(key) ?? 0) + 1);
        }
      }
    },
    commits: () => commits,
    authors: () => everybody.size,
    isByType,
    repairs: () => (isByType() ? byType : byWord),
    together: () =>
      Array.from(Float64Array.from(together.keys()).sort(), (key) => ({
        units: [Math.floor(key / units), key % units],
        commits: together.get(key) ?? 0,
      })),
    units: ({ countsFixes, nameOf }) =>
      tallies.map(({ result }) => {
        const { byType: typedFixes, byWord: saidFixes, authors, ...told } = result();
        const fixes = isByType() ? typedFixes : saidFixes;
        return { ...told, fixes: countsFixes ? fixes : 0, ...of(authors, nameOf) };
      }),
  };
}

function tallyOfUnit() {
  const months = new Set<number>();
  const authors = new Map<number, number>();
  let [commits, byType, byWord] = [0, 0, 0];
  return {
    add({ author, type, isRepair }: Counted, month: number) {
      commits += 1;
      if (type === "fix") byType += 1;
      if (isRepair) byWord += 1;
      months.add(month);
      authors.set(author, (authors.get(author) ?? 0) + 1);
    },
    result: () => ({ commits, byType, byWord, monthsActive: months.size, authors }),
  };
}

/** The main one, of those with equally many commits, is the first by name: the same answer every time. */
function of(
  made: ReadonlyMap<number, number>,
  nameOf: Authors["nameOf"],
): Pick<UnitHistory, "authors" | "mainAuthor"> {
  let main: UnitHistory["mainAuthor"];
  for (const [index, commits] of made) {
    const author = nameOf(index);
    const isMore = main === undefined || commits > main.commits;
    if (isMore || (commits === main?.commits && author < main.author)) main = { author, commits };
  }
  return { authors: made.size, mainAuthor: main };
}
