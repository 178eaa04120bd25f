/** Patterns and formats as ajv and ajv-formats read them. */
import { fullFormats } from "ajv-formats/dist/formats.js";
import { spend } from "../schema/budget.ts";
import { matchesInSteps } from "./language.ts";
import { triesOf } from "./tries.ts";
import { isObject } from "../schema/schema.ts";

/** Undefined: not known. */
export type Verdict = boolean | undefined;

/** What the format says of values of this type: nothing, where it is made for another. */
export function acceptsFormat(name: unknown, value: number | string): Verdict {
  if (name === undefined) return true;
  if (typeof name !== "string" || !Object.hasOwn(fullFormats, name)) return undefined;
  const format: unknown = fullFormats[name as keyof typeof fullFormats];
  if (format instanceof RegExp) return typeof value === "number" || testRegExp(format, value);
  if (typeof format === "function")
    return typeof value === "number" || (format(value) as unknown) === true;
  if (!isObject(format)) return true; // `password` and the like say nothing
  if ((format["type"] ?? "string") !== typeof value) return true;
  const { validate } = format;
  if (validate instanceof RegExp) return testRegExp(validate, String(value));
  return typeof validate === "function" ? validate(value) === true : true;
}

function testRegExp(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0; // some formats are kept with the flag g
  return pattern.test(text);
}

/** A RegExp tries so often in a millisecond. */
const TRIES_MAX = 100_000;

/** More patterns than two documents have. */
const PATTERNS_MAX = 10_000;

const patterns = new Map<string, RegExp | undefined>();

/** As ajv reads a pattern; undefined where it is none. */
function toRegExp(source: string): RegExp | undefined {
  if (!patterns.has(source)) {
    if (patterns.size > PATTERNS_MAX) patterns.clear();
    try {
      patterns.set(source, new RegExp(source, "u"));
    } catch {
      patterns.set(source, undefined);
    }
  }
  return patterns.get(source);
}

/** As ajv reads a pattern, without the risk that a text makes it try for years. */
export function matches(source: unknown, text: string): Verdict {
  const regExp = typeof source === "string" ? toRegExp(source) : undefined;
  if (typeof source !== "string" || regExp === undefined) return undefined;
  const tries = triesOf(source, text.length);
  if (tries > TRIES_MAX) return matchesInSteps(source, text);
  spend(1 + tries / 100);
  return regExp.test(text);
}
