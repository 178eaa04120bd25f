/** How the comparison looks at a schema: as it stands, or with one part replaced. And its words. */
import { spend } from "./budget.ts";
import { type Json, partsOf, resolve, type Schema, type SchemaObject } from "./schema.ts";

export const TYPES = ["null", "boolean", "number", "string", "array", "object"] as const;
export type Type = (typeof TYPES)[number];

export interface Branch {
  readonly leaves: readonly SchemaObject[];
  readonly nots: readonly Schema[];
  /** Which branch of which `oneOf`: two branches of one exclude each other. */
  readonly picks: ReadonlyMap<SchemaObject, number>;
}

export interface Cell extends Branch {
  readonly type: Type;
  /** All values that the cell can have, where they can be listed. */
  readonly values?: readonly Json[];
}

export interface View {
  read(schema: Schema): Schema;
  /** Whether this schema is not what `resolve` gives, here or anywhere below. */
  isTouched(schema: Schema): boolean;
  readonly cells: WeakMap<SchemaObject, readonly Cell[]>;
  /** Which schemas accept which lists and objects, where that is sure. */
  readonly verdicts: WeakMap<SchemaObject, WeakMap<object, boolean>>;
}

/** Schemas as they stand. */
export const plainView: View = {
  read: resolve,
  isTouched: () => false,
  cells: new WeakMap(),
  verdicts: new WeakMap(),
};

/** Everything as it is below `root`, but for some schemas others. */
export function replacedView(
  root: Schema,
  replaced: ReadonlyMap<SchemaObject, Schema>,
): View & { readonly above: number } {
  const below = usersBelow(root);
  const above = ancestorsOf(root, replaced);
  const made = new Map<SchemaObject, boolean>();
  const isTouched = (schema: Schema): boolean => {
    const at = resolve(schema);
    if (typeof at === "boolean") return false;
    if (above.has(at)) return true;
    if (below.has(at)) return false;
    // Put together during the comparison, or a part of what replaces.
    const before = made.get(at);
    if (before !== undefined) return before;
    made.set(at, false);
    try {
      spend(1);
      const answer = partsOf(at).some(([, part]) => isTouched(part));
      made.set(at, answer);
      return answer;
    } catch (error) {
      made.delete(at); // a no that was only assumed must not stay
      throw error;
    }
  };
  return {
    read: (schema) => {
      const at = resolve(schema);
      return typeof at === "object" ? (replaced.get(at) ?? at) : at;
    },
    isTouched,
    cells: new WeakMap(),
    verdicts: new WeakMap(),
    above: above.size,
  };
}

const users = new WeakMap<SchemaObject, ReadonlyMap<SchemaObject, readonly SchemaObject[]>>();

function ancestorsOf(
  root: Schema,
  replaced: ReadonlyMap<SchemaObject, Schema>,
): ReadonlySet<SchemaObject> {
  const usersOf = usersBelow(root);
  const above = new Set(replaced.keys());
  for (const at of above) {
    const list = usersOf.get(at) ?? [];
    spend(1 + list.length);
    for (const user of list) above.add(user);
  }
  return above;
}

function usersBelow(root: Schema): ReadonlyMap<SchemaObject, readonly SchemaObject[]> {
  const start = resolve(root);
  if (typeof start === "boolean") return new Map();
  const known = users.get(start);
  if (known !== undefined) return known;
  const found = new Map<SchemaObject, SchemaObject[]>([[start, []]]);
  for (const at of found.keys()) {
    spend(1);
    for (const [, part] of partsOf(at)) {
      const used = resolve(part);
      if (typeof used === "boolean") continue;
      const list = found.get(used);
      if (list === undefined) found.set(used, [at]);
      else list.push(at);
    }
  }
  users.set(start, found);
  return found;
}

/** What our own client does not check in an answer: how long, how large, how many, which text. */
const CONSTRAINTS = new Set([
  "minLength",
  "maxLength",
  "pattern",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "propertyNames",
  "dependentRequired",
]);

/** The same without its constraints: only the shape. */
export function shapeView(view: View): View {
  if (view === plainView) return plainShapeView;
  return toShapeView(view);
}

const shapes = new WeakMap<SchemaObject, SchemaObject>();
const plainShapeView = toShapeView(plainView);

function toShapeView(view: View): View {
  return {
    read: (schema) => {
      const at = view.read(schema);
      if (typeof at === "boolean") return at;
      const shape = shapes.get(at) ?? toShape(at);
      shapes.set(at, shape);
      return shape;
    },
    isTouched: view.isTouched,
    cells: new WeakMap(),
    verdicts: new WeakMap(),
  };
}

function toShape(schema: SchemaObject): SchemaObject {
  const kept = Object.entries(schema).filter(
    ([keyword, value]) =>
      !CONSTRAINTS.has(keyword) && !(keyword === "additionalProperties" && value === false),
  );
  return Object.fromEntries(kept);
}
