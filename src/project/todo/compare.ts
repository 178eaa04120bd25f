/** What is new, what is known and what is cured, of the ties of today against those of boundaries.todo. */
import type { Allow, Tie, Todo } from "./todo.ts";

export interface Compared<T extends Tie> {
  /** Found, and not listed. */
  readonly fresh: readonly T[];
  /** Found and listed. */
  readonly known: readonly T[];
  /** Found in another file than the one that is listed, which is gone: it was renamed. */
  readonly moved: readonly T[];
  /** Listed, and not to be seen: their files could not be read whole. */
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
  /** Files that could not be read whole: what is missing there may be there still. */
  readonly unread?: ReadonlySet<string> | undefined;
}

export function compareTies<T extends Tie>(asked: Asked<T>): Compared<T> {
  const { todo, found, exists, unread = new Set() } = asked;
  const isAllowed = (tie: Tie) => todo.allows.some((allow) => permits(allow, tie));
  const counted = found.filter((tie) => !isAllowed(tie));
  const listed = new Set(todo.ties.map(keyOf));
  const today = new Set(counted.map(keyOf));
  const missing = todo.ties.filter((tie) => !today.has(keyOf(tie)));
  const isUnseen = (tie: Tie) => unread.has(tie.file) && !isAllowed(tie);
  const gone = missing.filter((tie) => !isUnseen(tie));
  const left = countBy(gone.filter(({ file }) => !exists(file)).map(nameOf));
  const fresh: T[] = [];
  const moved: T[] = [];
  for (const tie of counted.filter((one) => !listed.has(keyOf(one)))) {
    const count = left.get(nameOf(tie)) ?? 0;
    left.set(nameOf(tie), count - 1);
    (count > 0 ? moved : fresh).push(tie);
  }
  const renamed = countBy(moved.map(nameOf));
  const cured = gone.filter((tie) => {
    if (exists(tie.file)) return true;
    const count = renamed.get(nameOf(tie)) ?? 0;
    renamed.set(nameOf(tie), count - 1);
    return count <= 0;
  });
  const known = counted.filter((tie) => listed.has(keyOf(tie)));
  const allowed = found.filter(isAllowed);
  return { fresh, known, moved, unseen: missing.filter(isUnseen), cured, allowed };
}

export function permits({ from, to }: Allow, tie: Tie): boolean {
  return (from === "*" || from === tie.from) && (to === "*" || to === tie.to);
}

export function keyOf(tie: Tie): string {
  return `${nameOf(tie)}\0${tie.file}`;
}

/** Wherever it is. */
function nameOf({ from, to, what }: Tie): string {
  return `${from}\0${to}\0${what}`;
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
