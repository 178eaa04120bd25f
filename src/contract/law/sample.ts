/**
 * Seeded values that fit a contract: the same seed gives the same values. They reach for the ends of
 * ranges and the absence of what may be absent, because that is where versions differ.
 */
import { MarcotError } from "../../errors.ts";
import type { Field, Fields } from "../field.ts";
import { makerOf, type Random } from "./pattern.ts";

/** Mulberry32: small, and good enough to look for mistakes. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One in four is absent where it may be: often enough to meet two absences in one value. */
const ABSENT = 0.25;

/** A value of the program, as a writer may write it. Throws where no value can be made. */
export function sampleOf(fields: Fields, random: Random): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.presence === "required" || random() >= ABSENT)
      value[name] = sampleField(field, random);
  }
  return value;
}

export function sampleField(field: Field, random: Random): unknown {
  const { rule } = field;
  switch (field.kind) {
    case "text":
      return sampleText(field, random);
    case "integer":
      return sampleInteger(field, random);
    case "number":
      return sampleNumber(field, random);
    case "boolean":
      return random() < 0.5;
    case "choice":
      return pick(random, rule.values ?? []);
    case "list":
      return sampleList(field, random);
    case "map":
      return sampleMap(field, random);
    case "object":
      return sampleOf(rule.fields ?? {}, random);
    case "nullable":
      return random() < ABSENT || !rule.item ? null : sampleField(rule.item, random);
    case "decimal":
      return sampleDecimal(random);
    default:
      return sampleOther(field, random);
  }
}

function sampleOther({ kind }: Field, random: Random): unknown {
  switch (kind) {
    case "date":
      return sampleMoment(random).toISOString().slice(0, 10);
    case "datetime":
      return sampleMoment(random);
    case "uuid": {
      const hex = (length: number) =>
        Array.from({ length }, () => "0123456789abcdef"[below(random, 16)]).join("");
      return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
    }
    case "binary":
      return Uint8Array.from({ length: below(random, 9) }, () => below(random, 256));
    default:
      throw unmade("a schema of another library");
  }
}

/** Anything in the range of a `Date` that RFC 3339 can write, with ordinary years more often. */
function sampleMoment(random: Random): Date {
  const [from, to] = random() < ABSENT ? [-62_135_596_800_000, 253_402_300_799_999] : [0, 4e12];
  return new Date(from + Math.floor(random() * (to - from)));
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function pick<T>(random: Random, from: readonly T[]): T | undefined {
  return from[below(random, from.length)];
}

/** Longer would only be slower: what matters are the ends of the allowed lengths. */
const LENGTH_MAX = 12;

function sampleLength(least: number, most: number, random: Random): number {
  if (random() < ABSENT) return least;
  if (random() < ABSENT && most !== Infinity) return most;
  return least + below(random, Math.min(most - least, LENGTH_MAX) + 1);
}

const CHARACTERS = [..."abcXYZ 019.,-_/:@äßλ語😀"];

/** A pattern and a length may be hard to meet both; what is not found by then hardly exists. */
const TRIES_MAX = 100;

function sampleText({ rule }: Field, random: Random): string {
  const { min = 0, max = Infinity, pattern } = rule;
  if (pattern === undefined) {
    const length = sampleLength(min, max, random);
    return Array.from({ length }, () => pick(random, CHARACTERS)).join("");
  }
  const maker = makerOf(pattern);
  for (let i = 0; maker !== undefined && i < TRIES_MAX; i += 1) {
    const text = maker(random);
    const { length } = [...text];
    if (length >= min && length <= max && pattern.test(text)) return text;
  }
  throw unmade(`text that matches ${pattern.source}`);
}

function sampleInteger({ rule }: Field, random: Random): number {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = rule;
  const [least, most] = [Math.ceil(min), Math.floor(max)];
  if (random() < ABSENT) return pick(random, [least, most]) ?? least;
  const middle = Math.min(Math.max(0, least), most);
  const near = middle + below(random, 100) - (random() < 0.5 ? 50 : 0);
  return Math.min(Math.max(near, least), most);
}

function sampleNumber(field: Field, random: Random): number {
  const { min = -1e12, max = 1e12 } = field.rule;
  if (random() < 0.5) {
    const whole = sampleInteger(field, random);
    if (whole >= min && whole <= max) return whole;
  }
  return min + random() * (max - min);
}

function sampleList({ rule }: Field, random: Random): unknown[] {
  const { item, min = 0, max = Infinity } = rule;
  if (item === undefined) return [];
  const length = sampleLength(min, Math.min(max, min + LENGTH_MAX), random);
  return Array.from({ length }, () => sampleField(item, random));
}

function sampleMap({ rule: { item } }: Field, random: Random): Record<string, unknown> {
  if (item === undefined) return {};
  const names = ["a", "b c", "ä/~", "1"].slice(0, below(random, 4));
  return Object.fromEntries(names.map((name) => [name, sampleField(item, random)]));
}

function sampleDecimal(random: Random): string {
  const digits = (length: number) => Array.from({ length }, () => below(random, 10)).join("");
  const whole = random() < 0.5 ? "0" : `${1 + below(random, 9)}${digits(below(random, 5))}`;
  const rest = random() < 0.5 ? "" : `.${digits(1 + below(random, 4))}`;
  return `${random() < ABSENT ? "-" : ""}${whole}${rest}`;
}

function unmade(what: string): MarcotError {
  return new MarcotError("ContractInvalid", `no value can be made for ${what}`);
}
