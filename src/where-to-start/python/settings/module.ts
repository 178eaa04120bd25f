/** A settings file: what its names are at its end, with every branch taken. Nothing is run. */
import { argumentsOf, colonOf, dottedAt, endOf, next, split } from "../lexer/expressions.ts";
import { lex } from "../lexer/lex.ts";
import { isName, isOperator, NAME, PLUS_IS, sign, textOf, type Tokens } from "../lexer/tokens.ts";
import { wordOf } from "../lexer/words.ts";
import { evaluate } from "./evaluate.ts";
import { either, type Item, itemsOf, listOf, type Value } from "./value.ts";

export interface SettingsModule {
  readonly file: string;
  readonly tokens: Tokens;
  /** What a name is at the end of the file; with functions called and bases looked into. */
  readonly valueOf: (name: string) => Value | undefined;
}

export interface ReadSettings {
  readonly file: string;
  readonly text: string;
  /**
   * The modules of the project that it imports something of: `from .base import *` has their names, and a class
   * from there has them for its children.
   */
  readonly parents: readonly SettingsModule[];
}

/** A function's statements, from one up to another. */
interface Body {
  readonly from: number;
  readonly to: number;
}

interface Names {
  readonly values: Map<string, Value | undefined>;
  readonly functions: Map<string, Body>;
  readonly parents: readonly SettingsModule[];
  /** Functions that are being called: one that calls itself says nothing. */
  readonly calling: Set<string>;
  /** What functions gave back: none has to be run twice. */
  readonly results: Map<string, Value | undefined>;
  readonly budget: { left: number };
}

/** Expressions of one file; the largest settings seen have some thousands. */
const EXPRESSIONS_MAX = 100_000;

export function readSettings({ file, text, parents }: ReadSettings): SettingsModule {
  const tokens = lex(text);
  const names: Names = {
    values: new Map(),
    functions: new Map(),
    parents,
    calling: new Set(),
    results: new Map(),
    budget: { left: EXPRESSIONS_MAX },
  };
  const running: Running = { file, tokens, names, locals: undefined, result: undefined };
  run(running, { from: 0, to: tokens.first.length });
  return { file, tokens, valueOf: (name) => lookUp(running, name) };
}

interface Running {
  readonly file: string;
  readonly tokens: Tokens;
  readonly names: Names;
  /** Of a function. */
  readonly locals: Map<string, Value | undefined> | undefined;
  /** What it gives back. */
  result: Value | undefined;
}

function lookUp(running: Running, name: string): Value | undefined {
  const { names, locals } = running;
  const known = locals?.get(name) ?? names.values.get(name) ?? call(running, name);
  if (known !== undefined) return known;
  return names.parents.reduce<Value | undefined>(
    (found, parent) => found ?? parent.valueOf(name),
    undefined,
  );
}

function call(running: Running, name: string): Value | undefined {
  const { names } = running;
  const body = names.functions.get(name);
  if (body === undefined || names.calling.has(name)) return undefined;
  if (names.results.has(name)) return names.results.get(name);
  names.calling.add(name);
  const inner: Running = { ...running, locals: new Map(), result: undefined };
  run(inner, body);
  names.calling.delete(name);
  names.results.set(name, inner.result);
  return inner.result;
}

function run(running: Running, { from, to }: Body): void {
  const { tokens, names } = running;
  const { first, column, kind, detail } = tokens;
  const outermost = column[from] ?? 0;
  for (let index = from; index < to; index++) {
    const start = first[index] ?? 0;
    if (kind[start] !== NAME) continue;
    const word = wordOf(detail[start] ?? 0);
    const inside = SUITES.test(textOf(tokens, start)) ? suiteOf(tokens, start) : undefined;
    if (inside !== undefined) {
      runStatement(running, inside, true);
      continue;
    }
    if (word === "def" || word === "async") {
      const end = endOfBody(tokens, index, to);
      const name = textOf(tokens, word === "def" ? start + 1 : start + 2);
      names.functions.set(name, { from: index + 1, to: end });
      index = end - 1;
    } else {
      runStatement(running, start, (column[index] ?? 0) > outermost);
    }
  }
}

const SUITES = /^(?:if|elif|else|try|except|finally|with|for|while)$/;

/** `if DEBUG: APPS += ["x"]`: where the statement behind the colon begins. */
function suiteOf(tokens: Tokens, start: number): number | undefined {
  const end = endOf(tokens, start);
  const inside = colonOf(tokens, { start, end }) + 1;
  return inside < end && tokens.kind[inside] === NAME ? inside : undefined;
}

function endOfBody({ column }: Tokens, index: number, to: number): number {
  const own = column[index] ?? 0;
  let end = index + 1;
  while (end < to && (column[end] ?? 0) > own) end++;
  return end;
}

function runStatement(running: Running, start: number, isBranch: boolean): void {
  const { tokens } = running;
  const end = endOf(tokens, start);
  if (textOf(tokens, start) === "return") {
    const value = evaluateIn(running, start + 1, end);
    running.result = either(running.result, value);
    return;
  }
  const { name: target, end: after } = dottedAt(tokens, start);
  const name = target.split(".").at(-1) ?? "";
  if (isOperator(tokens, after, PLUS_IS)) {
    add(running, name, evaluateIn(running, after + 1, end));
  } else if (isOperator(tokens, after, sign.is) || isOperator(tokens, after, sign.colon)) {
    assign(running, { name, at: after, end, isBranch });
  } else if (isOperator(tokens, after, sign.open) && /^(?:append|insert|extend)$/.test(name)) {
    const owner = target.split(".").at(-2) ?? "";
    add(running, owner, added(running, name, after));
  }
}

interface Assignment {
  readonly name: string;
  readonly at: number;
  readonly end: number;
  readonly isBranch: boolean;
}

/** `A = B = value`, `A: type = value`. In a branch the value from before may stay. */
function assign(running: Running, { name, at, end, isBranch }: Assignment): void {
  const { tokens } = running;
  const targets = [name];
  let value = at;
  while (value < end && !isOperator(tokens, value, sign.is)) value = next(tokens, value);
  value++;
  while (isName(tokens, value) && isOperator(tokens, value + 1, sign.is)) {
    targets.push(textOf(tokens, value));
    value += 2;
  }
  if (value >= end) return;
  const found = evaluateIn(running, value, end);
  for (const target of targets) {
    const before = isBranch ? lookUp(running, target) : undefined;
    const isList = before?.is === "list" && found?.is === "list";
    set(running, target, isList ? either(before, found) : either(found, before));
  }
}

function add(running: Running, name: string, value: Value | undefined): void {
  if (value?.is !== "list") return;
  set(running, name, either(lookUp(running, name), value));
}

function set({ names, locals }: Running, name: string, value: Value | undefined): void {
  (locals ?? names.values).set(name, value);
}

function added(running: Running, method: string, open: number): Value | undefined {
  const { tokens, file } = running;
  const args = argumentsOf(tokens, open);
  const last = args.at(-1);
  const value = last && evaluateIn(running, last.start, last.end);
  if (value?.is !== "text" || method === "extend") return value;
  const item: Item = { text: value.text, file, line: tokens.line[last?.start ?? open] ?? 1 };
  return listOf([item]);
}

function evaluateIn(running: Running, start: number, end: number): Value | undefined {
  const { file, tokens, names } = running;
  const around = {
    file,
    tokens,
    budget: names.budget,
    valueOf: (name: string) => lookUp(running, name),
    returned: (name: string) => (names.functions.has(name) ? call(running, name) : undefined),
  };
  // `A = "x", "y"` is a list without brackets.
  const parts = split(tokens, { start, end });
  if (parts.length === 1 && !isOperator(tokens, end - 1, sign.comma))
    return evaluate(around, { start, end });
  return listOf(
    parts.flatMap((part) => {
      const value = evaluate(around, part);
      const line = tokens.line[part.start] ?? 1;
      return value?.is === "text" ? [{ text: value.text, file, line }] : [...itemsOf(value)];
    }),
  );
}
