/**
 * What the whole log says of each folder, with nothing left out but merges, and the oldest commit
 * of a shallow clone, which seems to add every file: as many commits and authors as
 * `git log --no-merges --full-history -- FOLDER` has. Only counts and authors are kept, no commits.
 */
import type { WholeHistory } from "../../types/history.ts";
import { foldersOf } from "./folders.ts";

export interface Whole {
  /** A file that the commit changed. */
  file(bytes: Buffer, start: number, end: number): void;
  /** All files of the commit were told. `author` is asked for only where they are of a unit. */
  endOfCommit(author: () => string): void;
  /** In the order of the units. */
  result(): readonly WholeHistory[];
}

/** `folders` as they are at the newest commit, and their units. */
export function wholeOf(folders: ReadonlyMap<string, number>, units: number): Whole {
  const { find } = foldersOf([...folders].map(([path, unit]) => ({ path, unit })));
  const counted = Array.from({ length: units }, () => ({ commits: 0, authors: new Set<string>() }));
  let touched: number[] = [];
  return {
    file(bytes, start, end) {
      const unit = find(bytes, start, end);
      if (unit !== -1 && unit < units && !touched.includes(unit)) touched.push(unit);
    },
    endOfCommit(author) {
      if (touched.length === 0) return;
      const who = author();
      for (const unit of touched) {
        const count = counted[unit];
        if (count === undefined) continue;
        count.commits += 1;
        count.authors.add(who);
      }
      touched = [];
    },
    result: () => counted.map(({ commits, authors }) => ({ commits, authors: authors.size })),
  };
}
