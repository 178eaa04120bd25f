/**
 * Whether a schema accepts a value: yes, no, or not known (undefined) where a keyword is not understood.
 * It decides single values within a proof; what people are told is confirmed by ajv besides.
 */
import { acceptsFormat, matches, type Verdict } from "../values/formats.ts";
import { isObject, type Json, type Schema, type SchemaObject } from "./schema.ts";
import { spend } from "./budget.ts";
import type { View } from "./view.ts";

/** A schema that contains itself without a field between has no end; no value is as deep as this. */
const DEPTH_MAX = 300;
let depth = 0;

/** Most schemas have none of these, and are asked often. */
const BRANCHES = ["allOf", "anyOf", "oneOf", "not", "if"];

export function accepts(schema: Schema, value: Json, view: View): Verdict {
  const at = view.read(schema);
  if (typeof at === "boolean") return at;
  spend(1);
  if (typeof value !== "object" || value === null) return decide(at, value, view);
  // Examples are put together from smaller ones, which were asked about before.
  const known = view.verdicts.get(at) ?? new WeakMap<object, boolean>();
  view.verdicts.set(at, known);
  const answer: Verdict = known.get(value) ?? decide(at, value, view);
  if (answer !== undefined) known.set(value, answer);
  return answer;
}

function decide(at: SchemaObject, value: Json, view: View): Verdict {
  if (!BRANCHES.some((keyword) => at[keyword] !== undefined)) return acceptsLeaf(at, value, view);
  if (depth > DEPTH_MAX) return undefined;
  depth += 1;
  try {
    return all([() => acceptsLeaf(at, value, view), () => acceptsBranches(at, value, view)]);
  } finally {
    depth -= 1;
  }
}

export function all(questions: readonly (() => Verdict)[]): Verdict {
  let answer: Verdict = true;
  for (const ask of questions) {
    const one = ask();
    if (one === false) return false;
    if (one === undefined) answer = undefined;
  }
  return answer;
}

const opposite = (answer: Verdict) => (answer === undefined ? undefined : !answer);
const any = (questions: readonly (() => Verdict)[]) =>
  opposite(all(questions.map((ask) => () => opposite(ask()))));

function acceptsBranches(at: SchemaObject, value: Json, view: View): Verdict {
  const ask = (part: Schema) => () => accepts(part, value, view);
  const lists = (keyword: string) => ((at[keyword] as Schema[] | undefined) ?? []).map(ask);
  return all([
    ...lists("allOf"),
    () => (at["anyOf"] === undefined ? true : any(lists("anyOf"))),
    () => (at["oneOf"] === undefined ? true : exactlyOne(lists("oneOf"))),
    () => (at["not"] === undefined ? true : opposite(ask(at["not"] as Schema)())),
    () => {
      if (at["if"] === undefined) return true;
      const then = ask((at["then"] as Schema | undefined) ?? true);
      const otherwise = ask((at["else"] as Schema | undefined) ?? true);
      const holds = ask(at["if"] as Schema)();
      if (holds === undefined) return then() === otherwise() ? then() : undefined;
      return holds ? then() : otherwise();
    },
  ]);
}

function exactlyOne(questions: readonly (() => Verdict)[]): Verdict {
  const answers = questions.map((ask) => ask());
  const yes = answers.filter((answer) => answer === true).length;
  if (yes > 1) return false;
  return answers.includes(undefined) ? undefined : yes === 1;
}

/** The keywords of the schema itself, without `allOf`, `anyOf`, `oneOf`, `not` and `if`. */
export function acceptsLeaf(at: SchemaObject, value: Json, view: View): Verdict {
  if (typeof at["$unreadable"] === "string" || "$dynamicRef" in at) return undefined;
  const type = at["type"];
  if (type !== undefined) {
    const types: unknown[] = Array.isArray(type) ? type : [type];
    if (!types.some((one) => isOfType(value, one))) return false;
  }
  if (Array.isArray(at["enum"]) && !isListed(at["enum"], value)) return false;
  if (at["const"] !== undefined && !equals(at["const"], value)) return false;
  if (typeof value === "number") return acceptsNumber(at, value);
  if (typeof value === "string") return acceptsString(at, value);
  if (Array.isArray(value)) return acceptsArray(at, value as readonly Json[], view);
  if (isObject(value)) return acceptsObject(at, value as { [name: string]: Json }, view);
  return true;
}

function isOfType(value: Json, type: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

const listed = new WeakMap<readonly unknown[], ReadonlySet<unknown>>();

/** Lists of thousands of texts or numbers are asked for each of another such list. */
export function isListed(list: readonly unknown[], value: unknown): boolean {
  const known = listed.get(list) ?? new Set(list);
  listed.set(list, known);
  if (typeof value !== "object" || value === null) return known.has(value);
  spend(list.length);
  return list.some((one) => equals(one, value));
}

export function equals(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    spend(1 + one.length / 8);
    return one.length === other.length && one.every((item, index) => equals(item, other[index]));
  }
  if (isObject(one) && isObject(other)) {
    const names = Object.keys(one);
    spend(1 + names.length / 8);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && equals(one[name], other[name]))
    );
  }
  return one === other;
}

function acceptsNumber(at: SchemaObject, value: number): Verdict {
  const bound = (keyword: string) => at[keyword] as number | undefined;
  const step = bound("multipleOf");
  return (
    value >= (bound("minimum") ?? -Infinity) &&
    value <= (bound("maximum") ?? Infinity) &&
    value > (bound("exclusiveMinimum") ?? -Infinity) &&
    value < (bound("exclusiveMaximum") ?? Infinity) &&
    (step === undefined || Number.isInteger(value / step)) &&
    acceptsFormat(at["format"], value)
  );
}

export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

function acceptsString(at: SchemaObject, value: string): Verdict {
  spend(value.length / 8);
  const length = lengthOf(value);
  if (length < ((at["minLength"] as number | undefined) ?? 0)) return false;
  if (length > ((at["maxLength"] as number | undefined) ?? Infinity)) return false;
  const isMatch = at["pattern"] === undefined ? true : matches(at["pattern"], value);
  return isMatch === true ? acceptsFormat(at["format"], value) : isMatch;
}

function acceptsArray(at: SchemaObject, value: readonly Json[], view: View): Verdict {
  const number = (keyword: string, otherwise: number) =>
    (at[keyword] as number | undefined) ?? otherwise;
  if (value.length < number("minItems", 0) || value.length > number("maxItems", Infinity)) {
    return false;
  }
  if (at["uniqueItems"] === true && hasDouble(value)) return false;
  const prefix = (at["prefixItems"] as Schema[] | undefined) ?? [];
  const rest = (at["items"] as Schema | undefined) ?? true;
  return all([
    ...value.map((item, index) => () => accepts(prefix[index] ?? rest, item, view)),
    () => (at["unevaluatedItems"] === undefined ? true : undefined),
    () => {
      if (at["contains"] === undefined) return true;
      const answers = value.map((item) => accepts(at["contains"] as Schema, item, view));
      const most = answers.filter((answer) => answer !== false).length;
      const least = answers.filter((answer) => answer === true).length;
      const [min, max] = [number("minContains", 1), number("maxContains", Infinity)];
      if (most < min || least > max) return false;
      return least >= min && most <= max ? true : undefined;
    },
  ]);
}

function hasDouble(value: readonly Json[]): boolean {
  spend((value.length * value.length) / 16);
  return value.some((item, index) => value.slice(0, index).some((other) => equals(other, item)));
}

function acceptsObject(at: SchemaObject, value: { [name: string]: Json }, view: View): Verdict {
  const names = Object.keys(value);
  spend(names.length + requiredCount(at) / 8);
  const has = (name: string) => Object.hasOwn(value, name);
  if (!((at["required"] as string[] | undefined) ?? []).every(has)) return false;
  if (names.length < ((at["minProperties"] as number | undefined) ?? 0)) return false;
  if (names.length > ((at["maxProperties"] as number | undefined) ?? Infinity)) return false;
  const needs = Object.entries((at["dependentRequired"] ?? {}) as Record<string, string[]>);
  if (needs.some(([name, others]) => has(name) && !others.every(has))) return false;
  const dependent = Object.entries((at["dependentSchemas"] ?? {}) as Record<string, Schema>);
  return all([
    ...dependent.map(
      ([name, part]) =>
        () =>
          has(name) ? accepts(part, value, view) : true,
    ),
    ...names.map((name) => () => acceptsField(at, name, value[name] as Json, view)),
    () => (at["unevaluatedProperties"] === undefined ? true : undefined),
  ]);
}

function requiredCount(at: SchemaObject): number {
  const needs = Object.values((at["dependentRequired"] ?? {}) as Record<string, string[]>);
  return needs.reduce((sum, { length }) => sum + length, (at["required"] as string[] | undefined)?.length ?? 0); // prettier-ignore
}

function acceptsField(at: SchemaObject, name: string, value: Json, view: View): Verdict {
  const properties = (at["properties"] ?? {}) as Record<string, Schema>;
  const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
  const hits = Object.entries((at["patternProperties"] ?? {}) as Record<string, Schema>).map(
    ([pattern, part]) => ({ part, isHit: matches(pattern, name) }),
  );
  const rest = (at["additionalProperties"] as Schema | undefined) ?? true;
  const isRest: Verdict =
    own === undefined &&
    all(
      hits.map(
        ({ isHit }) =>
          () =>
            opposite(isHit),
      ),
    );
  return all([
    () => (own === undefined ? true : accepts(own, value, view)),
    ...hits.map(({ part, isHit }) => () => {
      if (isHit === false) return true;
      const answer = accepts(part, value, view);
      return isHit === true || answer === true ? answer : undefined;
    }),
    () => {
      if (isRest === false) return true;
      const answer = accepts(rest, value, view);
      return isRest === true || answer === true ? answer : undefined;
    },
    () =>
      at["propertyNames"] === undefined ? true : accepts(at["propertyNames"] as Schema, name, view),
  ]);
}
