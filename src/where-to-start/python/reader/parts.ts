/** The functions and classes of a file, each with the statements of its body. */
import { colonOf } from "../lexer/expressions.ts";
import { isName, lineOf, textOf, type Tokens } from "../lexer/tokens.ts";
import { wordOf } from "../lexer/words.ts";
import { basesAt } from "./fields.ts";

/** A function, a class, or the module that they stand in. */
export interface Part {
  readonly is: "module" | "class" | "def";
  readonly outer: Part | undefined;
  /** What it holds, by name: of two that are called the same the later one, as when they run. */
  readonly inner: Map<string, Part>;
  /** Its statement, and the first one after its body. */
  readonly head: number;
  end: number;
  /** Of a class, as they are written. */
  readonly bases: readonly string[];
}

export interface Parts {
  readonly module: Part;
  /** By its statement: the innermost that the statement stands in. A `def` stands in itself. */
  readonly of: readonly Part[];
}

export function partsOf(tokens: Tokens): Parts {
  const { first, column } = tokens;
  const module = newPart("module", undefined, { head: -1, bases: [] });
  module.end = first.length;
  const of: Part[] = [];
  let at = module;
  for (let index = 0; index < first.length; index++) {
    while (at.outer !== undefined && !isInside(tokens, at.head, index)) {
      at.end = index;
      at = at.outer;
    }
    const begun = begunAt(tokens, index, at);
    if (begun !== undefined) at = begun;
    of.push(at);
  }
  for (; at.outer !== undefined; at = at.outer) at.end = column.length;
  return { module, of };
}

function newPart(
  is: Part["is"],
  outer: Part | undefined,
  more: { readonly head: number; readonly bases: readonly string[] },
): Part {
  return { is, outer, inner: new Map(), end: more.head + 1, ...more };
}

function begunAt(tokens: Tokens, index: number, outer: Part): Part | undefined {
  const word = headOf(tokens, index);
  const name = word.token + 1;
  if ((word.is !== "def" && word.is !== "class") || !isName(tokens, name)) return undefined;
  const bases = word.is === "class" ? basesAt(tokens, name) : [];
  const part = newPart(word.is, outer, { head: index, bases });
  outer.inner.set(textOf(tokens, name), part);
  return part;
}

/** The word that says what a statement is; `async` says nothing. */
export function headOf(tokens: Tokens, index: number) {
  const start = tokens.first[index] ?? 0;
  const token = wordAt(tokens, start) === "async" ? start + 1 : start;
  return { token, is: wordAt(tokens, token) };
}

function wordAt(tokens: Tokens, token: number) {
  return isName(tokens, token) ? wordOf(tokens.detail[token] ?? 0) : undefined;
}

/** Whether a statement after a head is in its body: further right, or on the same line as what is before it. */
function isInside(tokens: Tokens, head: number, index: number): boolean {
  const { first, column } = tokens;
  if ((column[index] ?? 0) > (column[head] ?? 0)) return true;
  const start = first[index] ?? 0;
  return lineOf(tokens, start) === lineOf(tokens, start - 1);
}

/** The first statement after the body of this one. */
export function bodyEnd(tokens: Tokens, head: number): number {
  let index = head + 1;
  while (index < tokens.first.length && isInside(tokens, head, index)) index++;
  return index;
}

export function endOfStatement({ first, count }: Tokens, index: number): number {
  return first[index + 1] ?? count;
}

/** Where the body begins on the line of a head: `def f(): return 1`. */
export function afterHead(tokens: Tokens, index: number): number {
  const end = endOfStatement(tokens, index);
  return Math.min(end, colonOf(tokens, { start: tokens.first[index] ?? 0, end }) + 1);
}

/** What a plain name means in a function; what stands in a class is not seen in its methods. */
export function partCalled(name: string, from: Part): Part | undefined {
  for (let at: Part | undefined = from; at !== undefined; at = at.outer) {
    const found = at.is === "class" ? undefined : at.inner.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function classAround(part: Part): Part | undefined {
  let at: Part | undefined = part;
  while (at !== undefined && at.is !== "class") at = at.outer;
  return at;
}

/** Of the class or, where it has none of that name, of those of the same file that it inherits. */
export function methodOf(owner: Part, name: string, seen = new Set<Part>()): Part | undefined {
  seen.add(owner);
  const own = owner.inner.get(name);
  if (own !== undefined) return own;
  for (const base of owner.bases) {
    const part = owner.outer === undefined ? undefined : partCalled(base, owner.outer);
    if (part?.is !== "class" || seen.has(part)) continue;
    const found = methodOf(part, name, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
