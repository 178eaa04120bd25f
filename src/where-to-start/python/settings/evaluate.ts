/** Expressions of settings files: lists, strings and what is made of them. Nothing is run. */
import {
  type Argument,
  argumentsOf,
  dottedAt,
  next,
  type Span,
  split,
  stringOf,
} from "../lexer/expressions.ts";
import {
  isOperator,
  lineOf,
  NAME,
  PIECE,
  sign,
  STRING,
  textOf,
  type Tokens,
} from "../lexer/tokens.ts";
import { format, percent } from "./format.ts";
import { either, type Item, itemsOf, listOf, textValue, type Value } from "./value.ts";

export interface Around {
  readonly file: string;
  readonly tokens: Tokens;
  /** What a name is; of `self.apps` and `base.apps` the last part is asked for. */
  readonly valueOf: (name: string) => Value | undefined;
  /** What a function of the project gives back; undefined when it is none. */
  readonly returned: (name: string) => Value | undefined;
  /** How many expressions may still be looked at: loops in loops would have no end. */
  readonly budget: { left: number };
}

/** Deeper is no settings file. */
const DEPTH_MAX = 40;

export function evaluate(around: Around, span: Span, depth = 0): Value | undefined {
  const { tokens } = around;
  if (span.start >= span.end || depth > DEPTH_MAX || --around.budget.left < 0) return undefined;
  const choice = wordsOf(tokens, span, ["if", "else"]);
  if (choice.length > 1) {
    const [then, , , , otherwise] = choice;
    return either(
      then && evaluate(around, then, depth + 1),
      otherwise && evaluate(around, otherwise, depth + 1),
    );
  }
  const options = wordsOf(tokens, span, ["or", "and"]);
  if (options.length > 1) return eitherOf(around, options, depth);
  const terms = partsOf(tokens, span, sign.plus);
  if (terms.length > 1) return sumOf(around, terms, depth);
  const factors = partsOf(tokens, span, sign.percent);
  const [left, right] = factors;
  if (left !== undefined && right !== undefined) {
    const text = evaluate(around, left, depth + 1);
    return text?.is === "text"
      ? textValue(percent(text.text, filling(around, right, depth)))
      : text;
  }
  return evaluateAtom(around, span, depth);
}

function eitherOf(around: Around, spans: readonly Span[], depth: number): Value | undefined {
  return spans
    .map((span) => evaluate(around, span, depth + 1))
    .reduce((all, one) => either(all, one), undefined);
}

function sumOf(around: Around, terms: readonly Span[], depth: number): Value | undefined {
  const values = terms.map((term) => evaluate(around, term, depth + 1));
  if (values.some((value) => value?.is === "list"))
    return listOf(values.flatMap((value) => [...itemsOf(value)]));
  const texts = values.map((value) => (value?.is === "text" ? value.text : undefined));
  return texts.includes(undefined) ? undefined : textValue(texts.join(""));
}

/** What stands to the right of `%`: texts by their place, or by their name. */
function filling(around: Around, span: Span, depth: number): (name: string | number) => string {
  const { tokens, valueOf } = around;
  const inside = isOperator(tokens, span.start, sign.open)
    ? split(tokens, { start: span.start + 1, end: span.end - 1 })
    : [span];
  return (name) => {
    const part = typeof name === "number" ? inside[name] : undefined;
    const value =
      typeof name === "string" ? valueOf(name) : part && evaluate(around, part, depth + 1);
    return value?.is === "text" ? value.text : "";
  };
}

function evaluateAtom(around: Around, span: Span, depth: number): Value | undefined {
  const { tokens } = around;
  const { start, end } = span;
  const kind = tokens.kind[start];
  if (kind === STRING || kind === PIECE) return evaluateText(around, span, depth);
  const isWhole = next(tokens, start) === end;
  const inside = { start: start + 1, end: end - 1 };
  if (isOperator(tokens, start, sign.open) && isWhole) {
    const isOne = split(tokens, inside).length === 1 && !hasComma(tokens, inside);
    return isOne && !hasFor(tokens, inside)
      ? evaluate(around, inside, depth + 1)
      : listOf(evaluateItems(around, inside, depth));
  }
  const isList = isOperator(tokens, start, sign.openList) && isWhole;
  const isSet = isOperator(tokens, start, sign.openBrace) && isWhole;
  if (isList || isSet) return listOf(evaluateItems(around, inside, depth));
  const callee = dottedAt(tokens, start);
  if (callee.name === "") return undefined;
  if (isOperator(tokens, callee.end, sign.open))
    return evaluateCall(around, { name: callee.name, open: callee.end, end }, depth);
  return around.valueOf(callee.name.split(".").at(-1) ?? "");
}

function hasComma(tokens: Tokens, span: Span): boolean {
  return isOperator(tokens, span.end - 1, sign.comma);
}

function hasFor(tokens: Tokens, span: Span): boolean {
  return wordsOf(tokens, span, ["for"]).length > 1;
}

/** Strings side by side, f-strings, and `"…".format(…)`. */
function evaluateText(around: Around, { start, end }: Span, depth: number): Value | undefined {
  const { tokens } = around;
  let text = "";
  for (let at = start; at < end; at = next(tokens, at)) {
    const kind = tokens.kind[at];
    if (kind === STRING || kind === PIECE) {
      text += stringOf(tokens, { start: at, end: at + 1 }) ?? textOf(tokens, at);
    } else if (isOperator(tokens, at, sign.openBrace)) {
      const value = evaluate(around, { start: at + 1, end: next(tokens, at) - 1 }, depth + 1);
      text += value?.is === "text" ? value.text : "";
    } else if (isOperator(tokens, at, sign.dot) && textOf(tokens, at + 1) === "format") {
      return textValue(format(text, formatArguments(around, at + 2, depth)));
    } else {
      break;
    }
  }
  return textValue(text);
}

function formatArguments(around: Around, open: number, depth: number) {
  const args = argumentsOf(around.tokens, open);
  return (name: string | number) => {
    const found =
      typeof name === "number" ? args[name] : args.find(({ keyword }) => keyword === name);
    const value = found && evaluate(around, found, depth + 1);
    return value?.is === "text" ? value.text : "";
  };
}

function evaluateItems(around: Around, span: Span, depth: number): Item[] {
  const { tokens, file } = around;
  return split(tokens, span).flatMap((part): Item[] => {
    const { start, end } = part;
    if (isOperator(tokens, start, sign.star))
      return [...itemsOf(evaluate(around, { start: start + 1, end }, depth + 1))];
    const [each, loop] = wordsOf(tokens, part, ["for"]).length > 1 ? loopOf(tokens, part) : [];
    if (each !== undefined && loop !== undefined) return evaluateLoop(around, each, loop, depth);
    const value = evaluate(around, part, depth + 1);
    return value?.is === "text" ? [{ text: value.text, file, line: lineOf(tokens, start) }] : [];
  });
}

/** `each for name in loop` */
function loopOf(tokens: Tokens, span: Span): [Span, Span] | [] {
  const [each, , rest] = wordsOf(tokens, span, ["for"]);
  return each === undefined || rest === undefined ? [] : [each, rest];
}

function evaluateLoop(around: Around, each: Span, loop: Span, depth: number): Item[] {
  const { tokens, file } = around;
  const name = textOf(tokens, loop.start);
  const [, , source] = wordsOf(tokens, loop, ["in", "if"]);
  if (source === undefined) return [];
  return itemsOf(evaluate(around, source, depth + 1)).flatMap((item) => {
    const valueOf: Around["valueOf"] = (asked) =>
      asked === name ? textValue(item.text) : around.valueOf(asked);
    const value = evaluate({ ...around, valueOf }, each, depth + 1);
    return value?.is === "text" ? [{ text: value.text, file, line: item.line }] : [];
  });
}

interface Call {
  readonly name: string;
  readonly open: number;
  readonly end: number;
}

/** A function that is not known may give back any list that it is given. */
function evaluateCall(around: Around, { name, open }: Call, depth: number): Value | undefined {
  const { tokens } = around;
  const after = next(tokens, open);
  // `super().apps`
  if (isOperator(tokens, after, sign.dot) && tokens.kind[after + 1] === NAME)
    return around.valueOf(textOf(tokens, after + 1));
  const args = argumentsOf(tokens, open);
  const last = name.split(".").at(-1) ?? "";
  const own = around.returned(last);
  if (own !== undefined) return own;
  if (last === "join") return textValue(joined(around, args, depth));
  const values = args.map((argument) => evaluate(around, argument, depth + 1));
  const lists = values.filter((value) => value?.is === "list");
  if (lists.length > 0) return listOf(lists.flatMap((list) => [...itemsOf(list)]));
  const isEnvironment = /(?:^|\.)(?:config|getenv|get|env|str|bool)$/.test(name);
  const byName = args.findIndex(({ keyword }) => keyword === "default");
  return isEnvironment ? values[byName < 0 ? 1 : byName] : undefined;
}

function joined(around: Around, args: readonly Argument[], depth: number): string {
  const texts = args.map((argument) => evaluate(around, argument, depth + 1));
  return texts.flatMap((value) => (value?.is === "text" ? value.text : [])).join("/");
}

/** Cut at these words on the same level: parts and words by turns. */
function wordsOf(tokens: Tokens, { start, end }: Span, words: readonly string[]): Span[] {
  const parts: Span[] = [];
  let from = start;
  for (let at = start; at < end; at = next(tokens, at)) {
    if (tokens.kind[at] !== NAME || !words.includes(textOf(tokens, at))) continue;
    parts.push({ start: from, end: at }, { start: at, end: at + 1 });
    from = at + 1;
  }
  parts.push({ start: from, end });
  return parts;
}

function partsOf(tokens: Tokens, { start, end }: Span, code: number): Span[] {
  const parts: Span[] = [];
  let from = start;
  for (let at = start; at < end; at = next(tokens, at)) {
    if (!isOperator(tokens, at, code)) continue;
    parts.push({ start: from, end: at });
    from = at + 1;
  }
  parts.push({ start: from, end });
  return parts;
}
