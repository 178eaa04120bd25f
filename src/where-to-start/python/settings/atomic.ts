/** Whether a request is a transaction: Django asks the entries of DATABASES, and nothing else. */
import type { Place } from "../../types/source.ts";
import { argumentsOf, dottedAt, next, type Span } from "../lexer/expressions.ts";
import { lex } from "../lexer/lex.ts";
import {
  END,
  isName,
  isOperator,
  lineOf,
  NAME,
  sign,
  STRING,
  textOf,
  type Tokens,
  valueOf,
} from "../lexer/tokens.ts";
import type { Settings } from "./load.ts";

const SETTING = "ATOMIC_REQUESTS";

export interface AtomicRequests {
  /** Where a database has it. */
  readonly at: Place | undefined;
  /** Where it is a setting of its own, which has no effect. */
  readonly idle: Place | undefined;
}

/** The first file that says so and does not say False; that which manage.py names before others. */
export function atomicRequestsOf({ files, own, texts }: Settings): AtomicRequests {
  let at: Place | undefined;
  let idle: Place | undefined;
  for (const file of new Set([...files.map((module) => module.file), ...own])) {
    const text = texts.get(file) ?? "";
    if (!text.includes(SETTING)) continue;
    const tokens = lex(text);
    for (const said of saidIn(tokens)) {
      const place = { file, line: lineOf(tokens, said.token) };
      if (said.isOfDatabase) at ??= place;
      else idle ??= place;
    }
  }
  return { at, idle };
}

interface Said {
  readonly token: number;
  readonly isOfDatabase: boolean;
}

/** Each place that sets it to something which may be True. */
function saidIn(tokens: Tokens): Said[] {
  const said: Said[] = [];
  const values = assignedIn(tokens);
  for (let token = 0; token < tokens.count; token++) {
    const isText = tokens.kind[token] === STRING && valueOf(tokens, token) === SETTING;
    if (!isText && !(isName(tokens, token) && textOf(tokens, token) === SETTING)) continue;
    const start = isText ? entryOf(tokens, token) : assignedAt(tokens, token);
    if (start === undefined || !mayBeTrue(tokens, spanFrom(tokens, start), values)) continue;
    said.push({ token, isOfDatabase: isText || isKeyword(tokens, token) });
  }
  return said;
}

/** The value of `{"X": value}`, of `["X"] = value`, of `.setdefault("X", value)`. */
function entryOf(tokens: Tokens, token: number): number | undefined {
  if (isOperator(tokens, token + 1, sign.colon)) return token + 2;
  if (isOperator(tokens, token + 1, sign.closeList) && isOperator(tokens, token + 2, sign.is))
    return token + 3;
  const isDefault =
    isOperator(tokens, token - 1, sign.open) && textOf(tokens, token - 2) === "setdefault";
  return isDefault && isOperator(tokens, token + 1, sign.comma) ? token + 2 : undefined;
}

/** `X = value`, `X: bool = value`, `dict(X=value)` */
function assignedAt(tokens: Tokens, token: number): number | undefined {
  if (isOperator(tokens, token + 1, sign.is)) return token + 2;
  if (!isOperator(tokens, token + 1, sign.colon)) return undefined;
  const type = dottedAt(tokens, token + 2);
  return isOperator(tokens, type.end, sign.is) ? type.end + 1 : undefined;
}

function isKeyword(tokens: Tokens, token: number): boolean {
  return isOperator(tokens, token - 1, sign.open) || isOperator(tokens, token - 1, sign.comma);
}

/** Longer is no value that somebody wrote. */
const VALUE_MAX = 100;

/** Up to a comma, the bracket around it, or the end of the statement. */
function spanFrom(tokens: Tokens, start: number): Span {
  let end = start;
  for (let count = 0; count < VALUE_MAX; count += 1) {
    const mate = tokens.mate[end] ?? -1;
    const isClosing = mate >= 0 && mate < end;
    const isOver = end >= tokens.count || tokens.kind[end] === END;
    if (isOver || isClosing || isOperator(tokens, end, sign.comma)) break;
    end = next(tokens, end);
  }
  return { start, end };
}

/** By name: where the value begins that a statement gives it last. */
function assignedIn(tokens: Tokens): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const start of tokens.first) {
    const value = isName(tokens, start) ? assignedAt(tokens, start) : undefined;
    if (value !== undefined) values.set(textOf(tokens, start), value);
  }
  return values;
}

/** A longer way is a circle. */
const NAMES_MAX = 10;

/** `True`, `1`, `x or True`, a call whose default is True, or a name of such. */
function mayBeTrue(tokens: Tokens, span: Span, values: ReadonlyMap<string, number>): boolean {
  let at: Span | undefined = span;
  for (let count = 0; at !== undefined && count < NAMES_MAX; count += 1) {
    if (saysTrue(tokens, at)) return true;
    const { name, end } = dottedAt(tokens, at.start);
    const value: number | undefined =
      end === at.end ? values.get(name.split(".").at(-1) ?? "") : undefined;
    at = value === undefined ? undefined : spanFrom(tokens, value);
  }
  return false;
}

function saysTrue(tokens: Tokens, { start, end }: Span): boolean {
  if (end === start + 1 && textOf(tokens, start) === "1") return true;
  for (let at = start; at < end; at = next(tokens, at)) {
    if (isTrue(tokens, at)) return true;
    if (!isOperator(tokens, at, sign.open)) continue;
    const isDefault = argumentsOf(tokens, at).some(
      ({ keyword, ...value }, index) =>
        (keyword === "default" || (keyword === undefined && index > 0)) &&
        value.end === value.start + 1 &&
        isTrue(tokens, value.start),
    );
    if (isDefault) return true;
  }
  return false;
}

function isTrue(tokens: Tokens, token: number): boolean {
  return tokens.kind[token] === NAME && textOf(tokens, token) === "True";
}
