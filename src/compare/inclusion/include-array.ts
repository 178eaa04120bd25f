/** Whether the lists of one cell are lists of another. */
import { arrayWith } from "./samples.ts";
import type { Json, Schema, SchemaObject } from "../schema/schema.ts";
import { itemOf } from "../schema/fields.ts";
import type { Fit, Run } from "./run.ts";
import { same } from "../schema/same.ts";
import type { Cell } from "../schema/view.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
  /** How many items have a place of their own. */
  readonly places: number;
  readonly isUnique: boolean;
}

function boundsOf({ leaves }: Cell): Bounds {
  const numbers = (keyword: string) =>
    leaves.flatMap((leaf) => (typeof leaf[keyword] === "number" ? [leaf[keyword]] : []));
  const prefix = (leaf: SchemaObject) => (leaf["prefixItems"] as Schema[] | undefined)?.length ?? 0;
  const closed = leaves.filter((leaf) => leaf["items"] === false).map(prefix);
  return {
    min: Math.max(0, ...numbers("minItems")),
    max: Math.min(...numbers("maxItems"), ...closed, Infinity),
    places: Math.max(0, ...leaves.map(prefix)),
    isUnique: leaves.some((leaf) => leaf["uniqueItems"] === true),
  };
}

export function fitsArray(cell: Cell, other: Cell, run: Run): Fit {
  const [inner, outer] = [boundsOf(cell), boundsOf(other)];
  const tries: Json[] = [];
  let why: string | undefined;
  const attempt = (fixed: ReadonlyMap<number, Json>, length: number) => {
    if (length > inner.max || run.isShape) return;
    const array = arrayWith(cell, fixed, length, run.sending);
    if (array !== undefined) tries.push(array);
  };
  const places = Math.max(inner.places, outer.places);
  let [most, limit] = [inner.max, outer.max];
  let isWithin = true;
  for (let index = 0; index <= places && index < most; index += 1) {
    const item = itemOf(cell, index);
    if (run.sender.read(item) === false) {
      most = index;
      break;
    }
    const wanted = itemOf(other, index);
    if (run.receiver.read(wanted) === false) {
      limit = Math.min(limit, index); // an item that may not be there: the list would be too long
      break;
    }
    const answer = run.include(item, wanted);
    if (answer.is === "yes") continue;
    if (run.isShape) return { isWithin: false, tries, why: "of shapes only a yes counts" };
    isWithin = false;
    if (answer.is === "unknown") why ??= answer.why;
    else for (const example of answer.examples) attempt(new Map([[index, example]]), index + 1);
  }
  if (inner.min < outer.min) {
    isWithin = false;
    attempt(new Map(), 0);
  }
  if (most > limit) {
    isWithin = false;
    attempt(new Map(), limit + 1);
  }
  if (outer.isUnique && !inner.isUnique && most > 1) {
    isWithin = false;
    const once = arrayWith(cell, new Map(), 1, run.sending)?.[0];
    if (once !== undefined)
      attempt(
        new Map([
          [0, once],
          [1, once],
        ]),
        2,
      );
  }
  const unread = other.leaves.find((leaf) => !isContained(leaf, cell, inner, run));
  if (unread !== undefined) {
    isWithin = false;
    why ??= "contains and unevaluatedItems are only compared word for word";
    attempt(new Map(), 0);
    attempt(new Map(), 1);
  }
  return { isWithin, tries, why };
}

function isContained(
  leaf: SchemaObject,
  cell: Cell,
  { min, max, places }: Bounds,
  run: Run,
): boolean {
  if (leaf["unevaluatedItems"] !== undefined) return false;
  const contains = leaf["contains"] as Schema | undefined;
  if (contains === undefined) return true;
  const keywords = ["minContains", "maxContains"];
  const isEqual = (own: SchemaObject) =>
    own["contains"] !== undefined &&
    keywords.every((keyword) => own[keyword] === leaf[keyword]) &&
    same(own["contains"] as Schema, contains);
  if (!run.isShape && !run.receiver.isTouched(contains) && cell.leaves.some(isEqual)) return true;
  const least = (leaf["minContains"] as number | undefined) ?? 1;
  const most = (leaf["maxContains"] as number | undefined) ?? Infinity;
  if (max > most) return false;
  if (least === 0) return true;
  if (min < least) return false;
  for (let index = 0; index <= places && index < max; index += 1) {
    if (run.include(itemOf(cell, index), contains).is !== "yes") return false;
  }
  return true;
}
