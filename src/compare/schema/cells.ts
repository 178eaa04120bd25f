/**
 * A schema as a list of cells: a value fits the schema when it fits one of its cells. A cell has one JSON
 * type, and all the schemas whose own keywords hold for it at once (`leaves`): `allOf` is multiplied out,
 * a choice becomes several cells, and what must not fit (`not`, the other branches of a `oneOf`) is kept
 * beside.
 */
import { LEVELS_MAX, spend, Unprovable } from "./budget.ts";
import { accepts, acceptsLeaf } from "./accepts.ts";
import type { Json, Schema, SchemaObject } from "./schema.ts";
import { type Branch, type Cell, type Type, TYPES, type View } from "./view.ts";

/**
 * More branches than any readable schema has. With fewer, unions of unions could not be compared; with
 * more, one comparison of two of them would take seconds.
 */
const BRANCHES_MAX = 256;

/** Each part of an `allOf` is asked for each field; a document that a person reads has a dozen. */
const LEAVES_MAX = 1000;

export function branchesOf(schema: Schema, view: View, above: readonly Schema[] = []): Branch[] {
  const at = view.read(schema);
  if (at === true) return [{ leaves: [], nots: [], picks: new Map() }];
  if (at === false) return [];
  if (above.includes(at)) throw new Unprovable("a schema contains itself without a field between");
  if (above.length > LEVELS_MAX) throw new Unprovable("it is nested too deeply");
  if (typeof at["$unreadable"] === "string") throw new Unprovable(at["$unreadable"]);
  const inner = [...above, at];
  const expand = (part: Schema) => branchesOf(part, view, inner);
  let branches: Branch[] = [{ leaves: [at], nots: [], picks: new Map() }];
  for (const part of schemas(at["allOf"])) branches = product(branches, expand(part));
  if (at["anyOf"] !== undefined) {
    branches = product(branches, schemas(at["anyOf"]).flatMap(expand));
  }
  if (at["oneOf"] !== undefined) branches = product(branches, exclusive(at, expand));
  if (at["not"] !== undefined) {
    branches = product(branches, [{ leaves: [], nots: [at["not"] as Schema], picks: new Map() }]);
  }
  if (at["if"] !== undefined) branches = product(branches, conditional(at, expand));
  return branches;
}

function exclusive(owner: SchemaObject, expand: (part: Schema) => Branch[]): Branch[] {
  const all = schemas(owner["oneOf"]);
  if (all.length > BRANCHES_MAX) throw new Unprovable("it has too many branches");
  return all.flatMap((part, index) =>
    expand(part).map(({ leaves, nots, picks }) => ({
      leaves,
      nots: [...nots, ...all.filter((_, other) => other !== index)],
      picks: new Map([...picks, [owner, index]]),
    })),
  );
}

/** `if` is two branches: it holds and `then` holds, or it does not and `else` holds. */
function conditional(owner: SchemaObject, expand: (part: Schema) => Branch[]): Branch[] {
  const condition = owner["if"] as Schema;
  const otherwise = { leaves: [], nots: [condition], picks: new Map() };
  return [
    ...product(expand(condition), expand((owner["then"] as Schema | undefined) ?? true)),
    ...product([otherwise], expand((owner["else"] as Schema | undefined) ?? true)),
  ];
}

function product(left: readonly Branch[], right: readonly Branch[]): Branch[] {
  if (left.length * right.length > BRANCHES_MAX) throw new Unprovable("it has too many branches");
  const [{ leaves = [] } = {}, { leaves: more = [] } = {}] = [left[0], right[0]];
  if (leaves.length + more.length > LEAVES_MAX)
    throw new Unprovable("its allOf has too many parts");
  spend(left.length * right.length * (1 + leaves.length + more.length));
  return left.flatMap((one) =>
    right.map((other) => ({
      leaves: [...one.leaves, ...other.leaves],
      nots: [...one.nots, ...other.nots],
      picks: new Map([...one.picks, ...other.picks]),
    })),
  );
}

export function schemas(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? (value as Schema[]) : [];
}

export function cellsOf(schema: Schema, view: View): readonly Cell[] {
  const at = view.read(schema);
  const before = typeof at === "boolean" ? undefined : view.cells.get(at);
  if (before !== undefined) return before;
  const cells = branchesOf(at, view).flatMap((branch) => toCells(branch, view));
  if (typeof at === "object") view.cells.set(at, cells);
  return cells;
}

/** Types of which all values can be listed. */
const FINITE: { readonly [T in Type]?: readonly Json[] } = { null: [null], boolean: [false, true] };

function toCells(branch: Branch, view: View): Cell[] {
  const values = valuesOf(branch, view);
  return TYPES.filter((type) => branch.leaves.every((leaf) => allows(leaf, type))).flatMap(
    (type) => {
      const own = (values ?? FINITE[type])?.filter((value) => typeOf(value) === type);
      if (own === undefined) return [{ ...branch, type }];
      return own.length === 0 ? [] : [{ ...branch, type, values: own }];
    },
  );
}

/** The values that an `enum` or a `const` leaves, without those that the other keywords refuse. */
function valuesOf({ leaves, nots }: Branch, view: View): readonly Json[] | undefined {
  const listed = leaves.flatMap((leaf) => {
    if (Array.isArray(leaf["enum"])) return [leaf["enum"] as Json[]];
    return leaf["const"] === undefined ? [] : [[leaf["const"] as Json]];
  });
  const [first] = listed;
  if (first === undefined) return undefined;
  spend(first.length * (1 + nots.length));
  return first.filter(
    (value) =>
      leaves.every((leaf) => acceptsLeaf(leaf, value, view) !== false) &&
      nots.every((not) => accepts(not, value, view) !== true),
  );
}

function allows({ type }: SchemaObject, wanted: Type): boolean {
  if (type === undefined) return true;
  const types: unknown[] = Array.isArray(type) ? type : [type];
  return types.includes(wanted) || (wanted === "number" && types.includes("integer"));
}

export function typeOf(value: Json): Type {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as Type;
}
