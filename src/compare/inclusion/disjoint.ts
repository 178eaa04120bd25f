/** Whether no value can be of both: only where it is sure, as for two branches with different tags. */
import { spend } from "../schema/budget.ts";
import { acceptsLeaf } from "../schema/accepts.ts";
import { cellsOf } from "../schema/cells.ts";
import { canHave, constraintOf, requiredNames } from "../schema/fields.ts";
import { isEmptyRange, rangeOf } from "../values/numbers.ts";
import type { Schema } from "../schema/schema.ts";
import { textRuleOf } from "../values/strings.ts";
import type { Cell, View } from "../schema/view.ts";

/** Tags stand near the surface; deeper, a proof costs more than it finds. */
const DEPTH_MAX = 4;

export interface Seen {
  readonly view: View;
  /** Whether it is what a sender writes. */
  readonly isClosed: boolean;
}

export function areDisjoint(
  one: Cell,
  seenOne: Seen,
  other: Schema,
  seen: Seen,
  depth = 0,
): boolean {
  if (depth > DEPTH_MAX) return false;
  return cellsOf(other, seen.view).every((cell) => disjointCells(one, seenOne, cell, seen, depth));
}

export function disjointCells(
  one: Cell,
  seenOne: Seen,
  other: Cell,
  seen: Seen,
  depth = 0,
): boolean {
  if (one.type !== other.type) return true;
  spend(1 + one.leaves.length + other.leaves.length);
  if (one.values !== undefined) return one.values.every((value) => refuses(other, seen, value));
  if (other.values !== undefined)
    return other.values.every((value) => refuses(one, seenOne, value));
  const leaves = [...one.leaves, ...other.leaves];
  if (one.type === "number") return isEmptyRange(rangeOf(leaves));
  if (one.type === "string") {
    const { min, max } = textRuleOf(leaves);
    return min > max;
  }
  if (one.type !== "object") return false;
  const [needed, neededOther] = [requiredNames(one), requiredNames(other)];
  if ([...neededOther].some((name) => !canHave(one, name, seenOne.isClosed))) return true;
  if ([...needed].some((name) => !canHave(other, name, seen.isClosed))) return true;
  return [...needed, ...neededOther].some((name) => {
    const [left, right] = [constraintOf(one, name), constraintOf(other, name)];
    // Read as open: what a closed sender writes within is only known after `sentCells`.
    const [open, openOther] = [
      { ...seenOne, isClosed: false },
      { ...seen, isClosed: false },
    ];
    return cellsOf(left, seenOne.view).every((cell) =>
      areDisjoint(cell, open, right, openOther, depth + 1),
    );
  });

  function refuses(cell: Cell, { view }: Seen, value: Parameters<typeof acceptsLeaf>[1]): boolean {
    spend(cell.leaves.length);
    return cell.leaves.some((leaf) => acceptsLeaf(leaf, value, view) === false);
  }
}
