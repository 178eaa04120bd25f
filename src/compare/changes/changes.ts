/**
 * What differs between two schemas, one difference at a time, with its row in the table of changes. Whether
 * a difference breaks anything is not decided here but computed, in `judge`.
 */
import { keywordChanges } from "./change-keywords.ts";
import { fieldChanges } from "./change-fields.ts";
import { branchChanges } from "./change-branches.ts";
import { typeChange, typesOf } from "./change-types.ts";
import type { Change, Walk } from "./change.ts";
import { pairs } from "../schema/pairs.ts";
import { isObject, resolve, type Schema, type SchemaObject } from "../schema/schema.ts";
import { identical, isAnnotation } from "../schema/same.ts";

/** Pairs of schemas that were compared, by the place in the contract where that was first. */
export class Seen {
  readonly #places = pairs<string>();

  /** Where the pair was met before; else it is met here. */
  meet(old: SchemaObject, fresh: SchemaObject, where: string): string | undefined {
    const before = this.#places.get(old, fresh);
    if (before === undefined) this.#places.set(old, fresh, where);
    return before;
  }
}

/** `elsewhere`: other places at which parts of this were compared; what they say is not said again. */
export interface Changes {
  readonly changes: readonly Change[];
  readonly elsewhere: ReadonlySet<string>;
}

export function changesOf(one: Schema, other: Schema, where = "", seen = new Seen()): Changes {
  const changes: Change[] = [];
  const elsewhere = new Set<string>();
  const walk: Walk = {
    add: (change) => changes.push(change),
    into: (old, fresh, place) => compare(old, fresh, place, walk),
    isSeen: (old, fresh) => {
      const before = seen.meet(old, fresh, where);
      if (before !== undefined && before !== where) elsewhere.add(before);
      return before !== undefined;
    },
  };
  walk.into(one, other, { pointer: [], within: "field" });
  return { changes, elsewhere };
}

function compare(one: Schema, other: Schema, place: Change["place"], walk: Walk): void {
  if (identical(one, other)) return gathered(one, other, place, walk);
  const [old, fresh] = unwrapBoth(one, other);
  if (typeof old === "boolean" || typeof fresh === "boolean") {
    return whole(old, fresh, old === true ? 36 : 35, place, walk);
  }
  if (walk.isSeen(old, fresh)) return;
  if (isWrapped(one) !== isWrapped(other))
    note(22, "wrapped in a union of one branch, or unwrapped");
  const [oldTypes, newTypes] = [typesOf(old), typesOf(fresh)];
  const isOldNull = oldTypes.includes("null") && oldTypes.length > 1;
  const isNewNull = newTypes.includes("null") && newTypes.length > 1;
  if (isOldNull !== isNewNull && oldTypes.length < 7 && newTypes.length < 7) {
    walk.add(nullChange(old, fresh, place, isNewNull));
  }
  const change = typeChange(old, fresh, place);
  if (change !== undefined) {
    walk.add(change);
    if (change.isWhole) return;
  }
  const [left, right] = [bare(old), bare(fresh)];
  if (left !== old || right !== fresh) {
    if ((left === old) !== (right === fresh) && isOldNull === isNewNull) {
      const what = "null is said in another way";
      return walk.add({ rule: 0, what, place, old, fresh, apply: (_, receiver) => receiver });
    }
    // `anyOf: [X, null]` on one side or both: go on with X.
    walk.into(left, right, place);
    return;
  }
  keywordChanges(old, fresh, place, walk);
  fieldChanges(old, fresh, place, walk);
  branchChanges(old, fresh, place, walk);

  function note(rule: number, what: string): void {
    walk.add({ rule, what, place, old: one, fresh: other, safe: true, apply: (sender) => sender });
  }
}

/** The same words, but gathered behind a `$ref`, or in another order. */
function gathered(one: Schema, other: Schema, place: Change["place"], walk: Walk): void {
  const [old, fresh] = [resolve(one), resolve(other)];
  const isSafe = { old: one, fresh: other, place, safe: true, apply: (at: SchemaObject) => at };
  if ((old === one) !== (fresh === other)) {
    walk.add({ ...isSafe, rule: 21, what: "said through a $ref, or no longer" });
  }
  if (typeof old === "boolean" || typeof fresh === "boolean" || walk.isSeen(old, fresh)) return;
  const names = (at: SchemaObject) =>
    Object.keys(isObject(at["properties"]) ? at["properties"] : {});
  if (names(old).join() !== names(fresh).join()) {
    walk.add({ ...isSafe, rule: 20, what: "the fields stand in another order" });
  }
  for (const keyword of ["properties", "items"]) {
    const [a, b] = [old[keyword], fresh[keyword]];
    if (keyword === "items" && isObject(a) && isObject(b)) {
      walk.into(a, b, { ...place, pointer: [...place.pointer, keyword] });
    } else if (keyword === "properties" && isObject(a) && isObject(b)) {
      for (const name of Object.keys(a)) {
        const pointer = [...place.pointer, keyword, name];
        walk.into(a[name] as Schema, b[name] as Schema, { ...place, pointer });
      }
    }
  }
}

function whole(old: Schema, fresh: Schema, rule: number, place: Change["place"], walk: Walk): void {
  const what = `it becomes ${fresh === true ? "anything" : fresh === false ? "nothing" : "a type"}`;
  walk.add({ rule, what, place, old, fresh, apply: (_, receiver) => receiver });
}

function nullChange(
  old: SchemaObject,
  fresh: SchemaObject,
  place: Change["place"],
  isNew: boolean,
): Change {
  const withNull = (sender: SchemaObject, receiver: Schema) =>
    typeof receiver === "object" && typesOf(receiver).includes("null")
      ? { anyOf: [sender, { type: "null" }] }
      : { allOf: [sender, { not: { type: "null" } }] };
  const what = isNew ? "it may be null" : "it may no longer be null";
  return { rule: isNew ? 33 : 34, what, place, old, fresh, apply: withNull };
}

function isWrapped(schema: Schema): boolean {
  return unwrap(schema) !== resolve(schema);
}

/** A union of one branch is its branch, unless it is to be compared with the union that it becomes. */
function unwrapBoth(one: Schema, other: Schema): [Schema, Schema] {
  const [old, fresh] = [resolve(one), resolve(other)];
  if (typeof old === "object" && typeof fresh === "object") {
    const isUnion = (keyword: string) => old[keyword] !== undefined && fresh[keyword] !== undefined;
    if (["allOf", "anyOf", "oneOf"].some(isUnion)) return [old, fresh];
  }
  return [unwrap(old), unwrap(fresh)];
}

/** Behind `$ref`s and unions of one branch. */
function unwrap(schema: Schema, depth = 0): Schema {
  const at = resolve(schema);
  if (typeof at === "boolean") return at;
  const words = Object.keys(at).filter((name) => !isAnnotation(name));
  const [only = ""] = words;
  const parts = at[only];
  const isUnion = words.length === 1 && ["allOf", "anyOf", "oneOf"].includes(only);
  return isUnion && Array.isArray(parts) && parts.length === 1 && depth < 20
    ? unwrap(parts[0] as Schema, depth + 1)
    : at;
}

/** Without the null of `anyOf: [X, { type: "null" }]`. */
function bare(schema: SchemaObject): Schema {
  for (const keyword of ["anyOf", "oneOf"]) {
    const parts = schema[keyword];
    if (!Array.isArray(parts) || parts.length !== 2) continue;
    const words = Object.keys(schema).filter((name) => !isAnnotation(name));
    const rest = (parts as Schema[]).map(resolve).filter((part) => !isNull(part));
    if (rest.length === 1 && words.length === 1) return rest[0] as Schema;
  }
  return schema;
}

function isNull(schema: Schema): boolean {
  return typeof schema === "object" && schema["type"] === "null";
}
