/**
 * The tokens of a Python file, as columns of numbers: a file of a million lines makes a few arrays, not a
 * million objects. A statement is what Python calls a logical line: brackets and backslashes join lines.
 */

export const NAME = 1;
/** A string without places to fill. */
export const STRING = 2;
/** A piece of an f-string between its `{…}`; what is inside the braces is tokens of its own. */
export const PIECE = 3;
export const NUMBER = 4;
export const OPERATOR = 5;
/** The end of a statement. */
export const END = 6;

/** Operators of two signs; any other one has the code of its sign. */
export const OTHER = 1;
export const PLUS_IS = 2;
export const POWER = 4;

/** What a string has in it, so that most need not be looked at again. */
export const HAS_SLASH = 1;
export const HAS_DOT = 2;
export const HAS_UNDERSCORE = 4;
export const HAS_SPACE = 8;

export interface Tokens {
  readonly text: string;
  count: number;
  kind: Uint8Array;
  /** Of a name: its word's number. Of an operator: its code. Of a string: what it has in it. */
  detail: Uint8Array;
  start: Int32Array;
  end: Int32Array;
  line: Int32Array;
  /** Of a bracket: its partner; -1 when it has none. */
  mate: Int32Array;
  /** The first token of each statement, and the column in which its line begins. */
  readonly first: number[];
  readonly column: number[];
  /** Lines that are neither empty nor only a comment. */
  codeLines: number;
  /** Lines on which something could not be read. */
  readonly problems: { readonly line: number; readonly what: string }[];
}

export function newTokens(text: string): Tokens {
  const size = Math.max(64, text.length >> 2);
  return {
    text,
    count: 0,
    kind: new Uint8Array(size),
    detail: new Uint8Array(size),
    start: new Int32Array(size),
    end: new Int32Array(size),
    line: new Int32Array(size),
    mate: new Int32Array(size),
    first: [],
    column: [],
    codeLines: 0,
    problems: [],
  };
}

export function grow(tokens: Tokens): void {
  const size = tokens.kind.length * 2;
  const bytes = (old: Uint8Array) => {
    const wider = new Uint8Array(size);
    wider.set(old);
    return wider;
  };
  const integers = (old: Int32Array) => {
    const wider = new Int32Array(size);
    wider.set(old);
    return wider;
  };
  tokens.kind = bytes(tokens.kind);
  tokens.detail = bytes(tokens.detail);
  tokens.start = integers(tokens.start);
  tokens.end = integers(tokens.end);
  tokens.line = integers(tokens.line);
  tokens.mate = integers(tokens.mate);
}

export function textOf({ text, start, end }: Tokens, token: number): string {
  return text.slice(start[token], end[token]);
}

export function lineOf({ line }: Tokens, token: number): number {
  return line[token] ?? 1;
}

export function isName({ kind }: Tokens, token: number): boolean {
  return kind[token] === NAME;
}

export function isOperator({ kind, detail }: Tokens, token: number, code: number): boolean {
  return kind[token] === OPERATOR && detail[token] === code;
}

/** The sign's code, for `isOperator`. */
export const sign = {
  open: 40,
  close: 41,
  star: 42,
  comma: 44,
  dot: 46,
  colon: 58,
  is: 61,
  at: 64,
  openList: 91,
  closeList: 93,
  openBrace: 123,
  percent: 37,
  plus: 43,
} as const;

/** What a string says, without its quotes; a backslash stays as it is written, one before a line's end goes. */
export function valueOf({ text, start, end, kind }: Tokens, token: number): string {
  const from = start[token] ?? 0;
  const to = end[token] ?? 0;
  if (kind[token] === PIECE) return text.slice(from, to);
  let at = from;
  while (text[at] !== "'" && text[at] !== '"' && at < to) at++;
  const quote = text[at] ?? "";
  const width = text.startsWith(quote.repeat(3), at) && to - at >= 6 ? 3 : 1;
  const isClosed = text.endsWith(quote, to) && to - at >= 2 * width;
  const value = text.slice(at + width, isClosed ? to - width : to);
  return value.includes("\\") ? value.replace(/\\(?:\r\n|\n|\r)/g, "") : value;
}
