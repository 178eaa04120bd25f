/**
 * Pairs of schemas, one made from the other by a few changes, and values that a typed sender would write.
 * Wherever the comparison says "safe", ajv must accept every one of them at the receiver.
 *
 *     npm run fuzz:compare [pairs] [seed]
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { accepts } from "../../src/compare/schema/accepts.ts";
import { isConfirmed } from "../../src/compare/inclusion/confirm.ts";
import { inclusion } from "../../src/compare/inclusion/include.ts";
import { type Json, readerOf } from "../../src/compare/schema/schema.ts";
import { isShapeRefused } from "../../src/compare/inclusion/shape.ts";
import { isClosedValue } from "../../src/compare/inclusion/sent.ts";
import { plainView } from "../../src/compare/schema/view.ts";
import { type Raw, schemaMaker } from "./random-schema.ts";
import { writer } from "./random-value.ts";

const VALUES = 200;

export interface Outcome {
  readonly pairs: number;
  readonly yes: number;
  readonly no: number;
  readonly unknown: number;
  /** Values that the sender's schema accepts, and so were tried on the receiver. */
  readonly values: number;
  /** Each is a defect. */
  readonly faults: readonly string[];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function fuzz(pairs: number, seed: number): Outcome {
  const count = { yes: 0, no: 0, unknown: 0, values: 0 };
  const faults: string[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const random = randomFrom(seed * 1_000_003 + pair);
    const make = schemaMaker(random);
    const one = make.schema();
    const other = make.changed(one);
    // Beside other keywords, ajv 8 takes lists where `contains` wants an item that they lack.
    const text = JSON.stringify([one, other]);
    const hasContains = text.includes('"contains"');
    if (hasContains && /"(prefixItems|unevaluated)/.test(text)) continue;
    const [sender, receiver] = random() < 0.5 ? [one, other] : [other, one];
    const say = (fault: string) =>
      faults.push(
        `pair ${pair}: ${fault}\n  ${JSON.stringify(sender)}\n  ${JSON.stringify(receiver)}`,
      );
    const [left, right] = [readerOf(sender).read(sender), readerOf(receiver).read(receiver)];
    const answer = inclusion(left, right);
    count[answer.is] += 1;
    if (answer.is === "no" && !answer.examples.some((value) => isConfirmed(value, left, right))) {
      count.no -= 1;
      count.unknown += 1;
    }
    const examples = answer.is === "no" ? answer.examples : [];
    if (
      isShapeRefused(examples, left, right) &&
      inclusion(left, right, { isShape: true }).is === "yes"
    )
      say("unsound safe of the shape");
    const [isSent, isTaken] = [judgeOf(sender), judgeOf(receiver)];
    const write = writer(random, sender, receiver);
    for (let tries = 0; tries < VALUES; tries += 1) {
      const value = write();
      if (value === undefined) continue;
      if (hasContains && JSON.stringify(value).includes("[]")) continue;
      const isValid = isSent(value);
      const own = accepts(left, value, plainView);
      if (own !== undefined && own !== isValid)
        say(`own check ${own}, ajv ${isValid}: ${show(value)}`);
      if (!isValid) continue;
      count.values += 1;
      if (!isClosedValue(value, left, plainView)) say(`not closed: ${show(value)}`);
      if (answer.is === "yes" && !isTaken(value)) say(`unsound safe: ${show(value)}`);
      if (faults.length > 5) return { pairs: pair + 1, ...count, faults };
    }
  }
  return { pairs, ...count, faults };
}

/**
 * Where `uniqueItems` stands beside `items` with types other than lists and objects, ajv 8 compares only items
 * of these types; an item that `prefixItems` allows another type is left out. In a part of its own it looks at all.
 */
function withUniqueApart(raw: unknown): unknown {
  if (Array.isArray(raw)) return raw.map(withUniqueApart);
  if (typeof raw !== "object" || raw === null) return raw;
  const whole = Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, withUniqueApart(value)]),
  );
  if (whole["uniqueItems"] !== true || !Array.isArray(whole["prefixItems"])) return whole;
  const { uniqueItems, allOf = [], ...rest } = whole;
  return { ...rest, allOf: [...(allOf as unknown[]), { uniqueItems }] };
}

function judgeOf(schema: Raw | boolean): (value: Json) => boolean {
  const code = { optimize: false }; // each schema is compiled once
  const ajv = new Ajv2020({ strict: false, logger: false, validateSchema: false, code });
  addFormats.default(ajv);
  const validate = ajv.compile(withUniqueApart(schema) as Raw);
  return (value) => validate(value);
}

const show = (value: Json) => JSON.stringify(value);

if (import.meta.main) {
  const [pairs = 10_000, seed = 1] = process.argv.slice(2).map(Number);
  const start = performance.now();
  const { faults, ...outcome } = fuzz(pairs, seed);
  console.log(JSON.stringify({ seed, ...outcome, seconds: (performance.now() - start) / 1000 }));
  for (const fault of faults) console.log(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
