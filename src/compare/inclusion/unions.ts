/** Unions whose branches differ by type, such as what may be null: each branch is a question of its own. */
import { isAnnotation } from "../schema/same.ts";
import { schemas } from "../schema/cells.ts";
import type { Schema } from "../schema/schema.ts";
import type { View } from "../schema/view.ts";
import type { Answer, Run } from "./run.ts";

interface Part {
  readonly schema: Schema;
  readonly types: readonly string[];
}

/**
 * The answers of the branches of the sender; undefined where they could not tell about the whole. What a field
 * may be besides null is mostly a schema with a name, and so it is compared once and not in each union anew.
 */
export function branchAnswers(sender: Schema, receiver: Schema, run: Run): Answer[] | undefined {
  const own = partsOf(sender, run.sender);
  const theirs = partsOf(receiver, run.receiver);
  if (own === undefined || theirs === undefined || own.length + theirs.length < 3) return undefined;
  const pairs: [Schema, Schema][] = [];
  for (const { schema, types } of own) {
    const takers = theirs.filter((other) => other.types.some((type) => types.includes(type)));
    const [only] = takers;
    if (only === undefined || takers.length > 1) return undefined;
    if (!types.every((type) => only.types.includes(type))) return undefined;
    pairs.push([schema, only.schema]);
  }
  run.unions += 1;
  try {
    return pairs.map(([one, other]) => run.include(one, other));
  } finally {
    run.unions -= 1;
  }
}

/** The branches, or the schema itself; undefined where two branches may take a value of the same type. */
function partsOf(schema: Schema, view: View): Part[] | undefined {
  const at = view.read(schema);
  if (typeof at === "boolean") return undefined;
  const words = Object.keys(at).filter((name) => !isAnnotation(name));
  const [keyword = ""] = words;
  const isUnion = words.length === 1 && (keyword === "anyOf" || keyword === "oneOf");
  const parts = (isUnion ? schemas(at[keyword]) : [at]).map((part) => ({
    schema: part,
    types: typesOf(part, view),
  }));
  const types = parts.flatMap((part) => part.types);
  const isTold = parts.every((part) => part.types.length > 0);
  return isTold && new Set(types).size === types.length ? parts : undefined;
}

/** Empty where the schema does not say. */
function typesOf(schema: Schema, view: View): string[] {
  const at = view.read(schema);
  const type = typeof at === "object" ? at["type"] : undefined;
  const named = (Array.isArray(type) ? type : [type]).filter((one) => typeof one === "string");
  return [...new Set(named.map((one) => (one === "integer" ? "number" : one)))];
}
