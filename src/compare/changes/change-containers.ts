/** Differences of maps, lists and tuples: rows 85 to 92. */
import { below, fromKeys, type PlaceInSchema, type Walk } from "./change.ts";
import { isObject, type Schema, type SchemaObject } from "../schema/schema.ts";

export function containerChanges(
  old: SchemaObject,
  fresh: SchemaObject,
  place: PlaceInSchema,
  walk: Walk,
): void {
  additional(old, fresh, place, walk);
  items(old, fresh, place, walk);
}

function additional(
  old: SchemaObject,
  fresh: SchemaObject,
  place: PlaceInSchema,
  walk: Walk,
): void {
  const keyword = "additionalProperties";
  const [one, other] = [old[keyword], fresh[keyword]] as (Schema | undefined)[];
  const base = { old, fresh, place: below(place, keyword), apply: fromKeys([keyword]) };
  if ((one === false) !== (other === false)) {
    if (other === false) {
      // A closed sender writes no such fields, but callers of an open contract may have.
      walk.add({
        ...base,
        rule: 89,
        what: "unknown fields are refused",
        least: { request: "breaking" },
      });
    } else {
      walk.add({
        ...base,
        rule: 90,
        what: "unknown fields are allowed",
        least: { reply: "warning" },
      });
    }
  } else if (isObject(one) && isObject(other)) {
    walk.into(one, other, { ...below(place, keyword), within: "map" });
  } else if (isObject(one) || isObject(other)) {
    walk.add({
      ...base,
      rule: isObject(other) ? 92 : 91,
      what: "the values of further fields changed",
    });
  }
  const patterns = (schema: SchemaObject) =>
    (schema["patternProperties"] ?? {}) as Record<string, Schema>;
  const [left, right] = [patterns(old), patterns(fresh)];
  if (Object.keys(left).toSorted().join() !== Object.keys(right).toSorted().join()) {
    const rule = Object.keys(right).length > Object.keys(left).length ? 92 : 91;
    walk.add({
      ...base,
      rule,
      what: "the patterns of names changed",
      apply: fromKeys(["patternProperties"]),
    });
    return;
  }
  for (const [pattern, schema] of Object.entries(left)) {
    const at = below(place, "patternProperties", pattern);
    walk.into(schema, right[pattern] as Schema, { ...at, within: "map" });
  }
}

function items(old: SchemaObject, fresh: SchemaObject, place: PlaceInSchema, walk: Walk): void {
  const prefix = (schema: SchemaObject) => (schema["prefixItems"] as Schema[] | undefined) ?? [];
  const [left, right] = [prefix(old), prefix(fresh)];
  for (const [index, schema] of left.entries()) {
    const other = right[index];
    if (other !== undefined) walk.into(schema, other, below(place, "prefixItems", String(index)));
  }
  const [one, other] = [old["items"], fresh["items"]] as (Schema | undefined)[];
  if (left.length !== right.length) {
    const rule = right.length > left.length ? 87 : 88;
    const apply = fromKeys(["prefixItems", "items", "minItems", "maxItems"]);
    walk.add({ old, fresh, place, rule, what: `${left.length} → ${right.length} elements`, apply });
  } else if (one !== undefined && other !== undefined) {
    walk.into(one, other, { ...below(place, "items"), within: "list" });
  } else if (one !== other) {
    const what = "the type of the elements changed";
    walk.add({
      old,
      fresh,
      place,
      rule: one === undefined ? 86 : 85,
      what,
      apply: fromKeys(["items"]),
    });
  }
}
