/** Ties that no import shows: relations between rows, transactions, what Nest finds by name. */
import { type Argument, type Expression, type Program, Visitor } from "oxc-parser";
import type { ForeignKey, Hidden, HiddenKind, Import, LinkKind, Place } from "../types/source.ts";
import type { At } from "./lines.ts";

export interface Ties {
  /** CommonJS: `require("./x")`. */
  readonly required: readonly Import[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly hidden: readonly Hidden[];
  readonly models: readonly (Place & { readonly name: string })[];
}

/** TypeORM's and MikroORM's decorators on the side that has the column. The other side has none. */
const RELATIONS: Readonly<Record<string, LinkKind>> = {
  ManyToOne: "foreign key",
  OneToOne: "one to one",
  ManyToMany: "many to many",
};

const NAMED: Readonly<Record<string, HiddenKind>> = {
  Inject: "injection",
  AuthGuard: "injection",
  InjectRepository: "model by name",
  OnEvent: "signal",
  EventPattern: "signal",
  MessagePattern: "task",
  Process: "task",
  Processor: "task",
  InjectQueue: "task",
};

/** TypeORM's and MikroORM's, and that of Nest's Mongoose. */
const ENTITIES = new Set(["Entity", "Schema"]);

const TABLES = new Set(["pgTable", "mysqlTable", "sqliteTable"]);

interface Walk extends At {
  readonly required: Import[];
  readonly foreignKeys: ForeignKey[];
  readonly hidden: Hidden[];
  readonly models: (Place & { name: string })[];
  /** Classes, tables and fields that stand around what is looked at, with where they end. */
  readonly around: {
    readonly name: string;
    readonly end: number;
    readonly is: "owner" | "field";
  }[];
}

export function readTies(program: Program, at: At): Ties {
  const walk: Walk = { ...at, required: [], foreignKeys: [], hidden: [], models: [], around: [] };
  new Visitor({
    ClassDeclaration({ id, end, decorators, start }) {
      enter(walk, id?.name ?? "", end, "owner");
      const isEntity = decorators.some(({ expression }) =>
        ENTITIES.has(calleeOf(expression) ?? ""),
      );
      if (isEntity && id) walk.models.push({ ...placeAt(walk, start), name: id.name });
    },
    PropertyDefinition({ key, end, decorators }) {
      enter(walk, nameOf(key), end, "field");
      for (const { expression } of decorators) relation(walk, expression);
    },
    Property({ key, end }) {
      enter(walk, nameOf(key), end, "field");
    },
    VariableDeclarator({ id, init, start, end }) {
      if (id.type !== "Identifier" || init?.type !== "CallExpression") return;
      const callee = calleeOf(init) ?? "";
      const isTable =
        callee === "table" && isMember(init) && literalOf(init.arguments[0]) !== undefined;
      if (!TABLES.has(callee) && !isTable) return;
      enter(walk, id.name, end, "owner");
      walk.models.push({ ...placeAt(walk, start), name: id.name });
    },
    Decorator({ expression }) {
      const name = calleeOf(expression);
      if (name === "Transactional") hide(walk, "transaction", "@Transactional", expression.start);
      if (name !== undefined && expression.type === "CallExpression") named(walk, name, expression);
    },
    TSImportEqualsDeclaration({ moduleReference, importKind, start }) {
      if (moduleReference.type !== "TSExternalModuleReference") return;
      const from = moduleReference.expression.value;
      const isType = importKind === "type";
      walk.required.push({ ...placeAt(walk, start), from, names: ["*"], isType });
    },
    CallExpression(node) {
      const name = calleeOf(node);
      if (name === undefined) return;
      if (name === "references") referenced(walk, node);
      else if (name === "require") required(walk, node);
      else if (name === "model") addModel(walk, node);
      else if (name === "AuthGuard") named(walk, name, node);
      else if (name === "$transaction" || (name === "transaction" && isMember(node)))
        hide(walk, "transaction", name, node.start);
    },
  }).visit(program);
  mongoose(walk);
  return walk;
}

interface Called {
  readonly start: number;
  readonly callee: Expression | { readonly type: string };
  readonly arguments: readonly Argument[];
}

function enter(walk: Walk, name: string, end: number, is: "owner" | "field"): void {
  walk.around.push({ name, end, is });
}

/** The innermost of a kind that stands around an offset. Nodes are visited in the order of the text. */
function aroundOf(walk: Walk, offset: number, is: "owner" | "field"): string {
  while ((walk.around.at(-1)?.end ?? Infinity) < offset) walk.around.pop();
  return walk.around.findLast((one) => one.is === is && one.end >= offset)?.name ?? "";
}

/** `@ManyToOne(() => User, …)`, and MikroORM's `{ entity: () => User }`. */
function relation(walk: Walk, expression: Expression): void {
  const kind = RELATIONS[calleeOf(expression) ?? ""];
  if (kind === undefined || expression.type !== "CallExpression") return;
  const written = walk.text.slice(expression.start, expression.end);
  // The side that names its column by the other one's has none.
  if (/\bmappedBy\s*:/.test(written)) return;
  const to =
    /\(\s*\(?\s*\w*\s*\)?\s*=>\s*([\w$.]+)/.exec(written)?.[1] ??
    /entity\s*:\s*\(\)\s*=>\s*([\w$.]+)/.exec(written)?.[1] ??
    /\(\s*["']([\w$.]+)["']/.exec(written)?.[1];
  if (to === undefined) return;
  walk.foreignKeys.push({
    ...placeAt(walk, expression.start),
    kind,
    field: aroundOf(walk, expression.start, "field"),
    owner: aroundOf(walk, expression.start, "owner"),
    to,
  });
}

/** Drizzle: `.references(() => users.id)`. */
function referenced(walk: Walk, { arguments: given }: Called): void {
  const [first] = given;
  if (first?.type !== "ArrowFunctionExpression") return;
  const to = /=>\s*([\w$]+)/.exec(walk.text.slice(first.start, first.end))?.[1];
  if (to === undefined) return;
  walk.foreignKeys.push({
    ...placeAt(walk, first.start),
    kind: "foreign key",
    field: aroundOf(walk, first.start, "field"),
    owner: aroundOf(walk, first.start, "owner"),
    to,
  });
}

function required(walk: Walk, { arguments: given, start }: Called): void {
  const from = literalOf(given[0]);
  if (from !== undefined)
    walk.required.push({ ...placeAt(walk, start), from, names: ["*"], isType: false });
}

function named(walk: Walk, name: string, { arguments: given, start }: Called): void {
  const kind = NAMED[name];
  const [first] = given;
  if (kind === undefined || first === undefined) return;
  const what = literalOf(first) ?? walk.text.slice(first.start, first.end).split("\n", 1)[0] ?? "";
  hide(walk, kind, `${name}(${what})`, start);
}

function hide(walk: Walk, kind: HiddenKind, what: string, offset: number): void {
  const place = placeAt(walk, offset);
  const isKnown = walk.hidden.some((one) => one.line === place.line && one.what === what);
  if (!isKnown) walk.hidden.push({ ...place, kind, what });
}

/** Mongoose: `model("User", schema)`. */
function addModel(walk: Walk, { arguments: given, start }: Called): void {
  const name = literalOf(given[0]);
  if (name === undefined || !walk.text.includes("mongoose")) return;
  walk.models.push({ ...placeAt(walk, start), name });
}

/** Mongoose: `author: { type: ObjectId, ref: "User" }`. */
function mongoose(walk: Walk): void {
  if (!walk.text.includes("mongoose")) return;
  for (const match of walk.text.matchAll(
    /([\w$]+)\s*:\s*\[?\s*\{[^{}]*\bref\s*:\s*["'](\w+)["']/g,
  )) {
    const [, field = "", to = ""] = match;
    walk.foreignKeys.push({
      ...placeAt(walk, match.index),
      kind: "foreign key",
      field,
      owner: "",
      to,
    });
  }
}

function placeAt({ file, lineAt }: At, offset: number): Place {
  return { file, line: lineAt(offset) };
}

/** `f` of `f()`, `a.f()` and `@f()`. */
function calleeOf(expression: unknown): string | undefined {
  const node = expression as {
    type: string;
    callee?: unknown;
    name?: string;
    property?: unknown;
    computed?: boolean;
  };
  if (node.type === "CallExpression" || node.type === "NewExpression") return calleeOf(node.callee);
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression" && node.computed !== true) return calleeOf(node.property);
  return undefined;
}

function isMember({ callee }: Called): boolean {
  return callee.type === "MemberExpression";
}

function nameOf(key: unknown): string {
  const node = key as { type: string; name?: string; value?: unknown };
  return node.name ?? (typeof node.value === "string" ? node.value : "");
}

function literalOf(node: Argument | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}
