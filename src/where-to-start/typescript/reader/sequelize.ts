/** Models of Sequelize, written as classes, by `define` or by decorators, and the columns that refer to others. */
import {
  type Argument,
  type Class,
  type Expression,
  type ObjectExpression,
  type Program,
  Visitor,
} from "oxc-parser";
import type { Association, LinkKind } from "../../types/source.ts";
import { chainOf, propertyOf, targetOf } from "./relations.ts";
import {
  aroundOf,
  type Called,
  calleeOf,
  enter,
  isMember,
  literalOf,
  nameOf,
  placeAt,
  type Walk,
} from "./walk.ts";

/** Whether a look at the syntax tree is worth its price. */
export function mayBeSequelize(text: string): boolean {
  return text.includes("sequelize") || /\.(?:belongsTo(?:Many)?|has(?:Many|One))\s*\(/.test(text);
}

/** Of an association that a model declares: whether the column is its own, and of which kind. */
const ASSOCIATIONS: ReadonlyMap<string, { readonly isOwn: boolean; readonly kind: LinkKind }> =
  new Map([
    ["belongsto", { isOwn: true, kind: "foreign key" }],
    ["hasmany", { isOwn: false, kind: "foreign key" }],
    ["hasone", { isOwn: false, kind: "one to one" }],
    ["belongstomany", { isOwn: true, kind: "many to many" }],
  ]);

interface Reading {
  readonly walk: Walk;
  readonly associations: Association[];
  /** Variables that models are put into, by where the call begins that makes them. */
  readonly variables: Map<number, string>;
}

export function readSequelize(program: Program, walk: Walk): Association[] {
  const associations: Association[] = [];
  if (!mayBeSequelize(walk.text)) return associations;
  const isSequelize = walk.text.includes("sequelize");
  const own = { ...walk, around: [] };
  const reading: Reading = { walk: own, associations, variables: new Map() };
  const within = (name: string, { start, end }: Span, is: "owner" | "field") =>
    enter(own, { name, start, end, is });
  new Visitor({
    ClassDeclaration(node) {
      within(node.id?.name ?? "", node, "owner");
      if (isSequelize) addTable(own, node);
    },
    VariableDeclarator({ id, init }) {
      if (id.type === "Identifier" && init) reading.variables.set(init.start, id.name);
    },
    PropertyDefinition(node) {
      within(nameOf(node.key), node, "field");
      if (!isSequelize) return;
      for (const { expression } of node.decorators) addDecorated(reading, expression);
    },
    Property(node) {
      within(nameOf(node.key), node, "field");
    },
    ObjectExpression(node) {
      if (isSequelize) addReference(own, node);
    },
    CallExpression(node) {
      if (!isMember(node)) return;
      const name = calleeOf(node) ?? "";
      const made = isSequelize ? madeBy(reading, name, node) : undefined;
      if (made === undefined) return addAssociation(reading, name, node);
      within(made.name, node, "owner");
      own.models.push({ ...placeAt(own, node.start), ...made });
    },
  }).visit(program);
  return associations;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Made {
  readonly name: string;
  readonly table: string;
}

/** `sequelize.define("order", {…})` and `Order.init({…}, { sequelize })`. */
function madeBy({ walk, variables }: Reading, name: string, node: Called): Made | undefined {
  const { start, arguments: given } = node;
  const [first, second] = given;
  if (name === "define") {
    const model = literalOf(first);
    // `customElements.define("x-y", class {})` is of the browser.
    if (model === undefined || second === undefined || /Class/.test(second.type)) return undefined;
    return { name: variables.get(start) ?? model, table: tableOf(model, given[2]) };
  }
  if (name !== "init" || second?.type !== "ObjectExpression") return undefined;
  if (propertyOf(second, "sequelize") === undefined) return undefined;
  const model = callerOf(walk, node);
  if (model === undefined || model === "") return undefined;
  return {
    name: model,
    table: tableOf(literalOf(propertyOf(second, "modelName")) ?? model, second),
  };
}

/** `@Table class Order`, `@Table({ tableName: "orders" })`. */
function addTable(walk: Walk, { id, decorators, start }: Class): void {
  const table = decorators.find(({ expression }) => calleeOf(expression) === "Table")?.expression;
  if (table === undefined || id === null) return;
  const options = table.type === "CallExpression" ? table.arguments[0] : undefined;
  const named =
    options?.type === "ObjectExpression" ? literalOf(propertyOf(options, "modelName")) : undefined;
  const { name } = id;
  walk.models.push({ ...placeAt(walk, start), name, table: tableOf(named ?? name, options) });
}

/** Without a name it is the model's in the plural. */
function tableOf(model: string, options: Argument | undefined): string {
  if (options?.type !== "ObjectExpression") return pluralOf(model);
  const isFrozen = propertyOf(options, "freezeTableName");
  return (
    literalOf(propertyOf(options, "tableName")) ??
    (isFrozen?.type === "Literal" && isFrozen.value === true ? model : pluralOf(model))
  );
}

function pluralOf(name: string): string {
  if (/[^aeiou]y$/i.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/i.test(name) ? `${name}es` : `${name}s`;
}

/** `buyerId: { type, references: { model: User } }`; a migration writes the same, of no model. */
function addReference(walk: Walk, node: ObjectExpression): void {
  const references = propertyOf(node, "references");
  if (references?.type !== "ObjectExpression") return;
  const model = propertyOf(references, "model");
  const to =
    model?.type === "ObjectExpression"
      ? literalOf(propertyOf(model, "tableName"))
      : model && targetOf(model);
  if (to !== undefined) addKey(walk, to, node.start);
}

function addKey(walk: Walk, to: string, start: number): void {
  const owner = aroundOf(walk, start, "owner");
  const field = aroundOf(walk, start, "field");
  if (owner !== "")
    walk.foreignKeys.push({ ...placeAt(walk, start), kind: "foreign key", field, owner, to });
}

/** `@ForeignKey(() => User)`, and the other decorators of sequelize-typescript that say what that column is for. */
function addDecorated(reading: Reading, expression: Expression): void {
  if (expression.type !== "CallExpression") return;
  const { walk } = reading;
  const { start, arguments: given } = expression;
  const name = calleeOf(expression) ?? "";
  const to = targetOf(given[0]);
  if (to === undefined || !/^[A-Z]/.test(name)) return;
  if (name === "ForeignKey") return addKey(walk, to, start);
  add(reading, {
    name,
    start,
    caller: aroundOf(walk, start, "owner"),
    to,
    column: literalOf(given[1]) ?? columnIn(given[1]),
    usual: undefined,
    through: targetOf(given[1]),
  });
}

/** `Order.belongsTo(User, { foreignKey: "buyerId" })`, `User.hasMany(Order)`, `this.belongsTo(models.User)`. */
function addAssociation(reading: Reading, name: string, node: Called): void {
  const { start, arguments: given } = node;
  const [model, options] = given;
  if (!/^[a-z]/.test(name) || !ASSOCIATIONS.has(name.toLowerCase())) return;
  const to = chainOf(model);
  const caller = callerOf(reading.walk, node);
  if (to === undefined || caller === undefined || caller === "") return;
  const isObject = options?.type === "ObjectExpression";
  const as = isObject ? literalOf(propertyOf(options, "as")) : undefined;
  const through = isObject ? propertyOf(options, "through") : undefined;
  const isComputed = isObject && propertyOf(options, "foreignKey") !== undefined;
  const usual = `${name === "belongsTo" ? (as ?? lastOf(to)) : lastOf(caller)}Id`;
  add(reading, {
    name,
    start,
    caller,
    to,
    column: columnIn(options),
    usual: isComputed ? undefined : usual,
    through:
      through?.type === "ObjectExpression"
        ? targetOf(propertyOf(through, "model"))
        : through && targetOf(through),
  });
}

interface Declared {
  readonly name: string;
  readonly start: number;
  readonly caller: string;
  readonly to: string;
  /** As it is written, and what Sequelize calls it where nothing is. */
  readonly column: string | undefined;
  readonly usual: string | undefined;
  readonly through: string | undefined;
}

function add({ walk, associations }: Reading, declared: Declared): void {
  const { name, start, caller, to, column, usual, through } = declared;
  const { isOwn, kind } = ASSOCIATIONS.get(name.toLowerCase()) ?? {};
  if (isOwn === undefined || kind === undefined || caller === "") return;
  const isMany = kind === "many to many";
  const field = isMany ? lastOf(through ?? to) : (column ?? usual);
  associations.push({
    ...placeAt(walk, start),
    kind,
    owner: isOwn ? caller : to,
    to: isOwn ? to : caller,
    field: field ?? `${lastOf(isOwn ? to : caller)}Id`,
    ...(field === undefined && { isAnyColumn: true }),
    ...(isMany && through !== undefined && { through }),
  });
}

/** `foreignKey: "buyerId"`, `foreignKey: { name: "buyerId" }`. */
function columnIn(options: Argument | undefined): string | undefined {
  if (options?.type !== "ObjectExpression") return undefined;
  const column = propertyOf(options, "foreignKey");
  if (column?.type !== "ObjectExpression") return column && literalOf(column);
  return literalOf(propertyOf(column, "name")) ?? literalOf(propertyOf(column, "fieldName"));
}

/** The model whose method is called; of `this` and `super` the class around. */
function callerOf(walk: Walk, { callee, start }: Called): string | undefined {
  if (!("object" in callee)) return undefined;
  const { object } = callee;
  if (object.type === "ThisExpression" || object.type === "Super")
    return aroundOf(walk, start, "owner");
  return chainOf(object);
}

function lastOf(chain: string): string {
  return chain.slice(chain.lastIndexOf(".") + 1);
}
