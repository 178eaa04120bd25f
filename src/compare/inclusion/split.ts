/** One cell of a sender as several, where no single cell of the receiver takes it whole. */
import { cellsOf } from "../schema/cells.ts";
import { canHave, constraintOf, isFree, namesOf, requiredNames } from "../schema/fields.ts";
import { type Range, rangeOf } from "../values/numbers.ts";
import type { Schema, SchemaObject } from "../schema/schema.ts";
import { textRuleOf } from "../values/strings.ts";
import { type Cell, plainView } from "../schema/view.ts";

/** Tags are told apart by the first or second split; each one more multiplies the work. */
const SPLITS_MAX = 3;
const PARTS_MAX = 24;

export function split(cell: Cell, others: readonly Cell[], splits: number): Cell[] {
  if (splits >= SPLITS_MAX) return [];
  const leaves = partsBy(cell, others);
  if (leaves.length > PARTS_MAX) return [];
  return leaves.map((leaf) => ({ ...cell, leaves: [...cell.leaves, leaf] }));
}

function partsBy(cell: Cell, others: readonly Cell[]): SchemaObject[] {
  switch (cell.type) {
    case "number":
      return byRange(others.map((other) => rangeOf(other.leaves)));
    case "string": {
      const rules = others.map((other) => textRuleOf(other.leaves));
      return byLength(
        rules.flatMap(({ min, max }) => [min - 1, max]),
        "minLength",
        "maxLength",
      );
    }
    case "array": {
      const leaves = others.flatMap((other) => other.leaves);
      const least = leaves.map((leaf) => ((leaf["minItems"] as number | undefined) ?? 0) - 1);
      const most = leaves.map((leaf) => (leaf["maxItems"] as number | undefined) ?? Infinity);
      return byLength([...least, ...most], "minItems", "maxItems");
    }
    case "object":
      return byField(cell, others);
    default:
      return [];
  }
}

/** Each bound itself, and what lies between. */
function byRange(ranges: readonly Range[]): SchemaObject[] {
  const bounds = sorted(ranges.flatMap(({ low, high }) => [low, high]));
  return bounds.flatMap((bound, index) => {
    const below = bounds[index - 1];
    const before = {
      exclusiveMaximum: bound,
      ...(below === undefined ? {} : { exclusiveMinimum: below }),
    };
    const after = index === bounds.length - 1 ? [{ exclusiveMinimum: bound }] : [];
    return [before, { minimum: bound, maximum: bound }, ...after];
  });
}

/** Up to each bound, from the one before. */
function byLength(cuts: readonly number[], min: string, max: string): SchemaObject[] {
  const bounds = sorted(cuts.filter((cut) => cut >= 0));
  if (bounds.length === 0) return [];
  return [...bounds, Infinity].map((bound, index) => ({
    [min]: (bounds[index - 1] ?? -1) + 1,
    ...(isFinite(bound) ? { [max]: bound } : {}),
  }));
}

function sorted(bounds: readonly number[]): number[] {
  return [...new Set(bounds.filter(isFinite))].sort((a, b) => a - b);
}

function byField(cell: Cell, others: readonly Cell[]): SchemaObject[] {
  const required = requiredNames(cell);
  const already = new Set(cell.leaves.filter((leaf) => SPLIT in leaf).map((leaf) => leaf[SPLIT]));
  const names = new Set(others.flatMap((other) => [...namesOf(other)]));
  // A field with listed values is a tag, by which branches differ.
  const isTag = (name: string) =>
    others.some((other) => cellsOf(constraintOf(other, name), view).some(({ values }) => values));
  for (const name of [...names].sort((a, b) => Number(isTag(b)) - Number(isTag(a)))) {
    if (already.has(name) || !canHave(cell, name, true)) continue;
    const parts = partsOf(constraintOf(cell, name));
    const variants = parts.map((part) => field(name, part, true));
    if (!required.has(name)) variants.push(field(name, false, false));
    // What may have any field may have any other one too, although a part of it speaks of this one.
    if (isFree(cell)) for (const leaf of variants) leaf["additionalProperties"] = true;
    if (variants.length > 1 && variants.length <= PARTS_MAX) return variants;
  }
  return [];
}

/** Marks a leaf as made here; no schema can have a keyword like this. */
const SPLIT = "$split";

/** The field by which the cell was made a part of another. */
export function splitName({ leaves }: Cell): string | undefined {
  return leaves.at(-1)?.[SPLIT] as string | undefined;
}

function field(name: string, schema: Schema, isThere: boolean): Record<string, unknown> {
  const leaf = { properties: { [name]: schema }, [SPLIT]: name };
  return isThere ? { ...leaf, required: [name] } : leaf;
}

const view = plainView;

function partsOf(schema: Schema): Schema[] {
  return cellsOf(schema, view).flatMap((cell): Schema[] => {
    if (cell.values !== undefined) return cell.values.map((value) => ({ const: value }));
    return [{ allOf: [{ type: cell.type }, ...cell.leaves.map(bare)] }];
  });
}

/** The schema's own keywords; its branches are already chosen. */
function bare(leaf: SchemaObject): SchemaObject {
  const { allOf: _a, anyOf: _b, oneOf: _c, not: _d, if: _e, then: _f, else: _g, ...own } = leaf;
  return own;
}
