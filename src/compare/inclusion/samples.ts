/** Small values that a sender may send, the plainest first. They are tried; nothing is proved with them. */
import { spend } from "../schema/budget.ts";
import { accepts, acceptsLeaf } from "../schema/accepts.ts";
import {
  canHave,
  classesOf,
  constraintOf,
  itemOf,
  namesOf,
  needsOf,
  requiredNames,
} from "../schema/fields.ts";
import { findText } from "../values/language.ts";
import { rangeOf, telling } from "../values/numbers.ts";
import type { Json, Schema, SchemaObject } from "../schema/schema.ts";
import { sentCells } from "./sent.ts";
import { textRuleOf, textsOf } from "../values/strings.ts";
import type { Cell, View } from "../schema/view.ts";

export interface Sender {
  readonly view: View;
  readonly isClosed: boolean;
  /** What was found before; undefined while it is being looked for. */
  readonly known: WeakMap<SchemaObject, readonly Json[] | undefined>;
  /** How often a recursive type came back to itself: what was found meanwhile may lack something. */
  returns: number;
  depth: number;
}

/** A type that grows as it is followed; an example as deep as this is not readable. */
const DEPTH_MAX = 20;

export function senderOf(view: View, isClosed: boolean): Sender {
  return { view, isClosed, known: new WeakMap(), returns: 0, depth: 0 };
}

/** Enough different items for a list that wants them unique; more only cost time. */
const SAMPLES_MAX = 12;

export function samplesOf(schema: Schema, sender: Sender): readonly Json[] {
  const at = sender.view.read(schema);
  if (typeof at === "boolean") return at ? [null, 0, "", false, [], {}] : [];
  if (sender.known.has(at)) {
    const before = sender.known.get(at);
    if (before === undefined) sender.returns += 1;
    return before ?? [];
  }
  if (sender.depth > DEPTH_MAX) {
    sender.returns += 1;
    return [];
  }
  sender.known.set(at, undefined);
  sender.depth += 1;
  const mark = sender.returns;
  let samples: readonly Json[] = [];
  try {
    samples = samplesOfCells(sentCells(at, sender.view, sender.isClosed), sender);
  } finally {
    sender.depth -= 1;
    if (samples.length > 0) sender.known.set(at, samples);
    else sender.known.delete(at);
  }
  if (sender.returns === mark) sender.known.set(at, samples);
  return samples;
}

function samplesOfCells(cells: readonly Cell[], sender: Sender): readonly Json[] {
  const each = cells.map((cell) => cellSamples(cell, sender));
  const plain = each.flatMap(([first]) => (first === undefined ? [] : [first]));
  const rest = each.flatMap((samples) => samples.slice(1));
  return [...plain, ...rest].slice(0, SAMPLES_MAX);
}

/** A larger example shows nothing that a smaller one would not; and each level may double it. */
const SIZE_MAX = 2000;
const sizes = new WeakMap<object, number>();

/** How many values there are within a value, itself too; parts that stand twice count twice. */
function sizeOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  const size = Object.values(value).reduce((sum: number, part: Json) => sum + sizeOf(part), 1);
  sizes.set(value, size);
  return size;
}

/** What was put together, if it is small enough; counted as work. */
function sized<T extends Json>(value: T): T | undefined {
  const size = sizeOf(value);
  spend(size);
  return size > SIZE_MAX ? undefined : value;
}

export function cellSamples(cell: Cell, sender: Sender): Json[] {
  if (cell.values !== undefined) return cell.values.slice(0, SAMPLES_MAX);
  const tries = ((): readonly Json[] => {
    switch (cell.type) {
      case "number":
        return telling([rangeOf(cell.leaves)]);
      case "string":
        return textsOf(textRuleOf(cell.leaves));
      case "array":
        return arrays(cell, sender);
      case "object":
        return objects(cell, sender);
      default:
        return [];
    }
  })();
  const found: Json[] = [];
  for (const value of tries) {
    if (found.length === SAMPLES_MAX) break;
    if (isOf(cell, value, sender.view)) found.push(value);
  }
  return found;
}

/** Whether the value may be one of the cell's: sure where all its keywords are understood. */
export function isOf({ leaves, nots }: Cell, value: Json, view: View): boolean {
  return (
    leaves.every((leaf) => acceptsLeaf(leaf, value, view) !== false) &&
    nots.every((not) => accepts(not, value, view) !== true)
  );
}

function arrays(cell: Cell, sender: Sender): Json[] {
  const tries = [arrayWith(cell, new Map(), 0, sender)];
  for (const item of samplesOf(itemOf(cell, 0), sender)) {
    tries.push(arrayWith(cell, new Map([[0, item]]), 1, sender));
  }
  tries.push(arrayWith(cell, new Map(), 2, sender));
  return tries.flatMap((array) => (array === undefined ? [] : [array]));
}

/** The shortest array that holds these items and as many as asked. */
export function arrayWith(
  cell: Cell,
  fixed: ReadonlyMap<number, Json>,
  length: number,
  sender: Sender,
): Json[] | undefined {
  const least = Math.max(
    length,
    ...[...fixed.keys()].map((index) => index + 1),
    ...cell.leaves.map((leaf) => (leaf["minItems"] as number | undefined) ?? 0),
    ...cell.leaves.map((leaf) => (leaf["contains"] === undefined ? 0 : 1)),
  );
  if (least > 1000) return undefined; // no readable example
  const isUnique = cell.leaves.some((leaf) => leaf["uniqueItems"] === true);
  const used = new Set([...fixed.values()].map((item) => JSON.stringify(item)));
  const array: Json[] = [];
  const rest = new Map<Schema, readonly Json[]>();
  for (let index = 0; index < least; index += 1) {
    const own = fixed.get(index);
    if (own !== undefined) {
      array.push(own);
      continue;
    }
    const schema = itemOf(cell, index);
    const [key] = cell.leaves.every((leaf) => !Array.isArray(leaf["prefixItems"]))
      ? [true]
      : [schema];
    const samples = rest.get(key) ?? samplesOf(schema, sender);
    rest.set(key, samples);
    const item = isUnique ? samples.find((one) => !used.has(JSON.stringify(one))) : samples[0];
    const next = item ?? (isUnique ? counted(index, schema, used, sender) : undefined);
    if (next === undefined) return undefined;
    used.add(JSON.stringify(next));
    array.push(next);
  }
  return sized(array);
}

/** One value more where all samples are used up. */
function counted(index: number, schema: Schema, used: Set<string>, { view }: Sender) {
  const tries: Json[] = [index, -index, index + 0.5, `a${index}`, "a".repeat(index)];
  return tries.find(
    (value) => accepts(schema, value, view) === true && !used.has(JSON.stringify(value)),
  );
}

/** Samples are taken from the first of them that fit. */
const TRIES_MAX = 50;

function objects(cell: Cell, sender: Sender): Json[] {
  const required = requiredNames(cell);
  const some = (name: string) => samplesOf(constraintOf(cell, name), sender);
  for (const name of required) if (some(name).length === 0) return [];
  const tries = [objectWith(cell, new Map(), sender)];
  const full = new Map<string, Json>();
  for (const name of namesOf(cell)) {
    if (!canHave(cell, name, sender.isClosed)) continue;
    const samples = some(name).slice(0, required.has(name) ? 4 : 2);
    for (const value of tries.length < TRIES_MAX ? samples : []) {
      tries.push(objectWith(cell, new Map([[name, value]]), sender));
    }
    if (samples[0] !== undefined) full.set(name, samples[0]);
  }
  tries.push(objectWith(cell, full, sender));
  for (const { pattern, schema } of classesOf(cell, sender.isClosed)) {
    const name = pattern === undefined ? "x" : findText({ patterns: [pattern], min: 0, max: 50 });
    const [value] = samplesOf(schema, sender);
    if (typeof name === "string" && value !== undefined) {
      tries.push(objectWith(cell, new Map([[name, value]]), sender));
    }
  }
  return tries.flatMap((object) => (object === undefined ? [] : [object]));
}

/** The smallest object that has these fields, and all that it must have besides. */
export function objectWith(
  cell: Cell,
  fixed: ReadonlyMap<string, Json>,
  sender: Sender,
): { [name: string]: Json } | undefined {
  spend(1 + namesOf(cell).size);
  const fields = new Map<string, Json>();
  const wanted = new Set([...requiredNames(cell), ...fixed.keys()]);
  const needs = cell.leaves.flatMap(needsOf);
  for (const name of wanted) {
    const value = fixed.has(name)
      ? fixed.get(name)
      : samplesOf(constraintOf(cell, name), sender)[0];
    if (value === undefined) return undefined;
    fields.set(name, value);
    for (const [owner, others] of needs)
      if (owner === name) others.forEach((one) => wanted.add(one));
  }
  const least = Math.max(...cell.leaves.map((leaf) => (leaf["minProperties"] as number) ?? 0), 0);
  for (const name of fields.size < least ? [...namesOf(cell), "x", "y", "z"] : []) {
    if (fields.size >= least) break;
    if (fields.has(name) || !canHave(cell, name, sender.isClosed)) continue;
    const [value] = samplesOf(constraintOf(cell, name), sender);
    if (value !== undefined) fields.set(name, value);
  }
  const order = orderOf(cell);
  const place = (name: string) => order.get(name) ?? order.size;
  return sized(Object.fromEntries([...fields].sort(([a], [b]) => place(a) - place(b))));
}

const orders = new WeakMap<Cell, ReadonlyMap<string, number>>();

/** The order in which fields are declared, as a reader expects them. */
function orderOf(cell: Cell): ReadonlyMap<string, number> {
  const order = orders.get(cell) ?? new Map([...namesOf(cell)].map((name, index) => [name, index]));
  orders.set(cell, order);
  return order;
}
