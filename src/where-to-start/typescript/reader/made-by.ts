/** By what a value is made: the class of `new Guard()`, the function of `guardFor("admin")`, in the words of the file. */
import { childrenOf, isClass, isFunction, isNode, namesOf, type Node } from "./scopes.ts";
import { calleeOf, nameOf } from "./walk.ts";

/** What a file gives a name to: classes, functions, and what is put into variables. */
export type Locals = (name: string) => Node | undefined;

/** Written on the spot, and so made where it stands. */
export const HERE = "";

/** What only says how the value is seen, by where the value is in it. */
const AROUND: Readonly<Record<string, string[]>> = {
  ArrayExpression: ["elements"],
  AwaitExpression: ["argument"],
  ChainExpression: ["expression"],
  ConditionalExpression: ["consequent", "alternate"],
  LogicalExpression: ["left", "right"],
  NewExpression: ["callee"],
  ParenthesizedExpression: ["expression"],
  SpreadElement: ["argument"],
  TSAsExpression: ["expression"],
  TSNonNullExpression: ["expression"],
  TSSatisfiesExpression: ["expression"],
};

/** Nodes that are followed from one value. More than this no person writes. */
const FOLLOWED_MAX = 100;

/** Names as the file has them, also with dots; `HERE`. A list is followed, so that no depth of a text is too deep. */
export function madeBy(value: Node, locals: Locals): string[] {
  const names = new Set<string>();
  const seen = new Set<Node>();
  const left = [value];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (seen.has(node) || seen.size > FOLLOWED_MAX) continue;
    seen.add(node);
    const step = stepFrom(node, locals);
    if (step.name !== undefined) names.add(step.name);
    left.push(...(step.next ?? []));
  }
  return [...names];
}

function stepFrom(
  node: Node,
  locals: Locals,
): { readonly name?: string | undefined; readonly next?: readonly Node[] } {
  if (Object.hasOwn(AROUND, node.type)) return { next: childrenOf(node, AROUND[node.type]) };
  if (node.type === "CallExpression") return { next: calledIn(node) };
  const isWritten = isClass(node) || node.type === "ObjectExpression";
  if (isWritten) return { name: HERE };
  if (isFunction(node)) {
    const next = returnsOf(node);
    return next.length === 0 ? { name: HERE } : { next };
  }
  const name = chainOf(node);
  const local = name === undefined ? undefined : locals(name.split(".", 1)[0] ?? "");
  return local === undefined ? { name } : { next: [local] };
}

/** The function that is called; of what a container or Nest itself is asked for, what that is. */
function calledIn(call: Node): Node[] {
  const asks = /^(?:get|resolve|forwardRef)$/.test(calleeOf(call) ?? "");
  const [first] = childrenOf(call, ["arguments"]);
  if (asks) return first === undefined ? [] : [first];
  return childrenOf(call, ["callee"]).flatMap((callee) =>
    callee.type === "MemberExpression" ? childrenOf(callee, ["object"]) : [callee],
  );
}

/** Many may ask the same function. */
const known = new WeakMap<Node, readonly Node[]>();

/** What a function itself returns, and not one in it. */
function returnsOf({ body }: Node): readonly Node[] {
  if (!isNode(body)) return [];
  if (body.type !== "BlockStatement") return [body];
  const before = known.get(body);
  if (before !== undefined) return before;
  const returned: Node[] = [];
  known.set(body, returned);
  const left = [body];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.type === "ReturnStatement") returned.push(...childrenOf(node, ["argument"]));
    else if (!isFunction(node) && !isClass(node)) left.push(...childrenOf(node));
  }
  return returned;
}

/** `a.b.c`; undefined for what is computed or called. */
function chainOf(node: Node): string | undefined {
  const parts: string[] = [];
  let at: unknown = node;
  while (isNode(at) && at.type === "MemberExpression" && at["computed"] !== true) {
    parts.unshift(nameOf(at["property"]));
    at = at["object"];
  }
  return isNode(at) && at.type === "Identifier" ? [nameOf(at), ...parts].join(".") : undefined;
}

/** What a factory is given, by the names that it gives them: `inject: [Guard], useFactory: (guard) => guard`. */
export function withInjected(locals: Locals, factory: Node, inject: unknown): Locals {
  if (!isFunction(factory) || !isNode(inject)) return locals;
  const given = childrenOf(inject, ["elements"]);
  const names = childrenOf(factory, ["params"]).map((parameter) => namesOf(parameter)[0]);
  return (name) => given[names.indexOf(name)] ?? locals(name);
}
