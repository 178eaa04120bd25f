/**
 * Texts that would end the whole process, not only their reading: the parser is native code, which calls itself for
 * each level of nesting.
 */

/**
 * A level of nesting is written with a token at the least. The parser took up to 1.6 KB of its stack for one (of
 * 80 ways to nest, `type X=[[[[` took most), so that of so few it takes 4 MB, of the 8 that a program has.
 */
const FIT_TOKENS = 2500;

/** With each mistake the parser keeps the line that it is in, and of so few tokens each may be one: 100 MB. */
const FIT_CHARS = 40_000;

/** `infer a extends` in each other: with each one time and memory double. With 18 it is 0.1 s, with 24 12 s. */
const FIT_INFERS = 8;

/** Whether the parser cannot end the process with this text, whatever is in it. Most files are so. */
export function isFit(text: string): boolean {
  if (text.length > FIT_CHARS || countOf(text, "infer") > FIT_INFERS) return false;
  if (text.length <= FIT_TOKENS) return true;
  let tokens = 0;
  let wasWord = false;
  for (let at = 0; at < text.length && tokens <= FIT_TOKENS; at += 1) {
    const code = text.charCodeAt(at);
    const isInWord = isWord(code);
    // Spaces are none, and of a word only its first letter is one; each other sign may be one of its own.
    if (code > SPACE && !(isInWord && wasWord)) tokens += 1;
    wasWord = isInWord;
  }
  return tokens <= FIT_TOKENS;
}

/** Counted no further than is asked. */
function countOf(text: string, word: string): number {
  let count = 0;
  for (let at = text.indexOf(word); at !== -1 && count <= FIT_INFERS; count += 1)
    at = text.indexOf(word, at + word.length);
  return count;
}

/** Open brackets. People come to 50; the parser died of 5,000, and in a thread of its own it has less. */
const DEPTH_MAX = 500;

/** Operators, keywords and elements in one statement: the parser died of 20,000 of most. */
const CHAIN_MAX = 5000;

/**
 * `a.b.c`, `f()()`, `a[0][0]`, with those in whose brackets they stand: of 200,000 the parser died, and of 20,000
 * whoever walks over its tree.
 */
const ROW_MAX = 1900;

/** Of types in types, which it tries in two ways, 2,000 took it 5 s. */
const TYPE = 5;

const [OPENS, CLOSES, LINKS, ANGLES, ENDS, NEWLINE, QUOTES, ROWS] = [1, 2, 3, 4, 5, 6, 7, 8];

/** What a sign means here, by its code. */
const kinds = new Uint8Array(128);
for (const [signs, kind] of [
  ["([{", OPENS],
  [")]}", CLOSES],
  ["=?:!+-*&|~^%@ ", LINKS],
  ["<>", ANGLES],
  [";,", ENDS],
  ["\n", NEWLINE],
  ["\"'", QUOTES],
  [".`", ROWS],
] as const)
  for (const sign of signs) kinds[sign.charCodeAt(0)] = kind;

const [SLASH, STAR, BACKSLASH] = [47, 42, 92];
const [TAB, SPACE, BANG, DOLLAR, ROUND, EQUALS, QUESTION, CURLY] = [9, 32, 33, 36, 40, 61, 63, 123];

/** Regular expressions and templates are counted too: they open little that is not closed. */
export function isTooDeep(text: string): boolean {
  if (isFit(text)) return false;
  const open = new Uint8Array(DEPTH_MAX + 1);
  const rows = new Uint16Array(DEPTH_MAX + 2); // by depth
  let [depth, chain, row] = [0, 0, 0];
  const addToRow = (count: number) => {
    rows[depth] = (rows[depth] ?? 0) + count;
    row += count;
  };
  const endRow = () => addToRow(-(rows[depth] ?? 0));
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? kinds[code] : 0;
    if (code === SLASH) at = endOfComment(text, at);
    if (kind === 0) continue;
    if (kind === LINKS) {
      if (isLink(text, at, code)) chain += 1;
      if (isOperator(code)) endRow();
    } else if (kind === OPENS) {
      // What `${` opens is a part of what goes on after it.
      open[depth] = code === CURLY && text.charCodeAt(at - 1) === DOLLAR ? DOLLAR : code;
      depth += 1;
    } else if (kind === CLOSES) {
      endRow();
      if (depth > 0) depth -= 1;
      if (open[depth] === CURLY) endRow();
      else addToRow(1);
      if (isHeader(text, at)) chain += 1;
    } else if (kind === ROWS) addToRow(1);
    else if (kind === QUOTES) at = closeOf(text, at);
    else if (kind === ANGLES) {
      chain = Math.max(0, chain + TYPE * linkAt(text, at));
    } else {
      if (kind === ENDS || !goesOn(text, at)) endRow();
      // what stands in round brackets ends no statement
      if (chain > 0 && (kind === NEWLINE ? endsThere(text, at) : open[depth - 1] !== ROUND))
        chain = 0;
    }
    if (depth > DEPTH_MAX || chain > CHAIN_MAX || row > ROW_MAX) return true;
  }
  return false;
}

/** `new new a`: a space between words; indentation is none, and neither is an attribute that is a text. */
function isLink(text: string, at: number, code: number): boolean {
  if (code === SPACE) return isWord(text.charCodeAt(at - 1)) && isWord(text.charCodeAt(at + 1));
  return code !== EQUALS || kinds[text.charCodeAt(at + 1)] !== QUOTES;
}

/** `!` and `?` may stand in a row: `a!.b?.c`. */
function isOperator(code: number): boolean {
  return code !== SPACE && code !== BANG && code !== QUESTION;
}

/** Whether the next line goes on with what is asked; an empty one leaves that to the one after it. */
function goesOn(text: string, newline: number): boolean {
  let at = newline + 1;
  while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at += 1;
  return /[.([`?!/\r\n]/.test(text.charAt(at));
}

function isWord(code: number): boolean {
  return (code > 96 && code < 123) || (code > 64 && code < 91) || (code > 47 && code < 58);
}

/** `if (a) if (b)`: the bracket after which a statement goes on, in the next line too. */
function isHeader(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return isWord(next === SPACE || next === 10 ? text.charCodeAt(at + 2) : next);
}

/** Of what is no comment, itself: `https://`, `src/*`, a division. The newline after one still counts. */
function endOfComment(text: string, slash: number): number {
  const next = text.charCodeAt(slash + 1);
  if (next !== SLASH && next !== STAR) return slash;
  if (!/[\s;,()[\]{}]/.test(text.charAt(slash - 1) || " ")) return slash;
  const end = next === SLASH ? text.indexOf("\n", slash) - 1 : text.indexOf("*/", slash + 2) + 1;
  return end > slash ? end : slash;
}

/** Of a quote that is not closed in its line, itself. */
function closeOf(text: string, quote: number): number {
  const mark = text.charCodeAt(quote);
  for (let at = quote + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === mark) return at;
    if (code === BACKSLASH) at += 1;
    else if (code === 10) return quote;
  }
  return quote;
}

/** An element that ends goes back by one. */
function linkAt(text: string, at: number): -1 | 0 | 1 {
  if (text[at] === ">") return text[at - 1] === "/" ? -1 : 0;
  return text[at + 1] === "/" ? -1 : 1;
}

/** Whether a statement may end with the line: neither what is before nor what is after goes on. */
function endsThere(text: string, newline: number): boolean {
  const before = text.charAt(newline - 1);
  const isEnd =
    before === ")"
      ? !/^\s*(?:if|while|for|with)\b/.test(lineBefore(text, newline))
      : /[\w"'`\]}]/.test(before);
  return isEnd && /[\w@"'`}/]/.test(text.charAt(newline + 1));
}

function lineBefore(text: string, newline: number): string {
  return text.slice(text.lastIndexOf("\n", newline - 1) + 1, newline);
}
