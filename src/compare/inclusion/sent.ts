/**
 * What a closed sender sends. Where branches of a union overlap, one message may have the fields of several:
 * each branch is then widened by what the others declare.
 */
import { accepts, acceptsLeaf } from "../schema/accepts.ts";
import { cellsOf, typeOf } from "../schema/cells.ts";
import { disjointCells } from "./disjoint.ts";
import { canHave, classesOf, constraintOf, isFree, itemOf, namesOf } from "../schema/fields.ts";
import { isObject, type Json, type Schema } from "../schema/schema.ts";
import type { Branch, Cell, View } from "../schema/view.ts";

const widened = new WeakMap<readonly Cell[], readonly Cell[]>();

/** The cells of a sender, wide enough for all that it may send. */
export function sentCells(schema: Schema, view: View, isClosed: boolean): readonly Cell[] {
  const cells = cellsOf(schema, view);
  if (!isClosed || cells.length < 2) return cells;
  const before = widened.get(cells);
  if (before !== undefined) return before;
  const wide = cells.map((cell) => widen(cell, cells, view));
  widened.set(cells, wide);
  return wide;
}

function widen(cell: Cell, cells: readonly Cell[], view: View): Cell {
  if (cell.values !== undefined) return cell;
  const seen = { view, isClosed: false };
  const others = cells.filter(
    (other) =>
      other !== cell &&
      other.type === cell.type &&
      other.values === undefined &&
      !excludes(cell, other) &&
      !disjointCells(cell, seen, other, seen),
  );
  if (others.length === 0) return cell;
  if (cell.type === "array") return widenArray(cell, others);
  return cell.type === "object" ? widenObject(cell, others) : cell;
}

/** An item may be written by the items of any list that the whole fits. */
function widenArray(cell: Cell, others: readonly Cell[]): Cell {
  const prefix = ({ leaves }: Cell) =>
    Math.max(
      0,
      ...leaves.map((leaf) => (leaf["prefixItems"] as Schema[] | undefined)?.length ?? 0),
    );
  const places = Math.max(...[cell, ...others].map(prefix));
  const item = (index: number): Schema => {
    const differing = others
      .map((other) => itemOf(other, index))
      .filter((schema) => schema !== true && schema !== itemOf(cell, index));
    return differing.length === 0 ? true : { anyOf: [true, ...differing] };
  };
  const all = Array.from({ length: places + 1 }, (_, index) => item(index));
  if (all.every((schema) => schema === true)) return cell;
  const leaf = { ...(places > 0 ? { prefixItems: all.slice(0, -1) } : {}), items: all.at(-1) };
  return { ...cell, leaves: [...cell.leaves, leaf] };
}

function widenObject(cell: Cell, overlapping: readonly Cell[]): Cell {
  if (isFree(cell)) return cell;
  const others = overlapping.filter((other) => !isFree(other));
  const added = Object.create(null) as Record<string, Schema>; // a field may be called __proto__
  for (const name of new Set(others.flatMap((other) => [...namesOf(other)]))) {
    const theirs = others
      .filter((other) => namesOf(other).has(name) && canHave(other, name, true))
      .map((other) => constraintOf(other, name));
    const own = canHave(cell, name, true);
    const differing = theirs.filter((schema) => schema !== constraintOf(cell, name));
    if (theirs.length === 0 || (own && differing.length === 0)) continue;
    added[name] = own ? { anyOf: [true, ...differing] } : { anyOf: theirs };
  }
  const isOpen = others.some((other) => classesOf(other, true).length > 0);
  if (Object.keys(added).length === 0 && !isOpen) return cell;
  const leaf = { properties: added, ...(isOpen ? { additionalProperties: true } : {}) };
  return { ...cell, leaves: [...cell.leaves, leaf] };
}

function excludes({ picks }: Cell, other: Cell): boolean {
  return [...picks].some(([owner, index]) => (other.picks.get(owner) ?? index) !== index);
}

/** Whether all fields of a value are declared, at every depth, by a schema that it fits. */
export function isClosedValue(value: Json, schema: Schema, view: View): boolean {
  return areDeclared(value, [schema], view);
}

/** `alternatives`: each a schema that may be the one by which the value was written. */
function areDeclared(value: Json, alternatives: readonly Schema[], view: View): boolean {
  const type = typeOf(value);
  const fitting = alternatives
    .filter((schema) => accepts(schema, value, view) !== false)
    .flatMap((schema) => cellsOf(schema, view))
    .filter((cell) => cell.type === type && fits(value, cell, view));
  if (fitting.length === 0) return false;
  if (Array.isArray(value)) {
    return (value as readonly Json[]).every((item, index) =>
      areDeclared(
        item,
        fitting.map((cell) => itemOf(cell, index)),
        view,
      ),
    );
  }
  if (!isObject(value)) return true;
  if (fitting.some((cell) => isFree(cell) || isListed(value, cell))) return true;
  return Object.entries(value as { [name: string]: Json }).every(([name, field]) => {
    const declaring = fitting.filter((cell) => canHave(cell, name, true));
    return (
      declaring.length > 0 &&
      areDeclared(
        field,
        declaring.map((cell) => constraintOf(cell, name)),
        view,
      )
    );
  });
}

/** A value that an `enum` or `const` names is written as it stands there. */
function isListed(value: unknown, { leaves }: Cell): boolean {
  return isObject(value) && leaves.some((leaf) => "enum" in leaf || "const" in leaf);
}

function fits(value: Json, { leaves, nots }: Branch, view: View): boolean {
  return (
    leaves.every((leaf) => acceptsLeaf(leaf, value, view) !== false) &&
    nots.every((not) => accepts(not, value, view) !== true)
  );
}
