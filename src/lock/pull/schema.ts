/** JSON Schema as it comes from others, seen in the few forms that fields have. */
import type { LockSchema } from "../document.ts";
import { isObject } from "../from-openapi.ts";

export type Raw = Readonly<Record<string, unknown>>;
export type Defs = Readonly<Record<string, LockSchema>>;

/** Behind `#/$defs/NAME`; the last name on the way. */
export function behind(schema: LockSchema, defs: Defs): { schema: Raw; name?: string } {
  let at: LockSchema = schema;
  let name: string | undefined;
  for (let hops = 0; hops < 20 && typeof at === "object"; hops += 1) {
    const next = nameIn(at);
    if (next === undefined || defs[next] === undefined) break;
    name = next;
    at = defs[next];
  }
  const found = typeof at === "object" ? at : {};
  return name === undefined ? { schema: found } : { schema: found, name };
}

function nameIn({ $ref, ...rest }: Raw): string | undefined {
  if (typeof $ref !== "string" || !$ref.startsWith("#/$defs/")) return undefined;
  const isPlain = Object.keys(rest).every((keyword) => TALK.has(keyword));
  return isPlain ? $ref.slice("#/$defs/".length) : undefined;
}

/** Keywords that say nothing about values. */
export const TALK: ReadonlySet<string> = new Set([
  "$comment",
  "$id",
  "$schema",
  "default",
  "deprecated",
  "description",
  "example",
  "examples",
  "externalDocs",
  "readOnly",
  "title",
  "writeOnly",
]);

/** The schema without null, and whether null was allowed. */
export function withoutNull(schema: Raw, defs: Defs): { schema: Raw; isNullable: boolean } {
  const { nullable, ...rest } = schema;
  let isNullable = nullable === true;
  const cleared: Record<string, unknown> = { ...rest };
  if (Array.isArray(rest["type"])) {
    const types = rest["type"].filter((one) => one !== "null");
    if (types.length < rest["type"].length) isNullable = true;
    cleared["type"] = types.length === 1 ? types[0] : types;
  }
  if (Array.isArray(rest["enum"]) && rest["enum"].includes(null)) {
    // Without a type that allows null, the value null is not allowed by the enum alone.
    if (rest["type"] === undefined) isNullable = true;
    cleared["enum"] = rest["enum"].filter((one) => one !== null);
  }
  for (const keyword of ["anyOf", "oneOf"]) {
    const branches = rest[keyword];
    if (!Array.isArray(branches)) continue;
    const kept = branches.filter((one: LockSchema) => behind(one, defs).schema["type"] !== "null");
    if (kept.length < branches.length) isNullable = true;
    cleared[keyword] = kept;
  }
  return { schema: cleared, isNullable };
}

/** The only branch of a union, or the only part of an `allOf`, where nothing else is said beside it. */
export function onlyPart(schema: Raw): LockSchema | undefined {
  for (const keyword of ["anyOf", "oneOf", "allOf"]) {
    const parts = schema[keyword];
    if (!Array.isArray(parts) || parts.length !== 1) continue;
    const others = Object.keys(schema).filter((one) => one !== keyword && !TALK.has(one));
    if (others.length === 0) return parts[0] as LockSchema;
  }
  return undefined;
}

export interface Members {
  readonly properties: Readonly<Record<string, LockSchema>>;
  readonly required: readonly string[];
  /** Keywords beside them that say more. */
  readonly beside: readonly string[];
}

/** The fields of an object, those of all parts of an `allOf` together; undefined for anything else. */
export function membersOf(schema: Raw, defs: Defs, depth = 0): Members | undefined {
  if (depth > 20) return undefined;
  const { type, properties, required, allOf, additionalProperties, ...others } = schema;
  if (type !== undefined && type !== "object") return undefined;
  const parts = Array.isArray(allOf)
    ? allOf.map((part: LockSchema) => membersOf(behind(part, defs).schema, defs, depth + 1))
    : [];
  if (parts.includes(undefined)) return undefined;
  if (!isObject(properties) && !parts.some((part) => part && hasFields(part))) {
    const isEmpty = additionalProperties === false && Object.keys(others).every((k) => TALK.has(k));
    const isTalk = depth > 0 && Object.keys(schema).every((keyword) => TALK.has(keyword));
    const isPart = depth > 0 && (Array.isArray(required) || type === "object");
    if (!isEmpty && !isTalk && !isPart) return undefined;
  }
  const found = parts.flatMap((part) => part ?? []);
  const own = isObject(properties) ? (properties as Members["properties"]) : {};
  const beside = Object.keys(others).filter((one) => !TALK.has(one) && !one.startsWith("x-"));
  if (isObject(additionalProperties) && Object.keys(additionalProperties).length > 0)
    beside.push("additionalProperties");
  return {
    properties: Object.assign({}, ...found.map((part) => part.properties), own) as typeof own,
    required: [...found.flatMap((part) => part.required), ...((required as string[]) ?? [])],
    beside: [...found.flatMap((part) => part.beside), ...beside],
  };
}

function hasFields({ properties }: Members): boolean {
  return Object.keys(properties).length > 0;
}
