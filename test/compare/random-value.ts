/**
 * Values as a typed sender writes them: by following its schema, with declared fields only. Written without
 * the comparison's own code, so that it can be judged by them.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Json } from "../../src/compare/schema/schema.ts";
import type { Raw } from "./random-schema.ts";

const POOL: readonly Json[] = [
  null,
  true,
  false,
  -2,
  -1,
  0,
  0.5,
  1,
  1.5,
  2,
  3,
  4,
  6,
  12,
  "",
  "a",
  "b",
  "ab",
  "aaa",
  "x1",
  "x",
  "new",
  "aab",
  "2000-01-01",
  "a@example.com",
  "127.0.0.1",
  "00000000-0000-4000-8000-000000000000",
  "2000-01-01T00:00:00Z",
  [],
  ["a"],
  [1, 1],
  {},
  { a: "a" },
  { b: 1, c: null },
];

/** Most schemas are used once. */
const FAST = { optimize: false };

class Unwritten extends Error {}

const DECLARING = [
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
];

export function writer(
  random: () => number,
  sender: Raw | boolean,
  receiver: Raw | boolean,
): () => Json | undefined {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const chance = (share: number) => random() < share;
  const pool = [...POOL, ...literalsIn(sender), ...literalsIn(receiver)];
  const names = ["a", "b", "c", "kind", "x", "x1", "other"];

  function follow(schema: unknown): unknown {
    if (!isRaw(schema) || typeof schema["$ref"] !== "string") return schema;
    const target = schema["$ref"] === "#" ? sender : ((sender as Raw)["$defs"] as Raw)["d"];
    const { $ref: _, ...beside } = schema;
    return Object.keys(beside).length === 0 ? follow(target) : { allOf: [follow(target), beside] };
  }

  const compiled = new Map<Raw, (value: Json) => boolean>();
  const ajv = new Ajv2020({ strict: false, logger: false, validateSchema: false, code: FAST });
  addFormats.default(ajv);
  if (isRaw(sender)) ajv.addSchema(sender, "r:/root");

  /** A value that its own branch refuses is not what a typed sender writes. */
  function fits(schema: Raw, value: Json): boolean {
    let validate = compiled.get(schema);
    if (validate === undefined) {
      const text = JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"r:/root#');
      const one = ajv.compile(JSON.parse(text) as Raw);
      compiled.set(schema, (validate = (it) => one(it)));
    }
    return validate(value);
  }

  /** All schemas that the value is written by: one branch of each choice, or several. */
  function chosen(schema: unknown, depth: number): Raw[] {
    const at = follow(schema);
    if (at === false) throw new Unwritten();
    if (!isRaw(at) || depth > 8) return [];
    const all = [at];
    for (const part of (at["allOf"] ?? []) as unknown[]) all.push(...chosen(part, depth + 1));
    for (const list of ["anyOf", "oneOf"]) {
      const parts = (at[list] ?? []) as unknown[];
      if (parts.length === 0) continue;
      const times = list === "anyOf" && chance(0.4) ? 2 : 1;
      for (let time = 0; time < times; time += 1) all.push(...branch(pick(parts), depth));
    }
    if (at["if"] !== undefined) {
      const isThen = chance(0.5);
      all.push(...branch(isThen ? at["if"] : { not: at["if"] }, depth));
      all.push(...branch(at[isThen ? "then" : "else"], depth));
    }
    return all;
  }

  const branches = new Set<Raw>();

  function branch(schema: unknown, depth: number): Raw[] {
    const leaves = chosen(schema, depth + 1);
    for (const leaf of leaves) branches.add(leaf);
    return leaves;
  }

  function write(schemas: readonly unknown[], depth: number): Json {
    const leaves = schemas.flatMap((schema) => chosen(schema, 0));
    const value = written(leaves, depth);
    if (typeof value !== "object") return value;
    if (leaves.some((leaf) => branches.has(leaf) && !fits(leaf, value))) throw new Unwritten();
    return value;
  }

  function written(leaves: readonly Raw[], depth: number): Json {
    for (const leaf of leaves) {
      if (leaf["enum"] !== undefined) return pick(leaf["enum"] as Json[]);
      if (leaf["const"] !== undefined) return leaf["const"] as Json;
    }
    const types = leaves.flatMap((leaf) => leaf["type"] ?? []) as string[];
    const hinted = leaves.some((leaf) => "properties" in leaf || "required" in leaf);
    const type = types.length > 0 ? pick(types) : hinted && chance(0.8) ? "object" : undefined;
    if (type === "object") return depth > 4 ? {} : object(leaves, depth);
    if (type === "array") return depth > 3 ? [] : array(leaves, depth);
    const isFree = !leaves.some((leaf) => DECLARING.some((keyword) => keyword in leaf));
    if (type === undefined && isFree && !leaves.some(isList)) return pick(pool);
    const scalars = pool.filter((value) => typeof value !== "object" || value === null);
    const fitting = scalars.filter((value) => isType(value, type));
    return fitting.length > 0 && chance(0.9) ? pick(fitting) : pick(scalars);
  }

  function object(leaves: readonly Raw[], depth: number): Json {
    const isFree = !leaves.some((leaf) => DECLARING.some((keyword) => keyword in leaf));
    const required = new Set(leaves.flatMap((leaf) => (leaf["required"] ?? []) as string[]));
    const share = pick([0.2, 0.7, 1]) * (depth < 2 ? 1 : 0.5 ** depth); // wide and deep has no end
    const value: { [name: string]: Json } = {};
    for (const name of new Set([...required, ...names, ...declared(leaves)])) {
      const parts = leaves.flatMap((leaf) => partsFor(leaf, name));
      const isDeclared = parts.length > 0 || required.has(name) || isFree;
      if (!isDeclared || parts.includes(false)) continue;
      if (!required.has(name) && !chance(parts.length > 0 ? share : 0.15)) continue;
      value[name] = write(parts, depth + 1);
    }
    return value;
  }

  function array(leaves: readonly Raw[], depth: number): Json {
    return Array.from({ length: Math.floor(random() * 4) }, (_, index) => {
      const parts = leaves.map(
        (leaf) =>
          ((leaf["prefixItems"] as unknown[] | undefined) ?? [])[index] ?? leaf["items"] ?? true,
      );
      return write(parts, depth + 1);
    });
  }

  return () => {
    try {
      return write([sender], 0);
    } catch (error) {
      if (error instanceof Unwritten) return undefined;
      throw error;
    }
  };
}

function isList(leaf: Raw): boolean {
  return ["items", "prefixItems", "contains"].some((keyword) => keyword in leaf);
}

function declared(leaves: readonly Raw[]): string[] {
  return leaves.flatMap((leaf) => Object.keys((leaf["properties"] ?? {}) as Raw));
}

/** What one schema says of a field; nothing where it does not declare it. */
function partsFor(leaf: Raw, name: string): unknown[] {
  const own = ((leaf["properties"] ?? {}) as Raw)[name];
  const patterns = Object.entries((leaf["patternProperties"] ?? {}) as Raw);
  const hits = patterns.filter(([pattern]) => new RegExp(pattern, "u").test(name));
  const parts = [...(own === undefined ? [] : [own]), ...hits.map(([, part]) => part)];
  if (parts.length > 0) return parts;
  if (leaf["additionalProperties"] !== undefined) return [leaf["additionalProperties"]];
  const rest = leaf["unevaluatedProperties"];
  return rest === undefined || rest === false ? [] : [rest];
}

function isType(value: Json, type: string | undefined): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  return type === undefined || typeof value === type;
}

/** Names, values and bounds of a schema, and what lies beside the bounds. */
function literalsIn(schema: unknown): Json[] {
  if (typeof schema === "number") return [schema, schema + 1, schema - 1];
  if (typeof schema === "string") return [schema];
  if (Array.isArray(schema)) return schema.flatMap(literalsIn);
  return isRaw(schema) ? Object.values(schema).flatMap(literalsIn) : [];
}

function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
