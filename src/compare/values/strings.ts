/** What a cell says of texts: length, patterns, formats. */
import { fullFormats } from "ajv-formats/dist/formats.js";
import { findText, type Texts } from "./language.ts";
import { spend } from "../schema/budget.ts";
import { isObject, type SchemaObject } from "../schema/schema.ts";

export interface TextRule extends Texts {
  readonly formats: readonly string[];
}

/** The plainest text of a format. */
const SAMPLES: Readonly<Record<string, string>> = {
  date: "2000-01-01",
  time: "00:00:00Z",
  "date-time": "2000-01-01T00:00:00Z",
  "iso-time": "00:00:00Z",
  "iso-date-time": "2000-01-01T00:00:00Z",
  duration: "P1D",
  uri: "http://a",
  "uri-reference": "a",
  "uri-template": "a",
  url: "http://example.com",
  email: "a@example.com",
  hostname: "a",
  ipv4: "127.0.0.1",
  ipv6: "::1",
  regex: "a",
  uuid: "00000000-0000-4000-8000-000000000000",
  "json-pointer": "/a",
  "json-pointer-uri-fragment": "#/a",
  "relative-json-pointer": "0",
  byte: "YQ==",
};

/** Shortest and longest text of a format, in code points, where they are sure. */
const LENGTHS: Readonly<Record<string, readonly [number, number]>> = {
  date: [10, 10],
  "date-time": [20, Infinity],
  email: [3, Infinity],
  ipv4: [7, 15],
  uuid: [36, 45], // 45 with `urn:uuid:` before it
};

export function textRuleOf(leaves: readonly SchemaObject[]): TextRule {
  let [min, max] = [0, Infinity];
  const patterns = new Set<string>();
  const formats = new Set<string>();
  for (const leaf of leaves) {
    if (typeof leaf["minLength"] === "number") min = Math.max(min, leaf["minLength"]);
    if (typeof leaf["maxLength"] === "number") max = Math.min(max, leaf["maxLength"]);
    if (typeof leaf["pattern"] === "string") patterns.add(leaf["pattern"]);
    if (typeof leaf["format"] === "string" && isOfText(leaf["format"])) formats.add(leaf["format"]);
  }
  return { min, max, patterns: [...patterns], formats: [...formats] };
}

/** Whether the format says something of texts. An unknown one may. */
function isOfText(name: string): boolean {
  if (!Object.hasOwn(fullFormats, name)) return true;
  const format: unknown = fullFormats[name as keyof typeof fullFormats];
  if (format instanceof RegExp || typeof format === "function") return true;
  return isObject(format) && format["type"] !== "number";
}

export function isEmptyText({ min, max, formats }: TextRule): boolean {
  const lengths = formats.flatMap((name) => (LENGTHS[name] ? [LENGTHS[name]] : []));
  const least = Math.max(min, ...lengths.map(([short]) => short));
  return least > Math.min(max, ...lengths.map(([, long]) => long));
}

export interface TextAnswer {
  readonly isWithin: boolean;
  /** Texts that may be of one and not of the other. */
  readonly tries: readonly string[];
  readonly why: string;
}

export function compareTexts(inner: TextRule, outer: TextRule, isShape: boolean): TextAnswer {
  const tries: string[] = [];
  const formats = outer.formats.filter(
    (name) => !inner.formats.includes(name) && !(isShape && inner.formats.length === 0),
  );
  const patterns = outer.patterns.filter(
    (pattern) => !inner.patterns.includes(pattern) && !isUniversal(pattern),
  );
  const lengths = inner.formats.flatMap((name) => (LENGTHS[name] ? [LENGTHS[name]] : []));
  const [min, max] = [
    Math.max(inner.min, ...lengths.map(([short]) => short)),
    Math.min(inner.max, ...lengths.map(([, long]) => long)),
  ];
  let isWithin = formats.length === 0;
  if (patterns.length > 0 || min < outer.min || max > outer.max) {
    const isCounted = patterns.length + inner.patterns.length === 0;
    const found = isCounted
      ? undefined // lengths alone need no search
      : findText({ ...inner, min, max }, { ...outer, patterns });
    if (typeof found === "string") tries.push(found);
    if (found !== null) isWithin = false;
  }
  if (!isWithin) tries.push(...textsOf(inner, [outer]));
  const what = [...patterns.map((pattern) => `the pattern ${pattern}`), ...formats];
  return { isWithin, tries, why: `not every text is known to fit ${what.join(" and ")}` };
}

function isUniversal(pattern: string): boolean {
  return ["", ".*", "^", "$", "^.*", ".*$", "^[\\s\\S]*$", "(.*)"].includes(pattern);
}

/** Texts worth a try: of the format, of the pattern, and as long as the others' bounds tell apart. */
export function textsOf(rule: TextRule, others: readonly TextRule[] = []): string[] {
  const all = [rule, ...others];
  const texts = ["", "a", "0", "A"];
  for (const name of all.flatMap(({ formats }) => formats)) {
    const sample = SAMPLES[name];
    if (sample !== undefined) texts.push(sample);
  }
  const bounds = all.flatMap(({ min, max }) => [min, min - 1, max, max + 1]);
  for (const length of new Set(bounds.filter((bound) => bound > 0 && bound <= LENGTH_MAX))) {
    spend(length / 4); // it is kept in memory
    texts.push("a".repeat(length));
  }
  if (rule.patterns.length > 0) {
    for (const min of new Set([rule.min, ...others.map(({ max }) => max + 1)])) {
      if (!isFinite(min) || min > LENGTH_MAX || min > rule.max) continue;
      const found = findText({ ...rule, min: Math.max(min, rule.min) });
      if (typeof found === "string") texts.push(found);
    }
  }
  return texts;
}

/** A longer text would be no example that anybody reads, and the search for it takes memory. */
const LENGTH_MAX = 5_000_000;
