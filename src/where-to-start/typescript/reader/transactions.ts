/** What a transaction touches: what stands in it, and in the functions of the same file that this calls. */
import type { Program } from "oxc-parser";
import { modelOfCall } from "../prisma/owners.ts";
import {
  bodyOf,
  childrenOf,
  type Class,
  classOf,
  isClass,
  isFunction,
  isNode,
  lookUp,
  type Made,
  methodOf,
  namesOf,
  newScope,
  newStretch,
  type Node,
  type Scope,
  scopeOf,
  type Stretch,
} from "./scopes.ts";
import { calleeOf, nameOf } from "./walk.ts";

export interface Begun {
  /** What each touches, by where it starts: filled here. Two of one line have one list. */
  readonly transactions: ReadonlyMap<number, string[]>;
  /** Whose transactions they are: `prisma` of `this.prisma.$transaction`. It is the database, and no part of one. */
  readonly handles: ReadonlySet<string>;
}

/** Where a node stands. */
interface Place {
  readonly scope: Scope;
  readonly stretch: Stretch;
  /** The function around it. */
  readonly body: Stretch;
  readonly ofClass: Class | undefined;
}

interface Looking extends Begun, Made {
  /** By the lists of transactions. */
  readonly blocks: Map<string[], Stretch>;
  /** What is still to be looked at: a list, so that no depth of a text is too deep. */
  readonly left: (readonly [Node, Place])[];
}

/** Stretches that are followed from one transaction. More than this no person writes. */
const FOLLOWED_MAX = 1000;

export function readTransactions(program: Program, begun: Begun): void {
  if (begun.transactions.size === 0 || !isNode(program)) return;
  const looking: Looking = {
    ...begun,
    bodies: new Map(),
    classes: new Map(),
    blocks: new Map(),
    left: [],
  };
  const body = newStretch();
  const scope = newScope(undefined);
  push(looking, { scope, stretch: body, body, ofClass: undefined }, [program]);
  for (let one = looking.left.pop(); one !== undefined; one = looking.left.pop())
    look(looking, ...one);
  const imported = importedBy(program);
  for (const handle of begun.handles) imported.delete(handle);
  for (const [names, stretch] of looking.blocks)
    names.push(...followed(stretch).filter((name) => imported.has(name) || name.includes(".")));
}

/** As the file calls them, less what is only types. */
function importedBy(program: Node): Set<string> {
  const taken = childrenOf(program, ["body"])
    .filter(({ type, importKind }) => type === "ImportDeclaration" && importKind !== "type")
    .flatMap((one) => childrenOf(one, ["specifiers"]))
    .filter(({ importKind }) => importKind !== "type");
  return new Set(taken.flatMap(({ local }) => namesOf(local)));
}

function followed(stretch: Stretch): string[] {
  const names = new Set<string>();
  const seen = new Set([stretch]);
  // A set gives also what is put into it meanwhile: circles end, since each is in it once.
  for (const one of seen) {
    for (const name of one.names) names.add(name);
    for (const next of one.calls) {
      if (seen.size >= FOLLOWED_MAX) break;
      seen.add(next);
    }
  }
  return [...names];
}

function push({ left }: Looking, place: Place, nodes: readonly unknown[]): void {
  for (const node of nodes.flat()) if (isNode(node)) left.push([node, place]);
}

function look(looking: Looking, node: Node, place: Place): void {
  const { type } = node;
  if (type === "Identifier") return use(place, nameOf(node));
  if (isFunction(node)) return lookAtFunction(looking, node, place);
  if (/^(?:Program|BlockStatement|StaticBlock|TSModuleBlock)$/.test(type)) {
    const scope = scopeOf(childrenOf(node, ["body"]), place.scope, looking);
    return push(looking, { ...place, scope }, childrenOf(node));
  }
  if (/^(?:For\w*Statement|CatchClause|SwitchStatement)$/.test(type))
    return lookAtHead(looking, node, place);
  if (isClass(node)) return lookAtClass(looking, node, place);
  if (type === "CallExpression") return lookAtCall(looking, node, place);
  if (type === "MemberExpression") return lookAtMember(looking, node, place);
  if (type === "VariableDeclarator")
    return put(looking, place, { into: node["id"], what: node["init"] });
  if (type === "AssignmentExpression")
    return put(looking, place, { into: node["left"], what: node["right"] });
  push(looking, place, usedOf(node));
}

/** The parts of a node that run, and whose names mean things: neither types, nor keys, nor errors. */
function usedOf(node: Node): Node[] {
  const { type, computed, operator, argument } = node;
  if (type.startsWith("TS")) return childrenOf(node, ["expression", "parameter", "body"]);
  if (/^(?:Import|ExportAll|Break|Continue|MetaProperty)/.test(type) && type !== "ImportExpression")
    return [];
  if (/^(?:Property|MethodDefinition|PropertyDefinition|AccessorProperty)$/.test(type))
    return childrenOf(
      node,
      computed === true ? ["decorators", "key", "value"] : ["decorators", "value"],
    );
  if (type === "ExportNamedDeclaration") return childrenOf(node, ["declaration"]);
  if (type === "LabeledStatement") return childrenOf(node, ["body"]);
  if (type === "BinaryExpression" && operator === "instanceof") return childrenOf(node, ["left"]);
  const isError =
    type === "ThrowStatement" && isNode(argument) && argument.type === "NewExpression";
  return isError ? childrenOf(argument, ["arguments"]) : childrenOf(node);
}

function use({ scope, stretch }: Place, name: string): void {
  const known = lookUp(scope, name);
  if (known === undefined) return void stretch.names.add(name);
  const runs = known.isFunction ? known.stretch : known.ofClass?.methods.get("constructor");
  if (runs !== undefined) stretch.calls.add(runs);
}

function lookAtFunction(looking: Looking, node: Node, place: Place): void {
  const body = bodyOf(looking, node);
  place.stretch.calls.add(body);
  const parameters = childrenOf(node, ["params"]);
  const own = node.type === "FunctionExpression" ? namesOf(node["id"]) : [];
  const scope = newScope(place.scope, [...own, ...parameters.flatMap(namesOf)]);
  const inside = { ...place, scope, stretch: body, body };
  push(looking, inside, [...parameters, node["body"]]);
}

/** What is declared in the head of a loop or of a `catch`, or in the cases of a `switch`. */
function lookAtHead(looking: Looking, node: Node, place: Place): void {
  const { init, left, param } = node;
  const inCases = childrenOf(node, ["cases"]).flatMap((one) => childrenOf(one, ["consequent"]));
  const statements = [init, left, ...inCases].filter(isNode);
  const scope = scopeOf(statements, place.scope, looking);
  push(looking, { ...place, scope: newScope(scope, namesOf(param)) }, childrenOf(node));
}

function lookAtClass(looking: Looking, node: Node, place: Place): void {
  const ofClass = classOf(node, place.scope, looking);
  addDecorated(looking, node, [...ofClass.methods.values()]);
  for (const member of childrenOf(node, ["body"]).flatMap((body) => childrenOf(body)))
    if (isFunction(member["value"]))
      addDecorated(looking, member, [bodyOf(looking, member["value"])]);
  push(looking, { ...place, ofClass }, childrenOf(node, ["decorators", "superClass", "body"]));
}

/** `@Transactional()` */
function addDecorated(looking: Looking, node: Node, bodies: readonly Stretch[]): void {
  for (const { expression } of childrenOf(node, ["decorators"])) {
    const block = isNode(expression) ? blockAt(looking, expression) : undefined;
    for (const body of bodies) block?.calls.add(body);
  }
}

/** Of the transaction that begins with a node. */
function blockAt({ transactions, blocks }: Looking, { start }: Node): Stretch | undefined {
  const names = transactions.get(start);
  if (names === undefined) return undefined;
  const block = blocks.get(names) ?? newStretch();
  blocks.set(names, block);
  return block;
}

/** To the variable's own stretch, which runs where it is given to a transaction, and where it stands. */
function put(
  looking: Looking,
  place: Place,
  { into, what }: { readonly into: unknown; readonly what: unknown },
): void {
  const known =
    isNode(into) && into.type === "Identifier" ? lookUp(place.scope, nameOf(into)) : undefined;
  push(looking, place, [into]);
  if (known === undefined || known.isFunction) return push(looking, place, [what]);
  place.stretch.calls.add(known.stretch);
  push(looking, { ...place, stretch: known.stretch }, [what]);
}

const ADDING = /^(?:push|unshift|concat)$/;

function lookAtCall(looking: Looking, node: Node, place: Place): void {
  const { callee } = node;
  const given = childrenOf(node, ["arguments"]);
  push(looking, place, [callee]);
  const asked = askedOf(callee);
  if (asked !== undefined) place.stretch.names.add(asked);
  const block = isCallOf(callee, /^\$?transaction$/) ? blockAt(looking, node) : undefined;
  if (block !== undefined) return lookAtBlock(looking, given, { place, block });
  const into = isNode(callee) && isCallOf(callee, ADDING) ? callee["object"] : undefined;
  if (into === undefined) return push(looking, place, given);
  for (const what of given) put(looking, place, { into, what });
}

function isCallOf(callee: unknown, name: RegExp): boolean {
  return name.test(calleeOf(callee) ?? "");
}

/** `tx.order.create` of `tx.order.create(…)` and of `this.prisma.order.create(…)`. */
function askedOf(callee: unknown): string | undefined {
  if (!isNode(callee) || !isNode(callee["object"])) return undefined;
  const { object } = callee["object"];
  const names = [isNode(object) ? object : undefined, callee["object"], callee];
  const asked = names.map((one) => (one === undefined ? "" : (calleeOf(one) ?? ""))).join(".");
  return modelOfCall(asked) === undefined ? undefined : asked;
}

function lookAtBlock(
  looking: Looking,
  given: readonly Node[],
  { place, block }: { readonly place: Place; readonly block: Stretch },
): void {
  place.stretch.calls.add(block);
  push(looking, { ...place, stretch: block }, given);
  for (const name of given.flatMap(variablesIn)) {
    const known = lookUp(place.scope, name);
    if (known !== undefined) block.calls.add(known.stretch);
  }
  // `const t = await sequelize.transaction()`: nobody says where it ends.
  if (given.every(({ type }) => type === "ObjectExpression")) block.calls.add(place.body);
}

/** `operations`, `[a, ...b]` */
function variablesIn(given: Node): string[] {
  if (given.type === "Identifier") return [nameOf(given)];
  if (given.type === "ArrayExpression") return childrenOf(given).flatMap(variablesIn);
  if (given.type === "SpreadElement") return childrenOf(given).flatMap(variablesIn);
  return given.type.startsWith("TS") ? childrenOf(given, ["expression"]).flatMap(variablesIn) : [];
}

/** A member in capitals is a constant or one of a list. */
const CONSTANT = /^[A-Z][A-Z\d_]+$/;

function lookAtMember(looking: Looking, node: Node, place: Place): void {
  const { object, property, computed } = node;
  if (computed === true) return push(looking, place, [object, property]);
  const name = nameOf(property);
  if (!isNode(object) || looking.handles.has(name)) return;
  if (object.type === "ThisExpression") return useOwn(place, name);
  if (object.type !== "Identifier") return push(looking, place, [object]);
  const method = methodOf(lookUp(place.scope, nameOf(object))?.ofClass, name);
  if (method !== undefined) place.stretch.calls.add(method);
  else if (!CONSTANT.test(name)) push(looking, place, [object]);
}

/** `this.f()`, and of `this.orders` what the class is given. */
function useOwn({ ofClass, stretch }: Place, name: string): void {
  const method = methodOf(ofClass, name);
  if (method !== undefined) stretch.calls.add(method);
  for (const given of ofClass?.given.get(name) ?? []) stretch.names.add(given);
}
