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
  count: number;
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
  if (current === undefined || current.count > SCHEMAS_MAX) current = openJudge();
  const { compiled } = current; // to compile may end this judge, and then the next question gets a new one
  if (!compiled.has(at)) compiled.set(at, compile(at, current));
  return compiled.get(at)?.(value);
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
    code,
  });
  addFormats.default(ajv);
  return { ajv, names: new WeakMap(), compiled: new WeakMap(), count: 0 };
}

function compile(schema: SchemaObject, to: Judge): ValidateFunction | undefined {
  try {
    return to.ajv.getSchema(nameOf(schema, to));
  } catch (error) {
    if (whyUnprovable(error) !== undefined) current = undefined; // some of its schemas are missing
    return undefined; // what ajv cannot read is not confirmed
  }
}

/** Every schema that a `$ref` names is a document of its own, so that it is compiled once for all. */
function nameOf(schema: SchemaObject, to: Judge): string {
  const before = to.names.get(schema);
  if (before !== undefined) return before;
  const name = `s:${(to.count += 1)}`;
  to.names.set(schema, name);
  to.ajv.addSchema(written(schema, to), name);
  return name;
}

/** What ajv needs to compile one schema, in steps of ours. */
const SCHEMA_STEPS = 50;

function written(schema: SchemaObject, to: Judge): Record<string, unknown> {
  const { $unreadable, $ref: _, $id: _id, id: _old, $anchor: _anchor, ...rest } = schema;
  if ($unreadable !== undefined) throw new Error(String($unreadable));
  spend(SCHEMA_STEPS);
  const copy: Record<string, unknown> = { ...rest };
  delete copy["discriminator"];
  const copied = new Map<string, object>();
  for (const [[keyword = "", place], part] of partsOf(schema)) {
    const own = writtenPart(part, to);
    if (place === undefined) copy[keyword] = own;
    else {
      const parts = copied.get(keyword) ?? (isObject(rest[keyword]) ? {} : []);
      copied.set(keyword, parts);
      // A field may be called __proto__.
      Object.defineProperty(parts, place, { value: own, enumerable: true });
    }
  }
  return { ...copy, ...Object.fromEntries(copied) };
}

function writtenPart(part: Schema, to: Judge): unknown {
  const at = resolve(part);
  if (typeof at === "boolean") return at;
  return at === part && !to.names.has(at) ? written(at, to) : { $ref: nameOf(at, to) };
}
