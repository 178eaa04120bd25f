/** Differences of single keywords: enums, defaults, constraints, notes. */
import { equals, isListed } from "../schema/accepts.ts";
import { type Change, fromKeys, type PlaceInSchema, type Walk } from "./change.ts";
import { isObject, type Schema, type SchemaObject } from "../schema/schema.ts";
import { same } from "../schema/same.ts";

/** keyword: row when it sharpens, row when it loosens, and whether a larger value is sharper. */
const BOUNDS: Readonly<Record<string, readonly [sharper: number, looser: number, sign: 1 | -1]>> = {
  minLength: [60, 61, 1],
  minimum: [62, 63, 1],
  exclusiveMinimum: [62, 63, 1],
  maximum: [64, 65, -1],
  exclusiveMaximum: [64, 65, -1],
  minItems: [77, 78, 1],
  maxItems: [79, 80, -1],
  minProperties: [94, 94, 1],
  maxProperties: [95, 95, -1],
};

export function keywordChanges(
  old: SchemaObject,
  fresh: SchemaObject,
  place: PlaceInSchema,
  walk: Walk,
): void {
  const add = (rule: number, what: string, keys: readonly string[], more: Partial<Change> = {}) =>
    walk.add({ rule, what, place, old, fresh, apply: fromKeys(keys), ...more });
  const differs = (keyword: string) => !equals(old[keyword], fresh[keyword]);
  const become = (keyword: string) => `${keyword} ${told(old[keyword])} → ${told(fresh[keyword])}`;

  values(old, fresh, place, walk);
  for (const [keyword, [sharper, looser, sign]] of Object.entries(BOUNDS)) {
    if (!differs(keyword)) continue;
    const edge = edgeOf(keyword, old, fresh);
    if (edge?.isDone) continue;
    const [from, to] = [
      Number(old[keyword] ?? -Infinity * sign),
      Number(fresh[keyword] ?? -Infinity * sign),
    ];
    const rule = edge?.rule ?? (to * sign > from * sign ? sharper : looser);
    add(rule, become(keyword), edge?.keys ?? [keyword]);
  }
  if (differs("maxLength")) {
    const [from, to] = [old["maxLength"], fresh["maxLength"]] as (number | undefined)[];
    const rule = from === undefined ? 56 : to === undefined ? 59 : to < from ? 57 : 58;
    add(rule, become("maxLength"), ["maxLength"]);
  }
  if (differs("multipleOf")) {
    const [from, to] = [old["multipleOf"], fresh["multipleOf"]] as (number | undefined)[];
    const isLooser = to === undefined || (from !== undefined && Number.isInteger(from / to));
    add(isLooser ? 69 : 68, become("multipleOf"), ["multipleOf"]);
  }
  if (differs("pattern")) {
    const [from, to] = [old["pattern"], fresh["pattern"]];
    const rule = from === undefined ? 70 : to === undefined ? 71 : to === ".*" ? 73 : 72;
    add(rule, become("pattern"), ["pattern"]);
  }
  if (differs("format")) {
    const rule = old["format"] === undefined ? 74 : fresh["format"] === undefined ? 75 : 76;
    add(rule, become("format"), ["format"]);
  }
  if (differs("uniqueItems"))
    add(fresh["uniqueItems"] === true ? 81 : 82, become("uniqueItems"), ["uniqueItems"]);
  if (differs("dependentRequired")) {
    const count = (schema: SchemaObject) =>
      JSON.stringify(schema["dependentRequired"] ?? "").length;
    add(count(fresh) > count(old) ? 83 : 84, "what a field needs beside it changed", [
      "dependentRequired",
    ]);
  }
  for (const keyword of ["not", "if", "then", "else", "contains", "propertyNames"]) {
    const [from, to] = [old[keyword], fresh[keyword]] as (Schema | undefined)[];
    if (from === undefined && to === undefined) continue;
    if (from !== undefined && to !== undefined && same(from, to)) continue;
    add(keyword === "propertyNames" ? 93 : 0, `"${keyword}" changed`, [keyword]);
  }
  meanings(old, fresh, add);
}

type Add = (rule: number, what: string, keys: readonly string[], more?: Partial<Change>) => void;

/** What no message shows: it is judged by the policies alone. */
function meanings(old: SchemaObject, fresh: SchemaObject, add: Add): void {
  const differs = (keyword: string) => !equals(old[keyword], fresh[keyword]);
  const broken = { request: "breaking", reply: "breaking" } as const;
  for (const [keyword, rule] of [
    ["contentEncoding", 38],
    ["unit", 39],
    ["x-unit", 39],
    ["ref", 40],
    ["x-ref", 40],
  ] as const) {
    // prettier-ignore
    if (differs(keyword)) add(rule, `${keyword} ${told(old[keyword])} → ${told(fresh[keyword])}`, [], { least: broken });
  }
  if (differs("deprecated")) {
    const sunset = fresh["x-sunset"] ?? fresh["sunset"];
    if (fresh["deprecated"] !== true) add(16, "no longer deprecated", []);
    else if (sunset !== undefined) add(14, `deprecated, until ${told(sunset)}`, []);
    else
      add(15, "deprecated without a sunset", [], {
        least: { request: "warning", reply: "warning" },
      });
  }
  for (const keyword of ["readOnly", "writeOnly"]) {
    if (differs(keyword)) add(23, `${keyword} ${told(old[keyword])} → ${told(fresh[keyword])}`, []);
  }
  if (["title", "description", "example", "examples"].some(differs))
    add(19, "its description changed", []);
  if (equals(old["x-extensible-enum"], fresh["x-extensible-enum"])) return;
  if (old["x-extensible-enum"] !== undefined && fresh["x-extensible-enum"] !== undefined) {
    add(45, "the values of an open choice changed", []);
  }
}

/** Inclusive and exclusive bounds at the same number. */
function edgeOf(
  keyword: string,
  old: SchemaObject,
  fresh: SchemaObject,
): { rule: number; keys: string[]; isDone: boolean } | undefined {
  const [, end = ""] = /(Minimum|Maximum|minimum|maximum)$/.exec(keyword) ?? [];
  if (end === "") return undefined;
  const [open, shut] = [`exclusive${end[0]?.toUpperCase()}${end.slice(1)}`, end.toLowerCase()];
  const isSharper = old[shut] !== undefined && old[shut] === fresh[open];
  const isLooser = old[open] !== undefined && old[open] === fresh[shut];
  if (!isSharper && !isLooser) return undefined;
  return { rule: isSharper ? 66 : 67, keys: [open, shut], isDone: keyword === open };
}

function values(old: SchemaObject, fresh: SchemaObject, place: PlaceInSchema, walk: Walk): void {
  const listOf = (schema: SchemaObject) =>
    (schema["const"] === undefined ? schema["enum"] : [schema["const"]]) as unknown[] | undefined;
  const [before, after] = [listOf(old), listOf(fresh)];
  const base = { place, old, fresh, apply: fromKeys(["enum", "const"]) };
  if (before === undefined && after === undefined) return;
  const isConst = old["const"] !== undefined || fresh["const"] !== undefined;
  if (before === undefined) {
    const rule = isConst ? 53 : old["x-extensible-enum"] ? 49 : 42;
    return walk.add({ ...base, rule, what: `only ${told(after)} from now on` });
  }
  if (after === undefined) {
    const rule = isConst ? 55 : fresh["x-extensible-enum"] ? 48 : 43;
    return walk.add({ ...base, rule, what: `no longer only ${told(before)}` });
  }
  const added = after.filter((value) => !isListed(before, value));
  const gone = before.filter((value) => !isListed(after, value));
  if (added.length + gone.length === 0) return;
  if (old["const"] !== undefined && fresh["const"] !== undefined) {
    return walk.add({ ...base, rule: 54, what: `${told(before[0])} → ${told(after[0])}` });
  }
  if (added.length === 1 && gone.length === 1) {
    return walk.add({ ...base, rule: 47, what: `the value ${told(gone[0])} → ${told(added[0])}` });
  }
  const [isAdded, isGone] = [new Set(added), new Set(gone)];
  const listed = (sender: SchemaObject, list: unknown[]) => {
    const { const: _, ...rest } = sender;
    return { ...rest, enum: list };
  };
  if (added.length > 0) {
    const apply: Change["apply"] = (sender, _, isForward) =>
      listed(
        sender,
        isForward ? [...before, ...added] : after.filter((value) => !isAdded.has(value)),
      );
    walk.add({ ...base, rule: 44, what: `new values: ${told(added)}`, apply });
  }
  if (gone.length > 0) {
    const apply: Change["apply"] = (sender, _, isForward) =>
      listed(
        sender,
        isForward ? before.filter((value) => !isGone.has(value)) : [...after, ...gone],
      );
    walk.add({ ...base, rule: 46, what: `values are gone: ${told(gone)}`, apply });
  }
}

/** A value as a sentence has it. */
export function told(value: unknown): string {
  if (value === undefined) return "none";
  if (isObject(value)) return "{…}";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
