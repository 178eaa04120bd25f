/** Ties that no import shows: relations between rows, transactions, what Nest finds by name. */
import { type Program, Visitor } from "oxc-parser";
import type {
  Association,
  ClassFacts,
  ForeignKey,
  Hidden,
  HiddenKind,
  Import,
  ManyField,
  ModelFacts,
} from "../../types/source.ts";
import { classesIn, classRead } from "./classes.ts";
import { requireCall, requireInto, requireMember } from "./commonjs.ts";
import { readJoins } from "./joins.ts";
import type { At } from "./lines.ts";
import { readLookUps } from "./lookups.ts";
import { decorated, keyed, referenced, referring } from "./relations.ts";
import { readSequelize } from "./sequelize.ts";
import { readTransactions } from "./transactions.ts";
import {
  type Called,
  calleeOf,
  enter,
  isMember,
  literalOf,
  nameOf,
  placeAt,
  type Walk,
} from "./walk.ts";

export interface Ties {
  /** CommonJS: `require("./x")`. */
  readonly required: readonly Import[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly hidden: readonly Hidden[];
  readonly models: readonly ModelFacts[];
  readonly classes: readonly ClassFacts[];
  readonly lists: readonly ManyField[];
  readonly associations: readonly Association[];
}

const NAMED: ReadonlyMap<string, HiddenKind> = new Map([
  ["Inject", "injection"],
  ["AuthGuard", "injection"],
  ["InjectRepository", "model by name"],
  ["OnEvent", "signal"],
  ["EventPattern", "signal"],
  ["MessagePattern", "task"],
  ["Process", "task"],
  ["Processor", "task"],
  ["InjectQueue", "task"],
]);

const TABLES = new Set(["pgTable", "mysqlTable", "sqliteTable"]);

export function readTies(program: Program, at: At): Ties {
  const isMongoose = at.text.includes("mongoose");
  const walk: Walk = {
    ...at,
    required: [],
    requiredAt: new Set(),
    foreignKeys: [],
    hidden: [],
    models: [],
    classes: [],
    isMongoose,
    isMikro: at.text.includes("@mikro-orm/"),
    told: new Set(),
    begun: new Map(),
    transactions: new Map(),
    handles: new Set(),
    around: [],
  };
  new Visitor({
    ClassDeclaration(node) {
      classRead(walk, node);
    },
    PropertyDefinition({ key, start, end, decorators }) {
      enter(walk, { name: nameOf(key), start, end, is: "field" });
      decorated(walk, decorators);
    },
    Property({ key, start, end }) {
      // Of Mongoose what a field is made of: `{ tags: { type: [{ type: ObjectId, ref: "Tag" }] } }`.
      if (nameOf(key) !== "type") enter(walk, { name: nameOf(key), start, end, is: "field" });
    },
    ObjectExpression(node) {
      if (isMongoose) referring(walk, node);
    },
    VariableDeclaration({ declarations, start }) {
      for (const [index, { id, init, start: next }] of declarations.entries())
        requireInto(walk, { into: id, value: init, start: index === 0 ? start : next });
    },
    AssignmentExpression({ left, right, start }) {
      requireInto(walk, { into: left, value: right, start });
    },
    MemberExpression(node) {
      requireMember(walk, node);
    },
    VariableDeclarator({ id, init, start, end }) {
      if (id.type !== "Identifier" || init === null) return;
      const callee = calleeOf(init) ?? "";
      if (callee === "Schema" && isMongoose)
        enter(walk, { name: id.name, start, end, is: "owner" });
      if (init.type !== "CallExpression") return;
      const isTable =
        callee === "table" && isMember(init) && literalOf(init.arguments[0]) !== undefined;
      if (!TABLES.has(callee) && !isTable) return;
      enter(walk, { name: id.name, start, end, is: "owner" });
      const table = literalOf(init.arguments[0]);
      walk.models.push({ ...placeAt(walk, start), name: id.name, ...(table && { table }) });
    },
    Decorator({ expression }) {
      const name = calleeOf(expression);
      if (name === "Transactional") begin(walk, "@Transactional", expression.start);
      if (name !== undefined && expression.type === "CallExpression") named(walk, name, expression);
    },
    TSImportEqualsDeclaration({ id, moduleReference, importKind, start }) {
      if (moduleReference.type !== "TSExternalModuleReference") return;
      const from = moduleReference.expression.value;
      const isType = importKind === "type";
      walk.required.push({ ...placeAt(walk, start), from, names: ["*"], here: [id.name], isType });
    },
    CallExpression(node) {
      const name = calleeOf(node);
      if (name === undefined) return;
      if (name === "references") referenced(walk, node);
      else if (name === "foreignKey") keyed(walk, node);
      else if (name === "require") requireCall(walk, node);
      else if (name === "model") addModel(walk, node);
      else if (name === "AuthGuard") named(walk, name, node);
      else if (name === "$transaction" || (name === "transaction" && isMember(node))) {
        begin(walk, name, node.start);
        if (node.callee.type === "MemberExpression")
          walk.handles.add(calleeOf(node.callee.object) ?? "");
      }
    },
  }).visit(program);
  readTransactions(program, walk);
  readJoins(program, walk);
  const lists = readLookUps(program, walk);
  const associations = readSequelize(program, walk);
  return { ...walk, classes: classesIn(walk), lists, associations };
}

function named(walk: Walk, name: string, { arguments: given, start }: Called): void {
  const kind = NAMED.get(name);
  const [first] = given;
  if (kind === undefined || first === undefined) return;
  const what = literalOf(first) ?? walk.text.slice(first.start, first.end).split("\n", 1)[0] ?? "";
  hide(walk, kind, `${name}(${what})`, start);
}

function hide(walk: Walk, kind: HiddenKind, what: string, offset: number): void {
  const place = placeAt(walk, offset);
  const key = `${place.line} ${what}`;
  if (!walk.told.has(key)) walk.hidden.push({ ...place, kind, what });
  walk.told.add(key);
}

function begin(walk: Walk, what: string, offset: number): void {
  const place = placeAt(walk, offset);
  const key = `${place.line} ${what}`;
  const names = walk.begun.get(key) ?? [];
  if (!walk.begun.has(key)) walk.hidden.push({ ...place, kind: "transaction", what, names });
  walk.begun.set(key, names);
  walk.transactions.set(offset, names);
}

/** Mongoose: `model("User", schema)`. Without a schema it is asked for, whoever declares it. */
function addModel(walk: Walk, { arguments: given, start }: Called): void {
  const name = literalOf(given[0]);
  if (name === undefined || !walk.isMongoose) return;
  if (given.length === 1) hide(walk, "model by name", `model(${name})`, start);
  else walk.models.push({ ...placeAt(walk, start), name });
}
