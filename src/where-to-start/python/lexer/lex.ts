/**
 * Python's text into tokens: in one pass, whatever the text is. It knows no version: what some Python reads, it
 * reads. What none reads (a string or a bracket without its end) costs at most the statement that it is in.
 */
import { add, endStatement, isLineEnd, skipLineEnd, type State } from "./state.ts";
import { beginPieces, isFormat, readPiece, readString } from "./strings.ts";
import {
  isOperator,
  NAME,
  newTokens,
  NUMBER,
  OPERATOR,
  OTHER,
  PLUS_IS,
  POWER,
  sign,
  type Tokens,
} from "./tokens.ts";
import { hash, numberOf } from "./words.ts";

const SPACE = 1;
const LINE_END = 2;
const LETTER = 3;
const DIGIT = 4;
const QUOTE = 5;
const COMMENT = 6;
const BACKSLASH = 7;
const OPEN = 8;
const CLOSE = 9;

const classes = new Uint8Array(128);
for (const [signs, kind] of [
  [" \t\f\v\0", SPACE],
  ["\n\r", LINE_END],
  ["_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTER],
  ["0123456789", DIGIT],
  ["'\"", QUOTE],
  ["#", COMMENT],
  ["\\", BACKSLASH],
  ["([{", OPEN],
  [")]}", CLOSE],
] as const) {
  for (const letter of signs) classes[letter.charCodeAt(0)] = kind;
}

const TAB = 9;
const SEMICOLON = 59;

export function lex(text: string): Tokens {
  const tokens = newTokens(text);
  const state: State = {
    tokens,
    text,
    at: text.charCodeAt(0) === 0xfeff ? 1 : 0,
    line: 1,
    column: 0,
    lineStart: 0,
    isFirst: true,
    isLineStart: true,
    lastCodeLine: 0,
    open: [],
    pieces: [],
  };
  while (state.at < text.length) readNext(state);
  if (state.open.length > 0) giveUpBrackets(state);
  endStatement(state);
  return tokens;
}

function readNext(state: State): void {
  const code = state.text.charCodeAt(state.at);
  switch (code < 128 ? classes[code] : LETTER) {
    case SPACE:
      if (state.isLineStart && state.isFirst)
        state.column = code === TAB ? (state.column | 7) + 1 : state.column + 1;
      state.at++;
      return;
    case LINE_END:
      return readLineEnd(state);
    case LETTER:
      return readName(state);
    case DIGIT:
      return readNumber(state);
    case QUOTE:
      return readString(state, state.at);
    case COMMENT:
      while (state.at < state.text.length && !isLineEnd(state.text.charCodeAt(state.at)))
        state.at++;
      return;
    case BACKSLASH:
      state.at++;
      if (isLineEnd(state.text.charCodeAt(state.at))) skipLineEnd(state);
      return;
    case OPEN:
      state.open.push(add(state, OPERATOR, state.at, state.at + 1, code));
      state.at++;
      return;
    case CLOSE:
      return readClose(state, code);
    default:
      return readOperator(state, code);
  }
}

function readLineEnd(state: State): void {
  if (state.open.length === 0) {
    endStatement(state);
    state.column = 0;
  }
  state.isLineStart = true;
  skipLineEnd(state);
}

function readName(state: State): void {
  const { text } = state;
  const start = state.at;
  let at = start;
  let hashed = 0;
  let code = text.charCodeAt(at);
  while (code >= 128 || isPart(code)) {
    hashed = hash(hashed, code);
    code = text.charCodeAt(++at);
  }
  if ((code === 34 || code === 39) && at - start <= 3 && isPrefix(text.slice(start, at))) {
    const prefix = text.slice(start, at);
    if (isFormat(prefix)) return beginPieces(state, at);
    return readString(state, at);
  }
  if (state.isLineStart && state.open.length > 0 && isStatement(text, start, at))
    giveUpBrackets(state);
  state.at = at;
  add(state, NAME, start, at, numberOf(text, start, at, hashed));
}

function isPart(code: number): boolean {
  const kind = classes[code];
  return kind === LETTER || kind === DIGIT;
}

function isPrefix(name: string): boolean {
  return /^[rbuft]{1,3}$/i.test(name);
}

const statements = new Set(["import", "class", "def", "return", "while", "try", "raise", "with"]);
const fromImport = /from\s{1,20}[\w.]{1,200}\s{1,20}import\b/y;

/** Whether a line that begins so cannot stand inside of brackets. */
function isStatement(text: string, start: number, end: number): boolean {
  const name = text.slice(start, end);
  if (name !== "from") return statements.has(name);
  fromImport.lastIndex = start;
  return fromImport.test(text);
}

/** A bracket was never closed: what follows is read as if it had been. */
function giveUpBrackets(state: State): void {
  const { tokens, open } = state;
  const first = open[0] ?? 0;
  tokens.problems.push({ line: tokens.line[first] ?? 1, what: "a bracket is not closed" });
  open.length = 0;
  state.pieces.length = 0;
  endStatement(state);
  state.column = state.at - state.lineStart;
}

function readNumber(state: State): void {
  const { text } = state;
  const start = state.at;
  let code = text.charCodeAt(state.at);
  while (code === sign.dot || (code < 128 && isPart(code))) code = text.charCodeAt(++state.at);
  add(state, NUMBER, start, state.at, 0);
}

const opener: Readonly<Record<number, number>> = { 41: 40, 93: 91, 125: 123 };

function readClose(state: State, code: number): void {
  const { tokens, open } = state;
  const index = add(state, OPERATOR, state.at, state.at + 1, code);
  state.at++;
  const partner = open.at(-1);
  if (partner === undefined) return;
  if (!isOperator(tokens, partner, opener[code] ?? 0)) return;
  const isBraceOfPieces = state.pieces.at(-1)?.braces.at(-1) === partner;
  open.pop();
  tokens.mate[partner] = index;
  tokens.mate[index] = partner;
  if (isBraceOfPieces) {
    state.pieces.at(-1)?.braces.pop();
    readPiece(state);
  }
}

function readOperator(state: State, code: number): void {
  const { text, at, open } = state;
  if (
    code === sign.colon &&
    open.length > 0 &&
    state.pieces.at(-1)?.braces.at(-1) === open.at(-1)
  ) {
    add(state, OPERATOR, at, at + 1, code);
    state.at++;
    return readPiece(state);
  }
  if (code === SEMICOLON && open.length === 0) {
    endStatement(state);
    state.at++;
    return;
  }
  const next = text.charCodeAt(at + 1);
  const isDouble = next === sign.is && "=!<>+-*/%&|^@:".includes(text[at] ?? "");
  const isPower = code === sign.star && next === sign.star;
  const isArrow = code === 45 && next === 62;
  const width = isDouble || isPower || isArrow ? 2 : 1;
  const detail =
    width === 1 ? Math.min(code, 127) : isPower ? POWER : code === sign.plus ? PLUS_IS : OTHER;
  add(state, OPERATOR, at, at + width, detail);
  state.at += width;
}
