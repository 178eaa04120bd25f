/**
 * What the whole log says of each folder, with nothing left out but merges, and the oldest commit
 * of a shallow clone, which seems to add every file: as many commits and authors as
 * `git log --no-merges --full-history -- FOLDER` has. Only counts and authors are kept, no commits.
 */
import type { WholeHistory } from "../../types/history.ts";
import { touchedOf } from "./touched.ts";

export interface Whole {
  /** A file of this unit was changed. */
  touch(unit: number): void;
  /** All files of the commit were told. */
  endOfCommit(author: number): void;
  /** In the order of the units. */
  result(): readonly WholeHistory[];
}

export function wholeOf(units: number): Whole {
  const counted = Array.from({ length: units }, () => ({ commits: 0, authors: new Set<number>() }));
  const touched = touchedOf(units);
  return {
    touch: touched.add,
    endOfCommit(author) {
      for (const unit of touched.units) {
        const count = counted[unit];
        if (count === undefined) continue;
        count.commits += 1;
        count.authors.add(author);
      }
      touched.clear();
    },
    result: () => counted.map(({ commits, authors }) => ({ commits, authors: authors.size })),
  };
}
