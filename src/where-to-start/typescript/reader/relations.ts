/** Columns that refer to rows of others, as TypeORM, MikroORM, Mongoose and Drizzle have them. */
import type { Argument, Decorator, Expression, ObjectExpression } from "oxc-parser";
import type { LinkKind } from "../../types/source.ts";
import { aroundOf, type Called, calleeOf, literalOf, nameOf, placeAt, type Walk } from "./walk.ts";

/** A code base may wrap them, and still say what they are: `@MultiORMManyToOne`. */
const RELATIONS: readonly (readonly [string, LinkKind])[] = [
  ["ManyToOne", "foreign key"],
  ["OneToOne", "one to one"],
  ["ManyToMany", "many to many"],
];

/** TypeORM says on one of two sides that the column, or the table of links, is there. */
const JOINED: ReadonlyMap<LinkKind, string> = new Map([
  ["one to one", "JoinColumn"],
  ["many to many", "JoinTable"],
]);

/** `@ManyToOne(() => User, …)`, `@ManyToOne("User")`, and MikroORM's `{ entity: () => User }`. */
export function decorated(walk: Walk, decorators: readonly Decorator[]): void {
  const names = decorators.map(({ expression }) => calleeOf(expression) ?? "");
  for (const [index, { expression }] of decorators.entries()) {
    const name = names[index] ?? "";
    const kind = RELATIONS.find(([ending]) => name.endsWith(ending))?.[1];
    if (kind === undefined || expression.type !== "CallExpression") continue;
    const joined = JOINED.get(kind);
    const isHere =
      joined === undefined ||
      names.some((one) => one.endsWith(joined)) ||
      ((walk.isMikro || entityOf(expression) !== undefined) && isOwning(expression.arguments));
    const to = isHere ? targetOf(expression.arguments[0]) : undefined;
    if (to !== undefined) add(walk, { kind, to, start: expression.start });
  }
}

/** MikroORM: the other side names the field here, by `mappedBy` or as what comes second. */
function isOwning(given: readonly Argument[]): boolean {
  const options = given.filter((one) => one.type === "ObjectExpression");
  const valueOf = (key: string) =>
    options.map((one) => propertyOf(one, key)).find((value) => value !== undefined);
  const owner = valueOf("owner");
  if (owner?.type === "Literal") return owner.value === true;
  if (valueOf("mappedBy") !== undefined) return false;
  const isMapped = given[1] !== undefined && given[1].type !== "ObjectExpression";
  return !isMapped || valueOf("inversedBy") !== undefined;
}

/** Mongoose: `author: { type: ObjectId, ref: "User" }`, and Nest's `@Prop({ type, ref: User.name })`. */
export function referring(walk: Walk, node: ObjectExpression): void {
  const ref = propertyOf(node, "ref");
  // Without a type it is a virtual: what others refer to this with.
  if (ref === undefined || propertyOf(node, "type") === undefined) return;
  const to = targetOf(ref);
  if (to !== undefined)
    add(walk, { kind: "foreign key", to: to.replace(/\.name$/, ""), start: node.start });
}

/** Drizzle: `.references(() => users.id)`. */
export function referenced(walk: Walk, { arguments: [first] }: Called): void {
  if (first?.type !== "ArrowFunctionExpression") return;
  const to = tableOf(targetOf(first));
  if (to !== undefined) add(walk, { kind: "foreign key", to, start: first.start });
}

/** Drizzle, for several columns: `foreignKey({ columns: [t.a, t.b], foreignColumns: [users.a, users.b] })`. */
export function keyed(walk: Walk, { arguments: [first], start }: Called): void {
  if (first?.type !== "ObjectExpression") return;
  const [from, of] = [propertyOf(first, "columns"), propertyOf(first, "foreignColumns")];
  if (from?.type !== "ArrayExpression" || of?.type !== "ArrayExpression") return;
  const to = tableOf(chainOf(of.elements[0]));
  const columns = from.elements.map((one) => chainOf(one)?.split(".").at(-1) ?? "");
  if (to !== undefined) add(walk, { kind: "foreign key", to, start, field: columns.join(", ") });
}

interface Key {
  readonly kind: LinkKind;
  readonly to: string;
  readonly start: number;
  readonly field?: string;
}

function add(walk: Walk, key: Key): void {
  const { kind, to, start, field = aroundOf(walk, start, "field") } = key;
  const owner = aroundOf(walk, start, "owner");
  walk.foreignKeys.push({ ...placeAt(walk, start), kind, field, owner, to });
}

/** `users.id` is a column, `schema.users.id` one of a table that is taken by the name of its module. */
function tableOf(column: string | undefined): string | undefined {
  return column?.includes(".") === true ? column.slice(0, column.lastIndexOf(".")) : column;
}

/** `User` of `() => User`, `"User"` and `{ entity: () => User }`. */
export function targetOf(node: Argument | undefined): string | undefined {
  if (node?.type === "ObjectExpression") return targetOf(propertyOf(node, "entity"));
  if (node?.type === "ArrowFunctionExpression") return chainOf(node.body);
  return literalOf(node) ?? chainOf(node);
}

function entityOf({ arguments: [first] }: { readonly arguments: readonly Argument[] }) {
  return first?.type === "ObjectExpression" ? propertyOf(first, "entity") : undefined;
}

export function propertyOf({ properties }: ObjectExpression, name: string): Expression | undefined {
  const found = properties.find(
    (one) => one.type === "Property" && !one.computed && nameOf(one.key) === name,
  );
  return found?.type === "Property" ? found.value : undefined;
}

/** `a.b.c`, however it is wrapped; undefined for what is computed. */
export function chainOf(node: unknown): string | undefined {
  const { type, name, object, property, expression, computed } = (node ?? {}) as {
    type?: string;
    name?: string;
    object?: unknown;
    property?: unknown;
    expression?: unknown;
    computed?: boolean;
  };
  if (type === "Identifier") return name;
  if (type === "MemberExpression" && computed !== true) {
    const before = chainOf(object);
    return before === undefined ? undefined : `${before}.${nameOf(property)}`;
  }
  const isWrapping = [
    "ParenthesizedExpression",
    "TSAsExpression",
    "TSNonNullExpression",
    "TSSatisfiesExpression",
  ];
  return isWrapping.includes(type ?? "") ? chainOf(expression) : undefined;
}
