/** What is known of the values of a cell without a look at the receiver: none, a few, or some beside others. */
import { whyUnprovable } from "../schema/budget.ts";
import { cellsOf } from "../schema/cells.ts";
import { constraintOf, requiredNames } from "../schema/fields.ts";
import type { Json } from "../schema/schema.ts";
import type { Cell, View } from "../schema/view.ts";
import { isEmptyRange, listOf, rangeOf, telling } from "../values/numbers.ts";
import { isEmptyText, textRuleOf } from "../values/strings.ts";
import { cellSamples, type Sender } from "./samples.ts";

/** Larger ranges are compared as ranges. */
const NUMBERS_MAX = 32;

export function numbersOf({ type, leaves }: Cell): readonly Json[] | undefined {
  if (type !== "number") return undefined;
  const range = rangeOf(leaves);
  // Other steps than whole numbers would have to be left out of the list.
  return range.steps.every((step) => step === 1) ? listOf(range, NUMBERS_MAX) : undefined;
}

/** Sure emptiness only. */
export function isEmpty({ type, leaves }: Cell): boolean {
  if (type === "number") return isEmptyRange(rangeOf(leaves));
  return type === "string" && isEmptyText(textRuleOf(leaves));
}

/**
 * Whether it must have a field that can have no value, as where a discriminator names what the field's `enum`
 * does not. It is not called empty: whoever wrote that meant something else, and should be told.
 */
export function isHollow(cell: Cell, view: View): boolean {
  if (cell.type !== "object") return false;
  try {
    const names = [...requiredNames(cell)];
    return names.some((name) => cellsOf(constraintOf(cell, name), view).length === 0);
  } catch (error) {
    if (whyUnprovable(error) === undefined) throw error;
    return false;
  }
}

/** Numbers beside the first and the last listed ones: one of them is not listed, or all are. */
const NEAR_MAX = 100;

/** Values of a cell beside those that the other one lists. */
export function outside(cell: Cell, other: Cell, sender: Sender): Json[] {
  const near = [cell, { ...other, values: undefined }] as const;
  if (cell.type === "number") {
    const listed = (other.values ?? []).flatMap((value) =>
      typeof value === "number" ? [value] : [],
    );
    const ranges = [...listed.slice(0, NEAR_MAX), ...listed.slice(-NEAR_MAX)].map((value) =>
      rangeOf([{ minimum: value, maximum: value }]),
    );
    return telling([...near.map(({ leaves }) => rangeOf(leaves)), ...ranges]);
  }
  return cellSamples(cell, sender);
}
