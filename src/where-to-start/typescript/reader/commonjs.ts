/** CommonJS: what `require` gives to a file. */
import type { AssignmentTarget, BindingPattern, Expression, MemberExpression } from "oxc-parser";
import { childrenOf, isNode, namesOf } from "./scopes.ts";
import { bareOf, putIn } from "./top.ts";
import { type Called, calleeOf, nameOf, placeAt, textOf, type Walk } from "./walk.ts";

/** `require("./x")` in `require("./x").a.b`. */
interface Required {
  readonly from: string;
  /** Where the call stands. */
  readonly start: number;
  /** What is taken of it; `*` for all. */
  readonly of: string;
  /** Something of what is taken: `b`. */
  readonly isDeeper: boolean;
}

export function requiredIn(value: Expression): Required | undefined {
  let at = bareOf(value);
  const members: string[] = [];
  while (at.type === "MemberExpression") {
    members.push(memberOf(at) ?? "*");
    at = bareOf(at.object);
  }
  if (at.type !== "CallExpression" || calleeOf(at) !== "require") return undefined;
  const from = textOf(at.arguments[0]);
  const of = members.at(-1) ?? "*";
  return from === undefined
    ? undefined
    : { from, start: at.start, of, isDeeper: members.length > 1 };
}

/** `a` of `x.a` and `x["a"]`. */
export function memberOf(node: MemberExpression): string | undefined {
  if (node.computed) return textOf(node.property);
  return node.property.type === "Identifier" ? node.property.name : undefined;
}

interface Put {
  readonly into: BindingPattern | AssignmentTarget;
  readonly value: Expression | null;
  readonly start: number;
}

/** `const { a, b: c } = require("./x")`, `const a = require("./x").a` */
export function requireInto(walk: Walk, { into, value, start }: Put): void {
  const found = value === null ? undefined : requiredIn(putIn(value));
  if (found === undefined) return;
  const { of, isDeeper } = found;
  const isAll = into.type === "ObjectPattern" && of === "*";
  const taken = isAll ? takenBy(into) : [[of, isDeeper ? "" : localOf(into)] as const];
  add(walk, { ...found, placedAt: start, taken });
}

/** By their names there and here. */
type Names = readonly (readonly [name: string, here: string])[];

function takenBy(pattern: Put["into"]): Names {
  return (isNode(pattern) ? childrenOf(pattern) : []).map((one) => {
    const { type, key, computed, value, argument } = one;
    const isNamed = type === "Property" && computed !== true;
    return [isNamed ? nameOf(key) || "*" : "*", localOf(type === "Property" ? value : argument)];
  });
}

/** The only name that a pattern gives; of parts of parts none. */
function localOf(pattern: unknown): string {
  const isPart = isNode(pattern) && /^(?:Identifier|AssignmentPattern)$/.test(pattern.type);
  const names = isPart ? namesOf(pattern) : [];
  return names.length === 1 ? (names[0] ?? "") : "";
}

/** `require("./x").a()`, in the middle of something. */
export function requireMember(walk: Walk, node: MemberExpression): void {
  if (node.object.type !== "CallExpression") return;
  const found = requiredIn(node);
  if (found !== undefined) add(walk, { ...found, placedAt: found.start, taken: [[found.of, ""]] });
}

export function requireCall(walk: Walk, { arguments: given, start }: Called): void {
  const from = textOf(given[0]);
  if (from !== undefined) add(walk, { from, start, placedAt: start, taken: [["*", ""]] });
}

interface Taking {
  readonly from: string;
  readonly start: number;
  readonly placedAt: number;
  readonly taken: Names;
}

/** Once: what stands around a call is seen before the call. */
function add(walk: Walk, { from, start, placedAt, taken }: Taking): void {
  if (walk.requiredAt.has(start)) return;
  walk.requiredAt.add(start);
  const names = taken.map(([name]) => name);
  const here = taken.map(([, local]) => local);
  const isSame = here.every((local, index) => local === names[index]);
  walk.required.push({
    ...placeAt(walk, placedAt),
    from,
    names,
    ...(isSame ? {} : { here }),
    isType: false,
  });
}
