/** What a cell says of numbers: a range and steps. */
import { spend } from "../schema/budget.ts";
import type { SchemaObject } from "../schema/schema.ts";

export interface Range {
  readonly low: number;
  readonly isLowOpen: boolean;
  readonly high: number;
  readonly isHighOpen: boolean;
  /** The value must be a multiple of each; an integer is a multiple of 1. */
  readonly steps: readonly number[];
}

const INT32 = 2 ** 31;

export function rangeOf(leaves: readonly SchemaObject[]): Range {
  let [low, isLowOpen, high, isHighOpen] = [-Infinity, false, Infinity, false];
  const steps = new Set<number>();
  const atLeast = (bound: unknown, isOpen: boolean) => {
    if (typeof bound !== "number" || bound < low || (bound === low && !isOpen)) return;
    [low, isLowOpen] = [bound, isOpen];
  };
  const atMost = (bound: unknown, isOpen: boolean) => {
    if (typeof bound !== "number" || bound > high || (bound === high && !isOpen)) return;
    [high, isHighOpen] = [bound, isOpen];
  };
  for (const leaf of leaves) {
    atLeast(leaf["minimum"], false);
    atLeast(leaf["exclusiveMinimum"], true);
    atMost(leaf["maximum"], false);
    atMost(leaf["exclusiveMaximum"], true);
    if (typeof leaf["multipleOf"] === "number") steps.add(leaf["multipleOf"]);
    if (isWhole(leaf)) steps.add(1);
    if (leaf["format"] === "int32") {
      atLeast(-INT32, false);
      atMost(INT32 - 1, false);
    }
  }
  return whole({ low, isLowOpen, high, isHighOpen, steps: [...steps] });
}

function isWhole({ type, format }: SchemaObject): boolean {
  const types: unknown[] = Array.isArray(type) ? type : [type];
  if (types.includes("integer") && !types.includes("number")) return true;
  return format === "int32" || format === "int64"; // as ajv-formats reads them
}

/** Between 0 and 2.5, a whole number is between 0 and 2. */
function whole(range: Range): Range {
  if (!range.steps.some(Number.isInteger)) return range;
  const isExact = (bound: number) => Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  let { low, isLowOpen, high, isHighOpen } = range;
  if (isExact(low)) {
    low = isLowOpen ? Math.floor(low) + 1 : Math.ceil(low);
    isLowOpen = false;
  }
  if (isExact(high)) {
    high = isHighOpen ? Math.ceil(high) - 1 : Math.floor(high);
    isHighOpen = false;
  }
  return { ...range, low, isLowOpen, high, isHighOpen };
}

export function isEmptyRange({ low, high, isLowOpen, isHighOpen }: Range): boolean {
  return low > high || (low === high && (isLowOpen || isHighOpen));
}

/** Whether all of one range lies in the other. False where it is not sure. */
function isWithin(inner: Range, outer: Range): boolean {
  if (inner.low < outer.low || inner.high > outer.high) return false;
  if (inner.low === outer.low && outer.isLowOpen && !inner.isLowOpen && isFinite(inner.low))
    return false;
  if (inner.high === outer.high && outer.isHighOpen && !inner.isHighOpen && isFinite(inner.high))
    return false;
  return outer.steps.every((step) => inner.steps.some((own) => isMultiple(own, step)));
}

/**
 * Only where doubles divide exactly: 0.6 is a multiple of 0.2, yet a receiver that computes 0.6 / 0.2 as a
 * double gets 2.9999999999999996 and refuses it.
 */
function isMultiple(own: number, step: number): boolean {
  if (own === step) return true;
  return isDyadic(own) && isDyadic(step) && Number.isInteger(own / step);
}

function isDyadic(step: number): boolean {
  return Number.isSafeInteger(step * 2 ** 20);
}

/** All numbers of a small range with steps; undefined where there are more than `limit`. */
export function listOf(range: Range, limit: number): number[] | undefined {
  const step = range.steps.find(Number.isInteger);
  if (step === undefined || !(range.high - range.low < limit)) return undefined;
  if (!Number.isSafeInteger(range.low) || !Number.isSafeInteger(range.high)) return undefined;
  const numbers: number[] = [];
  for (let number = range.low; number <= range.high; number += 1) numbers.push(number);
  return numbers;
}

/** Numbers that tell ranges apart, the plainest first. */
export function telling(ranges: readonly Range[]): number[] {
  const found = new Set([0, 1, -1, 0.5]);
  spend(ranges.reduce((sum, { steps }) => sum + 10 * (1 + steps.length), 0));
  for (const { low, high, steps } of ranges) {
    for (const bound of [low, high].filter(isFinite)) {
      for (const step of [0, 1, -1, 0.5, -0.5, ...steps, ...steps.map((by) => -by)]) {
        found.add(bound + step);
      }
      for (const step of steps) {
        found.add(Math.ceil(bound / step) * step);
        found.add(Math.floor(bound / step) * step);
      }
    }
    for (const step of steps) for (const by of [1, -1, 2, 3]) found.add(step * by);
  }
  const exact = [...found].filter((number) => isFinite(number)).map((number) => number + 0);
  return exact.sort((a, b) => String(a).length - String(b).length || Math.abs(a) - Math.abs(b));
}

export interface NumberAnswer {
  readonly isWithin: boolean;
  /** Numbers that may be of one and not of the other. */
  readonly tries: readonly number[];
  readonly why?: string;
}

/** Whether all numbers of one are numbers of the other, and which may not be. */
export function fitsNumber(
  cell: readonly SchemaObject[],
  other: readonly SchemaObject[],
): NumberAnswer {
  const [inner, outer] = [rangeOf(cell), rangeOf(other)];
  const unknown = other.find(
    (leaf) => leaf["format"] !== undefined && !NUMBER_FORMATS.includes(leaf["format"]),
  );
  const isShared = cell.some((leaf) => leaf["format"] === unknown?.["format"]);
  if (unknown === undefined || isShared) {
    if (isWithin(inner, outer)) return { isWithin: true, tries: [] };
    return {
      isWithin: false,
      tries: telling([inner, outer]),
      why: "the steps are no whole multiples",
    };
  }
  const why = `the format ${JSON.stringify(unknown["format"])} is not known`;
  return { isWithin: false, tries: telling([inner, outer]), why };
}

/** Formats that say of numbers what `rangeOf` reads, or nothing. */
const NUMBER_FORMATS: unknown[] = ["int32", "int64", "float", "double"];
