/**
 * Confirms an example with ajv, which knows nothing of this comparison: the sender's schema must accept it,
 * the receiver's must refuse it. ajv is loaded and a schema compiled only when there is an example.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { asQuestion, spend, Unprovable, whyUnprovable } from "../schema/budget.ts";
import { accepts } from "../schema/accepts.ts";
import { matches } from "../values/formats.ts";
import {
  isObject,
  type Json,
  partsOf,
  resolve,
  type Schema,
  type SchemaObject,
} from "../schema/schema.ts";
import { isClosedValue } from "./sent.ts";
import { plainView } from "../schema/view.ts";

interface Judge {
  readonly ajv: Ajv2020;
  /** Schemas that ajv knows, by the name under which others refer to them. */
  readonly names: WeakMap<SchemaObject, string>;
  readonly compiled: WeakMap<SchemaObject, ValidateFunction | undefined>;
  readonly named: Map<string, SchemaObject>;
  /** The names that were given to ajv; the others wait for a value. */
  readonly added: Set<string>;
}

/** ajv keeps every schema that it was given; a process that compares for years begins anew. */
const SCHEMAS_MAX = 20_000;
let current: Judge | undefined;

/** Whether the sender may send the example, and the receiver refuses it. */
export function isConfirmed(example: Json, sender: Schema, receiver: Schema): boolean {
  const ask = () =>
    // First what is counted: ajv would go on for as long as it takes.
    accepts(sender, example, plainView) !== false &&
    accepts(receiver, example, plainView) !== true &&
    isClosedValue(example, sender, plainView) &&
    judge(sender, example) === true &&
    judge(receiver, example) === false;
  try {
    return asQuestion(ask);
  } catch (error) {
    if (whyUnprovable(error) === undefined) throw error;
    return false;
  }
}

function judge(schema: Schema, value: Json): boolean | undefined {
  const at = resolve(schema);
  if (typeof at === "boolean") return at;
  if (current === undefined || current.named.size > SCHEMAS_MAX) current = openJudge();
  try {
    return validatorOf(at, current)?.(value);
  } catch (error) {
    if (whyUnprovable(error) !== undefined) throw error;
    return undefined; // a schema within cannot be read by ajv
  }
}

/** To compile may end this judge, and then the next question gets a new one. */
function validatorOf(schema: SchemaObject, to: Judge): ValidateFunction | undefined {
  if (!to.compiled.has(schema)) to.compiled.set(schema, compile(schema, to));
  return to.compiled.get(schema);
}

/** Keywords of a schema that ajv may write out where it is referred to. */
const INLINE_MAX = 30;

/** For ajv: a pattern that ends after a bounded number of tries, whatever the text. */
function regExp(source: string) {
  const test = (text: string) => {
    const answer = matches(source, text);
    if (answer === undefined) throw new Unprovable(`the pattern ${source} cannot be read`);
    return answer;
  };
  return { test, toString: () => `/${source}/u` };
}
regExp.code = "new RegExp";

function openJudge(): Judge {
  // Most schemas judge one value, so that optimized code would not pay.
  const code = { optimize: false, regExp };
  // A schema that many refer to is not copied to each of them.
  const inlineRefs = INLINE_MAX;
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    validateSchema: false,
    inlineRefs,
    messages: false, // nobody reads them
    code,
  });
  addFormats.default(ajv);
  const names = new WeakMap<SchemaObject, string>();
  const to: Judge = { ajv, names, compiled: new WeakMap(), named: new Map(), added: new Set() };
  const validate = (name: string, value: unknown) => {
    const schema = to.named.get(name);
    const validator = schema === undefined ? undefined : validatorOf(schema, to);
    if (validator === undefined) throw new Error("ajv cannot read the schema");
    return validator(value);
  };
  ajv.addKeyword({ keyword: LATER, schemaType: "string", errors: false, validate });
  return to;
}

/** Says `$ref`, but of a schema that is compiled only when there is a value for it: most have none. */
const LATER = "$later";

function compile(schema: SchemaObject, to: Judge): ValidateFunction | undefined {
  try {
    return to.ajv.getSchema(addedName(schema, to));
  } catch (error) {
    if (whyUnprovable(error) !== undefined) current = undefined; // some of its schemas are missing
    return undefined; // what ajv cannot read is not confirmed
  }
}

/** Every schema that a `$ref` names is a document of its own, so that it is compiled once for all. */
function nameOf(schema: SchemaObject, to: Judge): string {
  const before = to.names.get(schema);
  if (before !== undefined) return before;
  const name = `s:${to.named.size}`;
  to.names.set(schema, name);
  to.named.set(name, schema);
  return name;
}

/** The name, under which ajv knows the schema from now on. */
function addedName(schema: SchemaObject, to: Judge): string {
  const name = nameOf(schema, to);
  if (to.added.has(name)) return name;
  to.added.add(name);
  to.ajv.addSchema(written(schema, to), name);
  return name;
}

/** What ajv needs to compile one schema, in steps of ours. */
const SCHEMA_STEPS = 50;

/** Keywords of which the parts speak of the same value as the schema itself. */
const IN_PLACE = new Set(["allOf", "anyOf", "oneOf", "not", "if", "then", "else"]);
IN_PLACE.add("dependentSchemas");

/**
 * `isCounted`: whether a schema around it may ask which fields of the value were evaluated here; ajv knows
 * that of a `$ref` only.
 */
function written(schema: SchemaObject, to: Judge, isCounted = true): Record<string, unknown> {
  const { $unreadable, $ref: _, $id: _id, id: _old, $anchor: _anchor, ...rest } = schema;
  if ($unreadable !== undefined) throw new Error(String($unreadable));
  spend(SCHEMA_STEPS);
  const copy: Record<string, unknown> = { ...rest };
  delete copy["discriminator"];
  const isCounting = "unevaluatedProperties" in rest || "unevaluatedItems" in rest;
  const copied = new Map<string, object>();
  for (const [[keyword = "", place], part] of partsOf(schema)) {
    const own = writtenPart(part, to, IN_PLACE.has(keyword) && (isCounted || isCounting));
    if (place === undefined) copy[keyword] = own;
    else {
      const parts = copied.get(keyword) ?? (isObject(rest[keyword]) ? {} : []);
      copied.set(keyword, parts);
      // A field may be called __proto__.
      Object.defineProperty(parts, place, { value: own, enumerable: true });
    }
  }
  const whole: Record<string, unknown> = { ...copy, ...Object.fromEntries(copied) };
  if (rest["uniqueItems"] === true && "prefixItems" in rest) {
    // ajv 8 leaves out items that are not of the type of `items`; apart from it, it looks at all of them.
    delete whole["uniqueItems"];
    whole["allOf"] = [...((whole["allOf"] as unknown[] | undefined) ?? []), { uniqueItems: true }];
  }
  return whole;
}

function writtenPart(part: Schema, to: Judge, isCounted: boolean): unknown {
  const at = resolve(part);
  if (typeof at === "boolean") return at;
  if (at === part && !to.names.has(at)) return written(at, to, isCounted);
  return isCounted ? { $ref: addedName(at, to) } : { [LATER]: nameOf(at, to) };
}
