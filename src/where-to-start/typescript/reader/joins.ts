/** Tables that code names as texts: in SQL, and in the calls of query builders. */
import { type Argument, type Program, type TemplateLiteral, Visitor } from "oxc-parser";
import { isSql, MAY_BE_SQL, tablesInSql } from "./sql.ts";
import { type Called, calleeOf, literalOf, placeAt, type Walk } from "./walk.ts";

const MAY_BUILD =
  /\.(?:(?:left|right|full|inner|cross)(?:Outer)?Join\w{0,20}\s*\(\s*["'`{]|join\s*\(\s*(?:\{|["'`][\w. ]{2,80}["'`]\s*,)|(?:from|into|selectFrom|insertInto|updateTable|deleteFrom)\s*\(\s*["'`]\w)|\b(?:knex|db|trx|tx)\s*\(\s*["'`]\w/;

/** Whether a look at the syntax tree is worth its price. */
export function mayJoin(text: string): boolean {
  return MAY_BUILD.test(text) || MAY_BE_SQL.test(text);
}

const JOIN = /^(?:join|(?:left|right|full|inner|cross)(?:Outer)?Join(?:AndSelect)?)$/;
const QUERY = /^(?:from|into|selectFrom|insertInto|updateTable|deleteFrom)$/;
/** What Knex is usually called, and its transactions. */
const KNEX = /^(?:knex|db|trx|tx)$/;

/** Shorter is no query. */
const SQL_CHARS_MIN = 12;

export function readJoins(program: Program, walk: Walk): void {
  if (!mayJoin(walk.text)) return;
  /** Up to where texts are read already, as parts of a longer one. */
  let done = -1;
  const read = (text: string, start: number) => {
    if (text.length >= SQL_CHARS_MIN && isSql(text))
      for (const table of tablesInSql(text)) add(walk, "join", table, start);
  };
  new Visitor({
    BinaryExpression({ operator, start, end, left, right }) {
      if (operator !== "+" || start < done) return;
      done = end;
      read(concatenated(left, right), start);
    },
    Literal({ value, start }) {
      if (typeof value === "string" && start >= done) read(value, start);
    },
    TemplateLiteral(node) {
      if (node.start >= done) read(templateText(node), node.start);
    },
    CallExpression(node) {
      readBuilder(walk, node);
    },
  }).visit(program);
}

function add(walk: Walk, kind: "join" | "model by name", table: string, start: number): void {
  const place = placeAt(walk, start);
  const what = kind === "join" ? table : `${TABLE}${table}`;
  const key = `${place.line} ${kind} ${what}`;
  if (!walk.told.has(key)) walk.hidden.push({ ...place, kind, what });
  walk.told.add(key);
}

const TABLE = "table ";

/** The table that a tie names; undefined where it names something else. */
export function tableOfTie(kind: string, what: string): string | undefined {
  if (kind === "join") return what;
  return kind === "model by name" && what.startsWith(TABLE) ? what.slice(TABLE.length) : undefined;
}

/** Of `"SELECT …" + "FROM …" + x`, without going deeper for each piece. */
function concatenated(left: unknown, right: unknown): string {
  const pieces = [right];
  let rest = left as { type: string; operator?: string; left?: unknown; right?: unknown };
  while (rest.type === "BinaryExpression" && rest.operator === "+") {
    pieces.push(rest.right);
    rest = rest.left as typeof rest;
  }
  pieces.push(rest);
  return pieces
    .toReversed()
    .map((piece) => textOf(piece) ?? UNKNOWN)
    .join("");
}

/** What is computed; it is no part of a name. */
const UNKNOWN = "?";

function textOf(node: unknown): string | undefined {
  const piece = node as Argument | TemplateLiteral;
  return piece.type === "TemplateLiteral" ? templateText(piece) : literalOf(piece as Argument);
}

function templateText({ quasis }: TemplateLiteral): string {
  return quasis.map(({ value }) => value.cooked ?? value.raw).join(UNKNOWN);
}

/** `.join("users", …)`, `.leftJoin("users as u", …)`, `.from("users")`, `knex("users")`. */
function readBuilder(walk: Walk, node: Called): void {
  const name = calleeOf(node) ?? "";
  const { callee, arguments: given, start } = node;
  if (callee.type === "Identifier") {
    const table = KNEX.test(name) ? tableIn(given[0]) : undefined;
    if (table !== undefined) add(walk, "model by name", table, start);
    return;
  }
  if (!("object" in callee)) return;
  const { object, property } = callee;
  const of = object.type === "Identifier" ? object.name : "";
  const [kind, table] = JOIN.test(name)
    ? ["join" as const, isJoin({ name, of }, given) ? tableIn(given[0]) : undefined]
    : ["model by name" as const, isQuery({ name, of }, given) ? tableIn(given[0]) : undefined];
  if (table !== undefined) add(walk, kind, table, property.start);
}

/** `users`, `users as u`, `{ u: "users" }`. */
function tableIn(node: Argument | undefined): string | undefined {
  const [first] = node?.type === "ObjectExpression" ? node.properties : [];
  const text = first?.type === "Property" ? textOf(first.value) : node && textOf(node);
  return /^\s*([A-Za-z_][\w$]*(?:\.[\w$]+){0,2})(?:\s+(?:as\s+)?\w+)?\s*$/i.exec(text ?? "")?.[1];
}

interface Asked {
  readonly name: string;
  /** Whose method it is, where that has a name. */
  readonly of: string;
}

/** `Buffer.from("users")` and others make something of a text. */
function isQuery({ name, of }: Asked, given: readonly Argument[]): boolean {
  return QUERY.test(name) && given.length === 1 && !/^[A-Z]/.test(of);
}

/**
 * Whether it names a table: `path.join("users", "a.js")` and `list.join(", ")` do not, and `leftJoin("order.buyer",
 * "buyer")` names a relation.
 */
function isJoin({ name, of }: Asked, given: readonly Argument[]): boolean {
  const [first, ...others] = given;
  const columns = others.filter((one) => /^\w+(?:\.\w+)+$/.test(textOf(one) ?? ""));
  const hasCondition =
    columns.length > 1 ||
    others.some(({ type }) =>
      /^(?:ArrowFunction|Function|Object|Call|TaggedTemplate)Expression$/.test(type),
    );
  if (name === "join") return hasCondition && !/path|posix|win32/i.test(of);
  const isPath = first !== undefined && textOf(first)?.includes(".") === true;
  return hasCondition || columns.length > 0 || !isPath;
}
