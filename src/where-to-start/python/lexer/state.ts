/** Where the lexer stands, and what every part of it does. */
import { END, grow, type Tokens } from "./tokens.ts";

/** Where the lexer stands. */
export interface State {
  readonly tokens: Tokens;
  readonly text: string;
  at: number;
  line: number;
  /** Where the line begins. */
  lineStart: number;
  /** The column in which the line begins. */
  column: number;
  /** The next token is the first of a statement. */
  isFirst: boolean;
  /** The next token is the first of its line. */
  isLineStart: boolean;
  lastCodeLine: number;
  /** Brackets that are open, as tokens; of an f-string's `{` too. */
  readonly open: number[];
  /** The f-strings that the open braces belong to. */
  readonly pieces: Pieces[];
}

/** An f-string that has not ended. */
export interface Pieces {
  /** Its quote: `"` or `'`. */
  readonly quote: number;
  readonly width: 1 | 3;
  /** Its open braces, as tokens; more than one when a format has places of its own: `{x:{width}}`. */
  readonly braces: number[];
}

const NEW_LINE = 10;
const RETURN = 13;

export function isLineEnd(code: number): boolean {
  return code === NEW_LINE || code === RETURN;
}

/** Past `\n`, `\r` or `\r\n`. */
export function skipLineEnd(state: State): void {
  const isPair =
    state.text.charCodeAt(state.at) === RETURN && state.text.charCodeAt(state.at + 1) === NEW_LINE;
  state.at += isPair ? 2 : 1;
  state.lineStart = state.at;
  state.line++;
}

/** A statement that has no token yet does not end. */
export function endStatement(state: State): void {
  if (state.isFirst) return;
  add(state, END, state.at, state.at, 0);
  state.isFirst = true;
}

/** Its index. */
export function add(
  state: State,
  kind: number,
  start: number,
  end: number,
  detail: number,
): number {
  const { tokens } = state;
  const index = tokens.count++;
  if (index >= tokens.kind.length) grow(tokens);
  tokens.kind[index] = kind;
  tokens.detail[index] = detail;
  tokens.start[index] = start;
  tokens.end[index] = end;
  tokens.line[index] = state.line;
  tokens.mate[index] = -1;
  if (kind === END) return index;
  if (state.isFirst) {
    tokens.first.push(index);
    tokens.column.push(state.column);
    state.isFirst = false;
  }
  state.isLineStart = false;
  countLine(state);
  return index;
}

/** The line has code on it. */
export function countLine(state: State): void {
  if (state.lastCodeLine === state.line) return;
  state.lastCodeLine = state.line;
  state.tokens.codeLines++;
}
