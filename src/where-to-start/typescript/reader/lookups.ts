/**
 * Queries that go through relations, as Prisma and TypeORM have them: `include: { account: true }`,
 * `relations: ["buyer.profile"]`, `leftJoinAndSelect("order.buyer", "buyer")`; and models that a query joins.
 */
import { type Argument, type Expression, type Program, Visitor } from "oxc-parser";
import type { ManyField } from "../../types/source.ts";
import { type Entities, newEntities, readEntities } from "./entities.ts";
import { pathsIn } from "./paths-in.ts";
import { chainOf, propertyOf, targetOf } from "./relations.ts";
import {
  aroundOf,
  type Called,
  calleeOf,
  enter,
  literalOf,
  nameOf,
  placeAt,
  type Walk,
} from "./walk.ts";

const MAY_LOOK_UP =
  /\b(?:include|relations|where|select|orderBy)\s*:\s*[{[]|\binclude\s*:\s*[A-Z]|\.createQueryBuilder\s*\(|\.find\w{0,12}By\w{0,6}\s*\(\s*\{|\.(?:left|right|inner|full)Join\s*\(\s*[A-Za-z]|To(?:Many|One)\s*\(/;

/** Whether a look at the syntax tree is worth its price. */
export function mayLookUp(text: string): boolean {
  return MAY_LOOK_UP.test(text);
}

interface Reading {
  readonly walk: Walk;
  readonly entities: Entities;
  readonly steps: Step[];
}

/** What names an entity or goes through it, in the order of the text. */
interface Step {
  readonly start: number;
  /** The method or function that it stands in: names of rows mean the same only there. */
  readonly within: string;
  /** What is found here is called so from here on. */
  readonly alias: string | undefined;
  /** The class, or undefined where nobody knows. */
  readonly entity?: string | undefined;
  /** Else a relation of what has a name: `order.buyer`. */
  readonly path?: string;
  /** By its class or table itself. */
  readonly isJoined?: boolean;
}

/** Returns the relations that have no column here. */
export function readLookUps(program: Program, walk: Walk): ManyField[] {
  if (!mayLookUp(walk.text)) return [];
  const own: Walk = { ...walk, around: [] };
  const reading: Reading = { walk: own, entities: newEntities(), steps: [] };
  const lists: ManyField[] = [];
  const within = (node: { start: number; end: number }, is: "owner" | "field", name?: string) =>
    enter(own, { ...node, name: name ?? String(node.start), is });
  readEntities(program, reading.entities);
  new Visitor({
    ClassDeclaration(node) {
      within(node, "owner", node.id?.name ?? "");
    },
    MethodDefinition(node) {
      within(node, "field");
    },
    FunctionDeclaration(node) {
      within(node, "field");
    },
    VariableDeclarator(node) {
      if (node.init?.type === "ArrowFunctionExpression") within(node, "field");
    },
    PropertyDefinition(node) {
      within(node, "field", nameOf(node.key));
      for (const { expression } of node.decorators) addList(own, lists, expression);
    },
    CallExpression(node) {
      readCall(reading, node);
    },
  }).visit(program);
  follow(reading);
  return lists;
}

/** `@OneToMany(() => Order, …) orders`, and the other side of a relation that has its column elsewhere. */
function addList(walk: Walk, lists: ManyField[], expression: Expression): void {
  const { start } = expression;
  if (expression.type !== "CallExpression") return;
  if (!/(?:One|Many)To(?:Many|One)$/.test(calleeOf(expression) ?? "")) return;
  const to = targetOf(expression.arguments[0]);
  const owner = aroundOf(walk, start, "owner");
  const field = aroundOf(walk, start, "field");
  if (to !== undefined && owner !== "")
    lists.push({ ...placeAt(walk, start), field, owner, to, relation: undefined });
}

const JOIN = /^(?:left|right|inner|full)Join(?:AndSelect)?$/;
const FIND = /^(?:find|count|exist|aggregate|groupBy|update|upsert|delete|create)/;

function readCall(reading: Reading, node: Called): void {
  const name = calleeOf(node) ?? "";
  const { callee, arguments: given } = node;
  if (!("object" in callee)) return;
  if (name === "createQueryBuilder") return begin(reading, node);
  if (JOIN.test(name)) return joined(reading, node);
  if (!FIND.test(name)) return;
  const [first, second] = given;
  const options = first?.type === "ObjectExpression" ? first : second;
  if (options?.type !== "ObjectExpression") return;
  addIncluded(reading.walk, propertyOf(options, "include"));
  const { object } = callee;
  const entity =
    options === first
      ? reading.entities.of(object, aroundOf(reading.walk, node.start, "owner"))
      : chainOf(first);
  // `prisma.order.findMany(…)`: of a schema, by what its client is asked.
  const asked = "object" in object ? `${calleeOf(object) ?? ""}.${name}` : undefined;
  const from = entity ?? asked;
  if (from === undefined) return;
  for (const { path, start } of pathsIn(options, /By(?:OrFail)?$/.test(name)))
    lookUp(reading.walk, `${from}: ${path}`, start);
}

/** Sequelize: `include: [{ model: User, as: "buyer" }, Shop]`. */
function addIncluded(walk: Walk, included: Expression | undefined): void {
  const all = included?.type === "ArrayExpression" ? included.elements : [included];
  for (const one of all) {
    const model = one?.type === "ObjectExpression" ? propertyOf(one, "model") : one;
    if (one?.type === undefined || model?.type !== "Identifier") continue;
    if (/^[A-Z]/.test(model.name)) lookUp(walk, model.name, one.start);
  }
}

/** `rows.createQueryBuilder("order")`, `manager.createQueryBuilder(Order, "order")`. */
function begin({ walk, entities, steps }: Reading, { callee, arguments: given, start }: Called) {
  if (!("object" in callee)) return;
  const alias = literalOf(given[0]) ?? literalOf(given[1]);
  const entity =
    literalOf(given[0]) === undefined && given.length > 1
      ? chainOf(given[0])
      : entities.of(callee.object, aroundOf(walk, start, "owner"));
  const within = aroundOf(walk, start, "field");
  steps.push({ start: callee.property.start, within, alias, entity });
}

function joined({ walk, steps }: Reading, { callee, arguments: given, start }: Called): void {
  const [what, as] = given;
  if (!("object" in callee) || what === undefined) return;
  const at = callee.property.start;
  const within = aroundOf(walk, start, "field");
  const alias = literalOf(as);
  const path = literalOf(what);
  if (path !== undefined) steps.push({ start: at, within, alias, path });
  else if (isModel(what)) {
    const entity = chainOf(what);
    steps.push({ start: at, within, alias, entity, isJoined: true });
  }
}

function isModel(node: Argument): boolean {
  return node.type === "Identifier" || node.type === "MemberExpression";
}

/** From what each name means to the relations that are asked of it. */
function follow({ walk, steps }: Reading): void {
  const known = new Map<string, string | undefined>();
  for (const { start, within, alias, entity, path, isJoined } of steps.toSorted(
    (a, b) => a.start - b.start,
  )) {
    const [of = "", field] = path?.split(".") ?? [];
    const from = path === undefined ? undefined : known.get(`${within} ${of}`);
    const to = from === undefined || field === undefined ? entity : through(from, field);
    if (to !== undefined && (path !== undefined || isJoined === true)) lookUp(walk, to, start);
    if (alias !== undefined) known.set(`${within} ${alias}`, to);
  }
}

function through(from: string, field: string): string {
  return from.includes(":") ? `${from}.${field}` : `${from}: ${field}`;
}

function lookUp(walk: Walk, what: string, start: number): void {
  const place = placeAt(walk, start);
  const key = `${place.line} look-up ${what}`;
  if (!walk.told.has(key)) walk.hidden.push({ ...place, kind: "look-up", what });
  walk.told.add(key);
}
