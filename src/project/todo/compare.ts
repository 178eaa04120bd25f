/** What is new, what is known and what is cured, of the ties of today against those of boundaries.todo. */
import type { Allow, Tie, Todo } from "./todo.ts";

export interface Compared<T extends Tie> {
  /** Found, and not listed. As in `known`, `moved` and `allowed`, two may be one line of the file. */
  readonly fresh: readonly T[];
  /** Found and listed. */
  readonly known: readonly T[];
  /** Found in another file than the one that is listed, which is gone: it was renamed. */
  readonly moved: readonly T[];
  /** Listed, and not to be seen: what shows them could not be read whole. */
  readonly unseen: readonly Tie[];
  /** Listed, and found no more. */
  readonly cured: readonly Tie[];
  /** Found between units that may use each other. */
  readonly allowed: readonly T[];
}

export interface Asked<T extends Tie> {
  readonly todo: Pick<Todo, "ties" | "allows">;
  readonly found: readonly T[];
  readonly exists: (file: string) => boolean;
  /** Whether what shows a tie was not read whole: it may be there still. Default: all was. */
  readonly isUnread?: ((tie: Tie) => boolean) | undefined;
}

export function compareTies<T extends Tie>(asked: Asked<T>): Compared<T> {
  const { todo, found, exists, isUnread = () => false } = asked;
  const permits = permitsOf(todo.allows);
  const isAllowed = (tie: Tie) => permits(tie) !== undefined;
  const counted = found.filter((tie) => !isAllowed(tie));
  const ties = distinct(todo.ties);
  const listed = new Set(ties.map(keyOf));
  const today = new Set(counted.map(keyOf));
  const missing = ties.filter((tie) => !today.has(keyOf(tie)));
  const isUnseen = (tie: Tie) => isUnread(tie) && !isAllowed(tie);
  const gone = missing.filter((tie) => !isUnseen(tie));
  const left = countBy(gone.filter(({ file }) => !exists(file)).map(nameOf));
  const unlisted = counted.filter((tie) => !listed.has(keyOf(tie)));
  const renamings = distinct(unlisted).filter((tie) => takeOne(left, nameOf(tie)));
  const newKeys = new Set(renamings.map(keyOf));
  const { moved = [], fresh = [] } = Object.groupBy(unlisted, (tie) =>
    newKeys.has(keyOf(tie)) ? "moved" : "fresh",
  );
  const renamed = countBy(renamings.map(nameOf));
  const cured = gone.filter((tie) => exists(tie.file) || !takeOne(renamed, nameOf(tie)));
  const known = counted.filter((tie) => listed.has(keyOf(tie)));
  const allowed = found.filter(isAllowed);
  return { fresh, known, moved, unseen: missing.filter(isUnseen), cured, allowed };
}

/** By which line a tie is allowed, the one that says most of it; undefined for none. */
export function permitsOf(allows: readonly Allow[]): (tie: Tie) => Allow | undefined {
  const pairOf = (from: string, to: string) => JSON.stringify([from, to]);
  const byPair = new Map(allows.toReversed().map((allow) => [pairOf(allow.from, allow.to), allow]));
  return ({ from, to }) =>
    byPair.get(pairOf(from, to)) ??
    byPair.get(pairOf("*", to)) ??
    byPair.get(pairOf(from, "*")) ??
    byPair.get(pairOf("*", "*"));
}

function keyOf(tie: Tie): string {
  return `${nameOf(tie)}\0${tie.file}`;
}

/** The first of each line: a file may do the same twice, and a merge may have brought a line twice. */
export function distinct<T extends Tie>(ties: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const tie of ties) if (!first.has(keyOf(tie))) first.set(keyOf(tie), tie);
  return [...first.values()];
}

/** Wherever it is. */
function nameOf({ from, to, what }: Tie): string {
  return `${from}\0${to}\0${what}`;
}

/** False where none is left. */
function takeOne(counts: Map<string, number>, name: string): boolean {
  const count = counts.get(name) ?? 0;
  if (count > 0) counts.set(name, count - 1);
  return count > 0;
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
