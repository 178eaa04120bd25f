/**
 * JSON Schemas as the comparison reads them: one dialect (2020-12), every `$ref` linked to what it names.
 * A schema that stands alone next to others' definitions is read by a `Reader` of the whole document.
 */
import { LEVELS_MAX } from "./budget.ts";
import { toModern, wrongKeyword } from "./modern.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export type Schema = boolean | SchemaObject;
export interface SchemaObject {
  readonly [keyword: string]: unknown;
}

/** Reads schemas of one document; the same part of it gives the same object again. */
export interface Reader {
  read(raw: unknown): Schema;
}

export interface ReaderOptions {
  /** Whether keywords beside a `$ref` count: not before 2019-09, nor in OpenAPI 3.0. Default: they do. */
  readonly ignoresBesideRef?: boolean;
  /**
   * What a field with a default is: `optional` to who sends a request, `required` to who reads an answer.
   * Default: what the schema says.
   */
  readonly defaults?: "optional" | "required" | undefined;
}

/** Fields that the schema requires although they have a default: they may still be left out. */
export const FILLED = "$filled";

const targets = new WeakMap<SchemaObject, () => Schema>();

export const ONE = [
  "items",
  "additionalProperties",
  "propertyNames",
  "contains",
  "not",
  "if",
  "then",
  "else",
  "unevaluatedProperties",
  "unevaluatedItems",
];
export const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];
export const MAPS = ["properties", "patternProperties", "dependentSchemas"];
const IS_SCHEMA = new Set([...ONE, ...LISTS, ...MAPS, "$defs", "definitions", "dependencies"]);

/** What stands beside a `$ref` and says nothing about the value. */
const BESIDE = new Set(["$ref", "$defs", "definitions", "$schema", "$id", "id", "$comment"]);

export function readerOf(document: unknown, options: ReaderOptions = {}): Reader {
  const known = new Map<object, Schema>();
  let level = 0;
  const ignoresBesideRef = options.ignoresBesideRef ?? isOldDraft(document);

  function read(raw: unknown): Schema {
    if (typeof raw === "boolean") return raw;
    if (Array.isArray(raw)) return unreadable("a list is not a schema");
    if (!isObject(raw)) return unreadable(`${JSON.stringify(raw)} is not a schema`);
    const before = known.get(raw);
    if (before !== undefined) return before;
    if (hasOwnBase(raw) && raw !== document) return unreadable("a schema within has its own $id");
    const schema: Record<string, unknown> = {};
    known.set(raw, schema);
    level += 1;
    if (level > LEVELS_MAX) schema["$unreadable"] = "it is nested too deeply";
    else fill(schema, raw);
    level -= 1;
    return schema;
  }

  function fill(schema: Record<string, unknown>, raw: SchemaObject): void {
    const ref = raw["$ref"];
    if (typeof ref === "string") {
      const rest = Object.keys(raw).filter((key) => !BESIDE.has(key));
      if (rest.length === 0 || ignoresBesideRef) {
        link(schema, ref);
        return;
      }
      const own: Record<string, unknown> = {};
      link(own, ref);
      const { $ref: _, ...others } = raw;
      fill(schema, others);
      schema["allOf"] = [own, ...((schema["allOf"] as Schema[] | undefined) ?? [])];
      return;
    }
    const modern = toModern(raw);
    const why = whyUnreadable(modern);
    if (why !== undefined) {
      schema["$unreadable"] = why;
      return;
    }
    if (options.defaults !== undefined) fillDefaults(modern, options.defaults);
    for (const [keyword, value] of Object.entries(modern)) {
      if (keyword === "$defs" || keyword === "definitions" || keyword === "$unreadable") continue;
      if (ONE.includes(keyword)) schema[keyword] = read(value);
      else if (LISTS.includes(keyword) && Array.isArray(value)) schema[keyword] = value.map(read);
      else if (MAPS.includes(keyword) && isObject(value)) schema[keyword] = mapValues(value, read);
      else schema[keyword] = value;
    }
  }

  function link(schema: Record<string, unknown>, ref: string): void {
    schema["$ref"] = ref;
    let target: Schema | undefined;
    targets.set(schema, () => (target ??= find(ref)));
  }

  function find(ref: string): Schema {
    const raw = ref.startsWith("#") ? atPointer(document, ref.slice(1)) : undefined;
    return raw === undefined ? unreadable(`"${ref}" cannot be found`) : read(raw);
  }

  return { read };
}

/** The schema behind a `$ref`, or the schema itself. */
export function resolve(schema: Schema): Schema {
  let at = schema;
  for (let hops = 0; typeof at === "object"; hops += 1) {
    const target = targets.get(at);
    if (target === undefined) return at;
    if (hops > 50) return unreadable("a $ref leads back to itself");
    at = target();
  }
  return at;
}

/** A schema about which nothing can be proved; `why` is told to people. */
export function unreadable(why: string): SchemaObject {
  return { $unreadable: why };
}

export function atPointer(document: unknown, pointer: string): unknown {
  if (pointer === "") return document;
  if (!pointer.startsWith("/")) return findAnchor(document, pointer);
  let at = document;
  for (const part of pointer.slice(1).split("/")) {
    const name = decoded(part)?.replaceAll("~1", "/").replaceAll("~0", "~");
    if (name === undefined || typeof at !== "object" || at === null) return undefined;
    if (!Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined; // a % that stands alone
  }
}

const anchors = new WeakMap<object, ReadonlyMap<string, unknown>>();

/** All anchors of a document are gathered at once: it may have as many references as it has parts. */
function findAnchor(document: unknown, anchor: string): unknown {
  if (typeof document !== "object" || document === null) return undefined;
  const known = anchors.get(document);
  if (known !== undefined) return known.get(anchor);
  const found = new Map<string, unknown>();
  for (const at of within(document)) {
    const { $anchor, $id } = at as { $anchor?: unknown; $id?: unknown };
    const names = [$anchor, typeof $id === "string" && $id.startsWith("#") ? $id.slice(1) : null];
    for (const name of names) {
      if (typeof name === "string" && !found.has(name)) found.set(name, at);
    }
  }
  anchors.set(document, found);
  return found.get(anchor);
}

/** All objects and lists within a value, itself first. */
function* within(value: object): Generator<object> {
  const found = new Set([value]);
  for (const at of found) {
    yield at;
    for (const part of Object.values(at) as unknown[]) {
      if (typeof part === "object" && part !== null) found.add(part);
    }
  }
}

function whyUnreadable(modern: SchemaObject): string | undefined {
  const wrong = wrongKeyword(modern);
  if (wrong !== undefined) return `"${wrong}" has a value that cannot be`;
  return isShallow(modern) ? undefined : "it has a value that is nested too deeply";
}

/** Whether what is no schema (`enum`, `default`) has few enough levels to be compared and written. */
function isShallow(schema: SchemaObject): boolean {
  let level: unknown[] = [];
  for (const keyword of Object.keys(schema)) {
    const value = schema[keyword];
    if (typeof value === "object" && !IS_SCHEMA.has(keyword)) level.push(value);
  }
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LEVELS_MAX) return false;
    level = level.flatMap((value) =>
      typeof value === "object" && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return true;
}

function fillDefaults(schema: Record<string, unknown>, presence: "optional" | "required"): void {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const filled = Object.keys(properties).filter((name) => {
    const property = properties[name];
    return isObject(property) && property["default"] !== undefined;
  });
  if (filled.length === 0) return;
  const required = (schema["required"] as string[] | undefined) ?? [];
  schema[FILLED] = required.filter((name) => filled.includes(name));
  schema["required"] =
    presence === "required"
      ? [...new Set([...required, ...filled])]
      : required.filter((name) => !filled.includes(name));
}

/** Below such a schema every `$ref` would mean something else. */
function hasOwnBase({ $id }: SchemaObject): boolean {
  return typeof $id === "string" && !$id.startsWith("#");
}

function isOldDraft(document: unknown): boolean {
  const name = isObject(document) ? document["$schema"] : undefined;
  return typeof name === "string" && /draft-0[3-7]/.test(name);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function mapValues<T>(
  values: Readonly<Record<string, unknown>>,
  change: (value: unknown) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

/** Schemas directly within a schema, with where they stand in it. */
export function partsOf(schema: SchemaObject): [place: readonly string[], part: Schema][] {
  const parts: [readonly string[], Schema][] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (ONE.includes(keyword)) parts.push([[keyword], value as Schema]);
    else if (LISTS.includes(keyword) && Array.isArray(value)) {
      for (const [index, part] of (value as Schema[]).entries())
        parts.push([[keyword, String(index)], part]);
    } else if (MAPS.includes(keyword) && isObject(value)) {
      for (const [name, part] of Object.entries(value))
        parts.push([[keyword, name], part as Schema]);
    }
  }
  return parts;
}

export function pointerOf(parts: readonly string[]): string {
  return parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
