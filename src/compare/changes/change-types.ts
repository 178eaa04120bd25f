/** Differences of types: rows 24 to 37 and 41. */
import { type Change, fromKeys, type PlaceInSchema } from "./change.ts";
import { resolve, type Schema, type SchemaObject } from "../schema/schema.ts";

const ALL = ["null", "boolean", "number", "string", "array", "object", "integer"];

/** The types that a schema names, through its unions too; all where it names none. */
export function typesOf(schema: Schema, depth = 0): string[] {
  const at = resolve(schema);
  if (typeof at === "boolean") return at ? ALL : [];
  if (typeof at["type"] === "string") return [at["type"]];
  if (Array.isArray(at["type"])) return at["type"] as string[];
  const listed = at["const"] === undefined ? at["enum"] : [at["const"]];
  if (Array.isArray(listed)) return [...new Set(listed.map(typeOf))];
  for (const keyword of ["anyOf", "oneOf"]) {
    const parts = at[keyword];
    if (Array.isArray(parts) && depth < 5) {
      return [...new Set((parts as Schema[]).flatMap((part) => typesOf(part, depth + 1)))];
    }
  }
  const parts = Array.isArray(at["allOf"]) && depth < 5 ? (at["allOf"] as Schema[]) : [];
  const narrowest = parts.map((part) => typesOf(part, depth + 1)).find(({ length }) => length < 7);
  if (narrowest !== undefined) return narrowest;
  return at["properties"] === undefined ? ALL : ["object"];
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

export function typeChange(
  old: SchemaObject,
  fresh: SchemaObject,
  place: PlaceInSchema,
): Change | undefined {
  const withoutNull = (schema: SchemaObject) => {
    const types = typesOf(schema);
    return types.length > 1 ? types.filter((type) => type !== "null") : types;
  };
  const [before, after] = [withoutNull(old), withoutNull(fresh)];
  if (before.toSorted().join() === after.toSorted().join()) return undefined;
  const isShared = before.some((type) => after.some((other) => overlap(type, other)));
  const rule = rowOf(before, after, fresh, place);
  const [from, to] = [nameOf(before), nameOf(after)];
  const base = { rule, what: `${from} becomes ${to}`, place, old, fresh };
  const isPlain = "type" in old && "type" in fresh;
  if (isShared && isPlain) return { ...base, apply: fromKeys(["type"]) };
  return { ...base, isWhole: true, apply: (_, receiver) => receiver };
}

function overlap(one: string, other: string): boolean {
  const both = [one, other].toSorted().join();
  return one === other || both === "integer,number";
}

function nameOf(types: readonly string[]): string {
  return types.length > 5 ? "anything" : types.join(" or ");
}

/** What widens or narrows an item of a list, or a value of a map, is called so. */
const CONTAINED = { list: [85, 86], map: [91, 92], field: undefined } as const;

function rowOf(
  before: readonly string[],
  after: readonly string[],
  fresh: SchemaObject,
  { within, pointer }: PlaceInSchema,
): number {
  const has = (types: readonly string[], type: string) =>
    types.includes(type) || (type === "integer" && types.includes("number"));
  const isWider = before.every((type) => has(after, type));
  const isNarrower = after.every((type) => has(before, type));
  const contained = CONTAINED[within];
  if (contained !== undefined && isWider) return contained[0];
  if (contained !== undefined && isNarrower) return contained[1];
  if (after.length > 5) return 35;
  if (before.length > 5) return 36;
  const change = `${before.join()} ${after.join()}`;
  if (change === "integer number") return 24;
  if (change === "number integer") return 25;
  if (isWider) return 29;
  if (isNarrower) return 30;
  if (after.join() === "array") return 31;
  if (before.join() === "array") return 32;
  if (change === "boolean string") return 28;
  if (change === "integer string") {
    if (fresh["format"] === "uuid" || /(^|_)id$/i.test(pointer.at(-1) ?? "")) return 41;
    return typeof fresh["pattern"] === "string" && fresh["pattern"].includes("[0-9]") ? 37 : 27;
  }
  return 26;
}
