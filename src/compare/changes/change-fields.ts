/** Differences of fields: rows 1 to 13, 17, 18 and 50 to 52. */
import { equals } from "../schema/accepts.ts";
import { told } from "./change-keywords.ts";
import { typesOf } from "./change-types.ts";
import { containerChanges } from "./change-containers.ts";
import { below, type Change, type PlaceInSchema, type Walk } from "./change.ts";
import { propertiesOf, requiredOf } from "../schema/fields.ts";
import { FILLED, isObject, resolve, type Schema, type SchemaObject } from "../schema/schema.ts";
import { spend } from "../schema/budget.ts";
import { same } from "../schema/same.ts";

export function fieldChanges(
  old: SchemaObject,
  fresh: SchemaObject,
  place: PlaceInSchema,
  walk: Walk,
): void {
  const [before, after] = [propertiesOf(old), propertiesOf(fresh)];
  const outer = place.outer ?? { old, fresh };
  spend(Object.keys(before).length + Object.keys(after).length);
  const gone = Object.keys(before).filter(
    (name) => !Object.hasOwn(after, name) && !isDeclared(outer.fresh, name),
  );
  const added = Object.keys(after).filter(
    (name) => !Object.hasOwn(before, name) && !isDeclared(outer.old, name),
  );
  const pairs = movesOf(old, fresh, gone, added);
  for (const { from, to, rule } of pairs) {
    const what = rule === 6 ? `"${from}" is now called "${to}"` : `"${from}" moved to "${to}"`;
    walk.add({
      ...fieldChange(old, fresh, [from, to], below(place, "properties", to)),
      rule,
      what,
      ...lost(old, from),
    });
  }
  const isMoved = (name: string) => pairs.some(({ from, to }) => name === from || name === to);
  for (const name of gone.filter((one) => !isMoved(one))) {
    const rule = requiredOf(old).includes(name) ? 5 : 4;
    const at = below(place, "properties", name);
    walk.add({
      ...fieldChange(old, fresh, [name], at),
      rule,
      what: `field "${name}" removed`,
      ...lost(old, name),
    });
  }
  for (const name of added.filter((one) => !isMoved(one))) {
    const schema = after[name];
    const hasDefault = isObject(schema) && schema["default"] !== undefined;
    const rule = hasDefault && hasFilled(fresh) ? 3 : requiredOf(fresh).includes(name) ? 2 : 1;
    const what = `field "${name}" added${rule === 2 ? ", required" : ""}`;
    walk.add({ ...fieldChange(old, fresh, [name], below(place, "properties", name)), rule, what });
  }
  for (const name of Object.keys(before).filter((one) => Object.hasOwn(after, one))) {
    common(name, old, fresh, place, walk);
  }
  const extra = (schema: SchemaObject) => requiredOf(schema).filter((name) => !Object.hasOwn(before, name) && !Object.hasOwn(after, name)); // prettier-ignore
  for (const name of new Set([...extra(old), ...extra(fresh)])) {
    if (requiredOf(old).includes(name) === requiredOf(fresh).includes(name)) continue;
    const rule = requiredOf(fresh).includes(name) ? 7 : 8;
    walk.add({
      ...fieldChange(old, fresh, [name], place),
      rule,
      what: `"${name}" became ${rule === 7 ? "required" : "optional"}`,
    });
  }
  containerChanges(old, fresh, place, walk);
}

/** Whether the schema names the field anywhere in its parts and branches. */
function isDeclared(schema: Schema, name: string, depth = 0): boolean {
  const at = resolve(schema);
  if (typeof at === "boolean" || depth > 10) return false;
  if (Object.hasOwn(propertiesOf(at), name)) return true;
  return ["allOf", "anyOf", "oneOf"].some((keyword) =>
    ((at[keyword] ?? []) as Schema[]).some((part) => isDeclared(part, name, depth + 1)),
  );
}

/** Whether the schema was read with its defaults filled in. */
function hasFilled(schema: SchemaObject): boolean {
  return schema[FILLED] !== undefined;
}

/** The difference is these fields, and whether they are required. */
function fieldChange(
  old: SchemaObject,
  fresh: SchemaObject,
  names: readonly string[],
  place: PlaceInSchema,
) {
  const apply: Change["apply"] = (sender, receiver) => {
    if (typeof receiver === "boolean") return receiver;
    const properties: Record<string, Schema> = { ...propertiesOf(sender) };
    const theirs = propertiesOf(receiver);
    const required = new Set(requiredOf(sender));
    for (const name of names) {
      delete properties[name];
      if (Object.hasOwn(theirs, name)) properties[name] = theirs[name] as Schema;
      if (requiredOf(receiver).includes(name)) required.add(name);
      else required.delete(name);
    }
    return { ...sender, properties, required: [...required] };
  };
  return { old, fresh, place, apply };
}

function lost(old: SchemaObject, name: string): Pick<Change, "removed"> {
  const field = resolve(propertiesOf(old)[name] ?? true);
  const sunset = typeof field === "object" ? (field["x-sunset"] ?? field["sunset"]) : undefined;
  const deprecated = typeof field === "object" && field["deprecated"] === true;
  return { removed: { name, deprecated, ...(typeof sunset === "string" ? { sunset } : {}) } };
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly rule: 6 | 10 | 11;
}

/** Where more fields come and go, nobody has moved them one by one. */
const MOVES_MAX = 10_000;

/** A field that is gone and one that is new, which look like the same. A guess: only the row depends on it. */
function movesOf(old: SchemaObject, fresh: SchemaObject, gone: string[], added: string[]): Move[] {
  const [before, after] = [propertiesOf(old), propertiesOf(fresh)];
  const moves: Move[] = [];
  if (gone.length * added.length > MOVES_MAX) return moves;
  for (const from of gone) {
    const schema = before[from] as Schema;
    for (const to of added.filter((name) => !moves.some((move) => move.to === name))) {
      const other = after[to] as Schema;
      const [inner, outer] = [resolve(other), resolve(schema)];
      const holds = (at: Schema, name: string, what: Schema) =>
        typeof at === "object" &&
        propertiesOf(at)[name] !== undefined &&
        same(propertiesOf(at)[name] as Schema, what);
      const isRename = gone.length === 1 && added.length === 1 && same(schema, other) && requiredOf(old).includes(from) === requiredOf(fresh).includes(to); // prettier-ignore
      if (isRename) moves.push({ from, to, rule: 6 });
      else if (holds(inner, from, schema)) moves.push({ from, to, rule: 10 });
      else if (holds(outer, to, other)) moves.push({ from, to, rule: 11 });
      else continue;
      break;
    }
  }
  return moves;
}

function common(
  name: string,
  old: SchemaObject,
  fresh: SchemaObject,
  place: PlaceInSchema,
  walk: Walk,
): void {
  spend(1 + (requiredOf(old).length + requiredOf(fresh).length) / 8);
  const [one, other] = [propertiesOf(old)[name] as Schema, propertiesOf(fresh)[name] as Schema];
  const at = below(place, "properties", name);
  const [was, is] = [requiredOf(old).includes(name), requiredOf(fresh).includes(name)];
  const isNull = (schema: Schema) => typesOf(schema).includes("null");
  const wasFilled = (schema: SchemaObject) => ((schema[FILLED] ?? []) as string[]).includes(name);
  const base = fieldChange(old, fresh, [name], at);
  if (was !== is && isNull(one) !== isNull(other) && isNull(one) === was) {
    const what = is
      ? `"${name}" is null where it was absent`
      : `"${name}" is absent where it was null`;
    return walk.add({ ...base, rule: is ? 12 : 13, what });
  }
  if (was !== is) {
    const toggled: Change["apply"] = (sender, receiver) => {
      const isThere = typeof receiver === "object" && requiredOf(receiver).includes(name);
      const required = requiredOf(sender).filter((own) => own !== name);
      return { ...sender, required: isThere ? [...required, name] : required };
    };
    const rule = wasFilled(fresh) ? 9 : is ? 7 : 8;
    walk.add({
      ...base,
      apply: toggled,
      rule,
      what: `"${name}" became ${is ? "required" : "optional"}`,
    });
  } else if (wasFilled(fresh) && !wasFilled(old)) {
    walk.add({
      ...base,
      apply: (sender) => sender,
      rule: 9,
      what: `"${name}" is always there, by its default`,
    });
  }
  const [from, to] = [defaultOf(one), defaultOf(other)];
  if (!equals(from, to) && !(wasFilled(fresh) && from === undefined)) {
    walk.add(defaultChange(from, to, { ...base, apply: (sender) => sender }));
  }
  walk.into(one, other, at);
}

function defaultOf(schema: Schema): unknown {
  return typeof schema === "object" ? schema["default"] : undefined;
}

/** P4: rows 50 to 52. */
function defaultChange(from: unknown, to: unknown, base: Omit<Change, "rule" | "what">): Change {
  const what = `default ${told(from)} → ${told(to)}`;
  if (from === undefined) return { ...base, rule: 50, what, least: { request: "warning" } };
  if (to === undefined) return { ...base, rule: 52, what, least: { request: "breaking" } };
  return { ...base, rule: 51, what, least: { request: "breaking", reply: "warning" } };
}
