/** A file's statements in their order, and the classes and functions that they stand in. */
import { colonOf, dottedAt, endOf, stringOf } from "../lexer/expressions.ts";
import { isName, isOperator, lineOf, NAME, sign, textOf } from "../lexer/tokens.ts";
import { type Word, wordOf } from "../lexer/words.ts";
import { basesAt, isUserModel, parametersAt, readField, valueAt } from "./fields.ts";
import { readFromImport, readImport } from "./imports.ts";
import { readTaskDecorator } from "./names.ts";
import { type ClassScope, declare, placeOf, type Reading } from "./reading.ts";
import { readWords } from "./walk.ts";

export function readStatements(reading: Reading): void {
  const { first, column, count } = reading.tokens;
  const task = { decorator: -1 };
  for (let index = 0; index < first.length; index++) {
    const start = first[index] ?? 0;
    leaveScopes(reading, column[index] ?? 0);
    readStatement(reading, {
      start,
      end: first[index + 1] ?? count,
      column: column[index] ?? 0,
      task,
    });
  }
}

interface Statement {
  readonly start: number;
  readonly end: number;
  readonly column: number;
  /** The decorator that makes the next function a task; -1 for none. */
  readonly task: { decorator: number };
}

function leaveScopes({ scopes }: Reading, column: number): void {
  while (scopes.length > 0 && (scopes.at(-1)?.column ?? 0) >= column) scopes.pop();
}

function readStatement(reading: Reading, statement: Statement): void {
  const { start, end } = statement;
  const { tokens } = reading;
  const isAsync = wordAt(reading, start) === "async";
  const word = wordAt(reading, isAsync ? start + 1 : start);
  if (word === "import") return readImport(reading, start);
  if (word === "from") return readFromImport(reading, start);
  if (word === "class") beginClass(reading, statement);
  else if (word === "def") beginFunction(reading, statement, isAsync ? start + 2 : start + 1);
  else if (word === "if") beginTypes(reading, statement);
  else if (isOperator(tokens, start, sign.at)) readDecorator(reading, statement);
  else if (tokens.kind[start] === NAME) readAssignment(reading, statement, word);
  readWords(reading, start, end);
}

function wordAt({ tokens }: Reading, token: number): Word | undefined {
  return tokens.kind[token] === NAME ? wordOf(tokens.detail[token] ?? 0) : undefined;
}

function beginClass(reading: Reading, { start, end, column }: Statement): void {
  const { tokens, scopes, classes } = reading;
  if (!isName(tokens, start + 1)) return;
  const name = textOf(tokens, start + 1);
  const outer = scopes.findLast(({ kind }) => kind !== "types");
  if (name === "Meta" && outer?.of !== undefined) outer.of.hasMeta = true;
  outer?.of?.attributes.add(name);
  const of: ClassScope = {
    name,
    line: lineOf(tokens, start),
    bases: basesAt(tokens, start + 1),
    isTop: outer === undefined,
    hasField: false,
    hasMeta: false,
    isAbstract: false,
    isProxy: false,
    keys: [],
    attributes: new Set(),
  };
  scopes.push({ kind: "class", column, of });
  classes.push(of);
  // `class Meta: abstract = True`
  const body = colonOf(tokens, { start, end }) + 1;
  if (isName(tokens, body) && body < end)
    readAssignment(reading, { start: body, end, column }, undefined);
}

function beginFunction(reading: Reading, { column, task }: Statement, name: number): void {
  const { tokens, scopes, exports } = reading;
  if (!isName(tokens, name)) return;
  if (task.decorator >= 0) readTaskDecorator(reading, task.decorator, name);
  task.decorator = -1;
  scopes.findLast(({ kind }) => kind !== "types")?.of?.attributes.add(textOf(tokens, name));
  const isTop = scopes.every(({ kind }) => kind === "types");
  if (isTop) {
    const parameters = parametersAt(tokens, name);
    exports.push({
      name: textOf(tokens, name),
      is: "function",
      ...(parameters === undefined ? {} : { parameters }),
      ...placeOf(reading, name),
    });
  }
  if (wordAt(reading, name) === "INSTALLED_APPS")
    declare(reading, "settings", { what: "INSTALLED_APPS", token: name });
  scopes.push({ kind: "def", column, of: undefined });
}

/** `if TYPE_CHECKING:` */
function beginTypes(reading: Reading, { start, end, column }: Statement): void {
  const { tokens, scopes } = reading;
  const { name, end: after } = dottedAt(tokens, start + 1);
  if (after >= end || !isOperator(tokens, after, sign.colon)) return;
  if (/^(?:\w+\.)?TYPE_CHECKING$/.test(name)) scopes.push({ kind: "types", column, of: undefined });
}

function readDecorator(reading: Reading, { start, task }: Statement): void {
  const { tokens } = reading;
  const { end } = dottedAt(tokens, start + 1);
  const word = wordAt(reading, end - 1);
  if (word === "shared_task" || word === "task" || word === "periodic_task")
    task.decorator = end - 1;
}

function readAssignment(
  reading: Reading,
  { start, end, column }: Omit<Statement, "task">,
  word: Word | undefined,
): void {
  const { tokens, scopes } = reading;
  if (word === "INSTALLED_APPS")
    declare(reading, "settings", { what: "INSTALLED_APPS", token: start });
  const value = valueAt(tokens, start);
  if (value === undefined) return;
  const scope = scopes.findLast(({ kind }) => kind !== "types");
  if (scope === undefined) return readConstant(reading, { start, end, value, column });
  const { of } = scope;
  if (of === undefined) return;
  of.attributes.add(textOf(tokens, start));
  // `creator = editor = None`
  for (let at = value; isName(tokens, at) && isOperator(tokens, at + 1, sign.is); at += 2)
    of.attributes.add(textOf(tokens, at));
  readField(reading, { owner: of, name: start, call: value });
  readMeta(reading, { of, start, value, end });
}

/** `name = value` of a module. */
function readConstant(
  reading: Reading,
  {
    start,
    end,
    value,
    column,
  }: {
    readonly start: number;
    readonly end: number;
    readonly value: number;
    readonly column: number;
  },
): void {
  const { tokens, exports, userNames } = reading;
  const name = textOf(tokens, start);
  const span = { start: value, end: endOf(tokens, value) };
  if (isUserModel(tokens, span)) userNames.add(name);
  const space = wordAt(reading, start) === "app_name" ? stringOf(tokens, span) : undefined;
  if (space !== undefined) declare(reading, "url space", { what: space, token: start });
  if (column === 0 && end > value) exports.push({ name, is: "value", ...placeOf(reading, start) });
}

/** `abstract = True` and `proxy = True` of a Meta; `name` and `label` of an AppConfig. */
function readMeta(
  reading: Reading,
  {
    of,
    start,
    value,
    end,
  }: {
    readonly of: ClassScope;
    readonly start: number;
    readonly value: number;
    readonly end: number;
  },
): void {
  const { tokens, scopes } = reading;
  const name = textOf(tokens, start);
  const isOfMeta = of.name === "Meta" && (name === "abstract" || name === "proxy");
  if (isOfMeta && textOf(tokens, value) === "True") {
    const outer = scopes.findLast((scope) => scope.of !== undefined && scope.of !== of);
    if (outer?.of !== undefined) outer.of[name === "proxy" ? "isProxy" : "isAbstract"] = true;
  }
  if (name !== "name" && name !== "label") return;
  if (!mayBeAppConfig(reading, of)) return;
  const what = stringOf(tokens, { start: value, end: endOf(tokens, value) });
  if (what === undefined || end < value) return;
  declare(reading, name === "name" ? "app name" : "app label", { what, of: of.name, token: start });
}

/** A project may have a base of its own for all of them, which stands elsewhere: in an apps.py any base will do. */
function mayBeAppConfig({ isAppsFile, bindings }: Reading, { bases, isTop }: ClassScope): boolean {
  if (isAppsFile && isTop && bases.length > 0) return true;
  return bases.some(
    (base) => base.endsWith("AppConfig") || bindings.get(base)?.name === "AppConfig",
  );
}
