/** Parts of statements: dotted names, arguments, the end of a head. */
import {
  END,
  isName,
  isOperator,
  NAME,
  POWER,
  sign,
  STRING,
  textOf,
  type Tokens,
  valueOf,
} from "./tokens.ts";

/** Tokens from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Argument extends Span {
  /** Of `to=User`; the value is the span. */
  readonly keyword: string | undefined;
  /** 1 for `*x`, 2 for `**x`. */
  readonly stars: 0 | 1 | 2;
}

/** The next token on the same level: past the bracket that opens here. */
export function next({ mate }: Tokens, token: number): number {
  const partner = mate[token] ?? -1;
  return partner > token ? partner + 1 : token + 1;
}

/** `a.b.c` from here, with where it ends; empty when no name begins here. */
export function dottedAt(
  tokens: Tokens,
  start: number,
): { readonly name: string; readonly end: number } {
  let name = "";
  let at = start;
  while (isName(tokens, at)) {
    name += textOf(tokens, at);
    at++;
    if (!isOperator(tokens, at, sign.dot) || !isName(tokens, at + 1)) break;
    name += ".";
    at++;
  }
  return { name, end: at };
}

/** The first token of the dotted name that ends here. */
export function dottedBefore(tokens: Tokens, last: number): number {
  let at = last;
  while (at >= 2 && isOperator(tokens, at - 1, sign.dot) && isName(tokens, at - 2)) at -= 2;
  return at;
}

/** Between an opening bracket and its partner; none when it has no partner. */
export function argumentsOf(tokens: Tokens, open: number): Argument[] {
  const close = tokens.mate[open] ?? -1;
  const found: Argument[] = [];
  if (close < open) return found;
  for (const { start, end } of split(tokens, { start: open + 1, end: close })) {
    const isKeyword = isName(tokens, start) && isOperator(tokens, start + 1, sign.is);
    const stars = isOperator(tokens, start, sign.star)
      ? 1
      : isOperator(tokens, start, POWER)
        ? 2
        : 0;
    found.push({
      keyword: isKeyword ? textOf(tokens, start) : undefined,
      stars,
      start: isKeyword ? start + 2 : stars > 0 ? start + 1 : start,
      end,
    });
  }
  return found;
}

/** At its commas; an empty part is left out. */
export function split(tokens: Tokens, span: Span): Span[] {
  const parts: Span[] = [];
  let start = span.start;
  for (let at = start; at < span.end; at = next(tokens, at)) {
    if (!isOperator(tokens, at, sign.comma)) continue;
    if (at > start) parts.push({ start, end: at });
    start = at + 1;
  }
  if (span.end > start) parts.push({ start, end: span.end });
  return parts;
}

/** What the span says when it is nothing but strings side by side. */
export function stringOf(tokens: Tokens, { start, end }: Span): string | undefined {
  if (start >= end) return undefined;
  let value = "";
  for (let at = start; at < end; at++) {
    if (tokens.kind[at] !== STRING) return undefined;
    value += valueOf(tokens, at);
  }
  return value;
}

/** The dotted name that the span is, and nothing else. */
export function nameOf(tokens: Tokens, { start, end }: Span): string | undefined {
  const dotted = dottedAt(tokens, start);
  return dotted.name !== "" && dotted.end === end ? dotted.name : undefined;
}

/** As it is written, on one line and without comments. */
export function writtenOf(tokens: Tokens, { start, end }: Span): string {
  let written = "";
  let before = "";
  for (let at = start; at < end; at++) {
    const token = textOf(tokens, at);
    const isApart = at > start && (tokens.start[at] ?? 0) > (tokens.end[at - 1] ?? 0);
    const isAtBracket = "([{".includes(before) || ")]}".includes(token);
    written += isApart && !isAtBracket ? ` ${token}` : token;
    before = token;
  }
  return written.replace(/,([)\]}])$/, "$1");
}

/** The colon that ends the head of a statement; `lambda` has colons of its own. */
export function colonOf(tokens: Tokens, { start, end }: Span): number {
  let lambdas = 0;
  for (let at = start; at < end; at = next(tokens, at)) {
    if (tokens.kind[at] === NAME && textOf(tokens, at) === "lambda") lambdas++;
    if (!isOperator(tokens, at, sign.colon)) continue;
    if (lambdas === 0) return at;
    lambdas--;
  }
  return end;
}

/** The end of the statement that this token is in. */
export function endOf({ kind, count }: Tokens, token: number): number {
  let at = token;
  while (at < count && kind[at] !== END) at++;
  return at;
}
