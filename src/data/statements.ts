/**
 * Cuts a migration into statements, each with the line on which it starts.
 *
 * A whole file sent at once comes back without a place when a statement in its middle fails:
 * PostgreSQL gives positions for syntax errors only. So each statement is sent alone. What a
 * semicolon may hide in: strings (also E'' with backslashes), quoted names, dollar quotes, both
 * kinds of comments (block comments nest), and a function body written as BEGIN ATOMIC ... END,
 * which is tracked as psql does it.
 */

/** One statement of a file: its text, and the line (from 1) of its first word. */
export interface Statement {
  readonly text: string;
  readonly line: number;
}

/** The statements of a file, in order; comments between them belong to the one that follows. */
export function statementsOf(source: string): readonly Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  let first = -1;
  let words: string[] = [];
  let depth = 0;
  const flush = (end: number): void => {
    if (first !== -1) {
      statements.push({ text: source.slice(first, end), line: lineAt(source, first) });
    }
    [start, first, words, depth] = [end + 1, -1, [], 0];
  };
  for (const token of tokensOf(source)) {
    if (token.kind === "end" && depth === 0) {
      flush(token.at);
      continue;
    }
    if (first === -1) first = token.at;
    if (token.kind !== "word") continue;
    const word = token.text.toLowerCase();
    if (words.length < WORDS_KEPT) words.push(word);
    if (!isRoutine(words)) continue;
    if (word === "begin" || (word === "case" && depth > 0)) depth += 1;
    if (word === "end" && depth > 0) depth -= 1;
  }
  if (start < source.length) flush(source.length);
  return statements;
}

/** The line (from 1) of an offset. */
export function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at !== -1 && at < offset; at = source.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}

/** Enough for `create or replace function`. */
const WORDS_KEPT = 4;

function isRoutine(words: readonly string[]): boolean {
  return words[0] === "create" && (words.includes("function") || words.includes("procedure"));
}

interface Token {
  readonly kind: "word" | "end" | "other";
  readonly at: number;
  readonly text: string;
}

/**
 * In the order in which they must be tried: white space and line comments, E-strings, strings,
 * names, the opening of a dollar quote, words, the semicolon, anything else.
 */
const TOKEN =
  /(?<skip>\s+|--[^\n]*)|(?<escape>[eE]'(?:[^'\\]|\\[^]|'')*')|(?<string>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*")|(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<end>;)|(?<block>\/\*)|(?<other>[^])/y;

function* tokensOf(source: string): Generator<Token> {
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) return;
    const { groups = {} } = match;
    const text = match[0];
    const from = at;
    at += text.length;
    if (groups["skip"] !== undefined) continue;
    if (groups["block"] !== undefined) {
      at = endOfBlock(source, at);
      continue;
    }
    if (groups["dollar"] !== undefined) at = endOf(source, text, at);
    const kind = groups["end"] ? "end" : groups["word"] ? "word" : "other";
    yield { kind, at: from, text };
  }
}

function endOf(source: string, quote: string, from: number): number {
  const found = source.indexOf(quote, from);
  return found === -1 ? source.length : found + quote.length;
}

function endOfBlock(source: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let depth = 1; depth > 0;) {
    const match = edge.exec(source);
    if (match === null) return source.length;
    depth += match[0] === "/*" ? 1 : -1;
  }
  return edge.lastIndex;
}
