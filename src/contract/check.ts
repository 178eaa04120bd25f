/**
 * What runs when a value enters or leaves an app: the functions that `compile` writes call these, and
 * a value that does not fit becomes a list of issues, and then one error.
 */
import { type Issue, MarcotError } from "../errors.ts";
import type { Field } from "./field.ts";

/** Returns the checked copy; where `issues` is not empty afterwards, the return value means nothing. */
export type Check = (value: unknown, issues: Issue[]) => unknown;

/**
 * A reader is helped by the first few places. Without a bound, one body of 1 MiB could make the
 * server write half a million of them.
 */
const ISSUES_MAX = 50;

/** Checks and copies; what does not fit throws the error that `refuse` makes of the issues. */
export function check<T>(
  run: Check,
  value: unknown,
  refuse: (issues: readonly Issue[]) => MarcotError,
): T {
  const issues: Issue[] = [];
  const copy = run(value, issues);
  if (issues.length > 0) throw refuse(issues);
  return copy as T; // the shape's own check has just accepted it
}

export function invalidInput(where: string, issues: readonly Issue[]): MarcotError {
  return new MarcotError("InvalidInput", sentenceOf(where, issues), { errors: issues });
}

/** `faq.v1.create /source: expected an integer, got nothing (and 2 more)` */
export function sentenceOf(where: string, issues: readonly Issue[]): string {
  const [first] = issues;
  if (first === undefined) return where;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return `${where} ${first.pointer || "/"}: expected ${first.expected}, got ${first.got}${more}`;
}

/** What a field expects, in words. */
export function expectationOf(field: Field): string {
  const { min, max, values, pattern, item } = field.rule;
  switch (field.kind) {
    case "text":
      return `text${between(min, max, " characters")}${pattern ? ` that matches ${pattern.source}` : ""}`;
    case "integer":
      return `an integer${between(min, max, "")}`;
    case "number":
      return `a number${between(min, max, "")}`;
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${(values ?? []).join(", ")}`;
    case "list":
      return `a list${between(min, max, " elements")}`;
    case "nullable":
      return item ? `${expectationOf(item)}, or null` : "null";
    default:
      return EXPECTATIONS[field.kind];
  }
}

const EXPECTATIONS = {
  map: "an object",
  object: "an object",
  datetime: "a date and time with an offset, such as 2026-11-24T09:30:00Z",
  date: "a date, such as 2026-11-24",
  uuid: "a UUID",
  decimal: "a decimal number as text",
  binary: "bytes (base64)",
  guest: "a value that its own schema accepts",
};

function between(min: number | undefined, max: number | undefined, unit: string): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}${unit}`;
  if (min !== undefined) return ` of at least ${min}${unit}`;
  return max === undefined ? "" : ` of at most ${max}${unit}`;
}

const GOT_MAX = 60; // long enough to recognise a value, short enough for one line of a log

/** A value in words, for an issue. */
function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return shorten(JSON.stringify(value));
  if (typeof value === "object") return value instanceof Date ? "a date" : "an object";
  return shorten(typeof value === "function" ? "a function" : String(value));
}

function shorten(word: string): string {
  return word.length <= GOT_MAX ? word : `${word.slice(0, GOT_MAX)}…`;
}

export function escape(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function isDate(value: unknown): boolean {
  const parts = typeof value === "string" ? DAY.exec(value) : null;
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day); // Date.UTC takes years below 100 for 19xx
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

/** What the generated functions call: seldom (`bad`), or because V8 inlines it. */
export const helpers = {
  bad(issues: Issue[], pointer: string, expected: string, value: unknown): void {
    if (issues.length < ISSUES_MAX) issues.push({ pointer, expected, got: describe(value) });
  },
  escape,
  isDate,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  isText: (value: string): boolean => value.isWellFormed() && !value.includes("\0"),
  characters: (value: string): number => {
    let count = 0;
    for (const _ of value) count += 1;
    return count;
  },
  isDatetime(value: unknown): boolean {
    const parts = typeof value === "string" ? MOMENT.exec(value) : null;
    if (parts === null || !isDate(parts[1])) return false;
    return helpers.isMoment(new Date(String(value)));
  },
  isMoment(value: unknown): boolean {
    if (!(value instanceof Date)) return false;
    const year = value.getUTCFullYear();
    return year >= 0 && year <= 9999; // NaN, an invalid date, is neither
  },
  toBase64: (value: Uint8Array): string =>
    Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"),
  fromBase64: (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "base64")),
  guest(
    validate: (value: unknown) => unknown,
    value: unknown,
    issues: Issue[],
    at: string,
  ): unknown {
    const answer = validate(value);
    if (typeof answer !== "object" || answer === null) return undefined;
    if ("value" in answer) return answer.value;
    if (!("issues" in answer) || !Array.isArray(answer.issues)) return undefined;
    for (const { message, pointer } of answer.issues) {
      if (issues.length < ISSUES_MAX) {
        issues.push({ pointer: at + pointer, expected: String(message), got: "another value" });
      }
    }
    return undefined;
  },
};
