/** What the commits of the window say, of all units and of each. */
import { plural } from "../../report/plural.ts";
import type { Commit, Commits, History } from "../../types/history.ts";
import type { Repository } from "../../types/tree.ts";
import type { Authors } from "./authors.ts";
import type { Kept } from "./kept.ts";
import type { Move } from "./moves.ts";
import type { Tally } from "./tally.ts";
import type { Window } from "./window.ts";

export interface Moved extends Move {
  readonly commit: string;
}

export interface Gathered {
  readonly window: Window;
  readonly kept: Kept;
  readonly authors: Authors;
  readonly total: number;
  readonly moves: readonly Moved[];
  readonly repository: Repository;
}

/** Where more commits than this say that they repair something, it is a habit of speech. */
const FIX_RATE_MAX = 0.5;

/** Fewer commits than this are no history. */
export const FEW = 30;

export function summaryOf(gathered: Gathered): Omit<History, "whole"> {
  const { window, authors, total, moves, repository } = gathered;
  const { tally, ...told } = window.result();
  const rate = tally.commits() === 0 ? 0 : tally.repairs() / tally.commits();
  const countsFixes = rate <= FIX_RATE_MAX;
  const { isShallow } = repository;
  return {
    ...told,
    commits: commitsOf(gathered, tally, countsFixes),
    total,
    fixRate: countsFixes ? rate : undefined,
    dropped: droppedOf({ tally, rate, total, isShallow }),
    units: tally.units({ countsFixes, nameOf: authors.nameOf }).map((unit, index) => ({
      ...unit,
      movedFrom: moves
        .filter((move) => move.unit === index)
        .map(({ from, commit }) => ({ path: from.replace(/\/$/, ""), commit })),
    })),
    together: tally.together(),
  };
}

/** Each is put together when it is asked for; those that are older than the window turned out to be are left out. */
function commitsOf(
  { kept, window, authors }: Gathered,
  tally: Tally,
  countsFixes: boolean,
): Commits {
  const isByType = tally.isByType();
  const commitOf = (row: number): Commit => {
    const { id, time, author, subject, units, type, isRepair } = kept.at(row);
    const isFix = countsFixes && (isByType ? type === "fix" : isRepair);
    return { id, time, author: authors.nameOf(author), subject, isFix, units };
  };
  return {
    length: tally.commits(),
    *[Symbol.iterator]() {
      for (let row = 0; row < kept.length(); row += 1)
        if (window.has(kept.sliceOf(row))) yield commitOf(row);
    },
  };
}

interface Evidence {
  readonly tally: Tally;
  readonly rate: number;
  readonly total: number;
  readonly isShallow: boolean;
}

function droppedOf({ tally, rate, total, isShallow }: Evidence): string[] {
  const dropped: string[] = [];
  const count = tally.commits();
  if (isShallow)
    dropped.push(
      `The clone is shallow, with ${plural(total, "commit")}: \`git fetch --unshallow\` brings the rest.`,
    );
  if (count < FEW) dropped.push(`Only ${plural(count, "commit")}: the history says little.`);
  if (tally.authors() === 1) dropped.push("One author made every commit: people say nothing.");
  if (rate > FIX_RATE_MAX)
    dropped.push(
      `${Math.round(rate * 100)} % of the commits say that they repair something: repairs say nothing.`,
    );
  return dropped;
}
