/** Strings: plain ones are one token; an f-string is pieces, with the tokens of its expressions between. */
import { add, countLine, isLineEnd, skipLineEnd, type Pieces, type State } from "./state.ts";
import {
  HAS_DOT,
  HAS_SLASH,
  HAS_SPACE,
  HAS_UNDERSCORE,
  OPERATOR,
  PIECE,
  sign,
  STRING,
} from "./tokens.ts";

const BACKSLASH = 92;
const CLOSE_BRACE = 125;

const bits = new Uint8Array(128);
for (const [letter, bit] of [
  ["/", HAS_SLASH],
  [".", HAS_DOT],
  ["_", HAS_UNDERSCORE],
  [" ", HAS_SPACE],
  ["\n", HAS_SPACE],
] as const) {
  bits[letter.charCodeAt(0)] = bit;
}

/** From the first letter of the prefix, or the quote, which is at `quote`. */
export function readString(state: State, quote: number): void {
  const { text, tokens } = state;
  const code = text.charCodeAt(quote);
  const width = widthOf(text, quote);
  const index = add(state, STRING, state.at, quote, 0);
  state.at = quote + width;
  let has = 0;
  for (;;) {
    const next = text.charCodeAt(state.at);
    if (next === code && isEnd(text, state.at, width)) {
      state.at += width;
      break;
    }
    if (next !== next || (width === 1 && isLineEnd(next))) {
      tokens.problems.push({ line: tokens.line[index] ?? 1, what: "a string is not closed" });
      break;
    }
    has |= next < 128 ? (bits[next] ?? 0) : 0;
    skipSign(state, next);
  }
  tokens.end[index] = Math.min(state.at, text.length);
  tokens.detail[index] = has;
}

/** One sign of a string, or two after a backslash. */
function skipSign(state: State, code: number): void {
  if (isLineEnd(code)) return skipLineEnd(state);
  if (code > 32) countLine(state);
  state.at++;
  if (code !== BACKSLASH || state.at >= state.text.length) return;
  if (isLineEnd(state.text.charCodeAt(state.at))) skipLineEnd(state);
  else state.at++;
}

function widthOf(text: string, quote: number): 1 | 3 {
  const code = text.charCodeAt(quote);
  return text.charCodeAt(quote + 1) === code && text.charCodeAt(quote + 2) === code ? 3 : 1;
}

function isEnd(text: string, at: number, width: 1 | 3): boolean {
  return width === 1 || widthOf(text, at) === 3;
}

/** Whether a string with this prefix has places to fill. */
export function isFormat(prefix: string): boolean {
  return /[ft]/i.test(prefix);
}

export function beginPieces(state: State, quote: number): void {
  const width = widthOf(state.text, quote);
  state.at = quote + width;
  state.pieces.push({ quote: state.text.charCodeAt(quote), width, braces: [] });
  readPiece(state);
}

/** To the next expression, or to the end of the f-string. */
export function readPiece(state: State): void {
  const { text, tokens } = state;
  const pieces = state.pieces.at(-1);
  if (pieces === undefined) return;
  const index = add(state, PIECE, state.at, state.at, 0);
  let has = 0;
  for (;;) {
    const code = text.charCodeAt(state.at);
    const isOver =
      code !== code ||
      (pieces.width === 1 && isLineEnd(code)) ||
      (code === pieces.quote && isEnd(text, state.at, pieces.width));
    const isOpening = code === sign.openBrace && !isDoubled(state, pieces);
    const isClosing = code === CLOSE_BRACE && pieces.braces.length > 0;
    if (isOver || isOpening || isClosing) break;
    has |= code < 128 ? (bits[code] ?? 0) : 0;
    skipSignOfPiece(state, code);
  }
  tokens.end[index] = Math.min(state.at, text.length);
  tokens.detail[index] = has;
  const code = text.charCodeAt(state.at);
  if (code === sign.openBrace) return openBrace(state, pieces);
  if (code === CLOSE_BRACE) return;
  endPieces(state, pieces, tokens.line[index] ?? 1);
}

/** `{{` is a brace that is meant; not inside of a format. */
function isDoubled({ text, at }: State, { braces }: Pieces): boolean {
  return braces.length === 0 && text.charCodeAt(at + 1) === sign.openBrace;
}

/** A backslash does not hide a brace, except that of `\N{name}`. */
function skipSignOfPiece(state: State, code: number): void {
  const { text } = state;
  const next = text.charCodeAt(state.at + 1);
  if (code === sign.openBrace) {
    state.at += 2;
  } else if (code === BACKSLASH && (next === sign.openBrace || next === CLOSE_BRACE)) {
    countLine(state);
    state.at++;
  } else if (code === BACKSLASH && text.startsWith("N{", state.at + 1)) {
    state.at += 3;
  } else {
    skipSign(state, code);
  }
}

function openBrace(state: State, pieces: Pieces): void {
  const brace = add(state, OPERATOR, state.at, state.at + 1, sign.openBrace);
  state.at++;
  state.open.push(brace);
  pieces.braces.push(brace);
}

function endPieces(state: State, pieces: Pieces, line: number): void {
  const isClosed = state.text.charCodeAt(state.at) === pieces.quote;
  if (isClosed) state.at += pieces.width;
  else state.tokens.problems.push({ line, what: "a string is not closed" });
  state.pieces.pop();
  const [outer] = pieces.braces;
  if (outer !== undefined) state.open.length = state.open.lastIndexOf(outer);
}
