/** Names that a function gives to something else than what the file imports. */
import { argumentsOf, dottedAt, next } from "../lexer/expressions.ts";
import { isName, isOperator, OTHER, sign, textOf, type Tokens } from "../lexer/tokens.ts";
import { endOfStatement, headOf, type Part, type Parts } from "./parts.ts";

export type Locals = (part: Part) => ReadonlySet<string>;

/** Parameters and what is assigned anywhere in a function, as Python has it. Each function is looked at once. */
export function localsIn(tokens: Tokens, parts: Parts): Locals {
  const known = new Map<Part, ReadonlySet<string>>();
  return (part) => {
    let names = known.get(part);
    if (names === undefined) {
      names = readLocals(tokens, parts, part);
      known.set(part, names);
    }
    return names;
  };
}

function readLocals(tokens: Tokens, parts: Parts, part: Part): ReadonlySet<string> {
  const names = new Set<string>(part.inner.keys());
  addParameters(tokens, part.head, names);
  for (let index = part.head; index < part.end; index++) {
    if (parts.of[index] !== part) continue;
    const { is } = headOf(tokens, index);
    if (is === "import" || is === "from") continue;
    const start = tokens.first[index] ?? 0;
    addTargets(tokens, start, names);
    const end = endOfStatement(tokens, index);
    for (let at = start; at < end; at++) if (isName(tokens, at)) addBound(tokens, at, names);
  }
  return names;
}

function addParameters(tokens: Tokens, head: number, names: Set<string>): void {
  const name = headOf(tokens, head).token + 1;
  // `def f[T](x):`
  const open = isOperator(tokens, name + 1, sign.openList) ? next(tokens, name + 1) : name + 1;
  if (!isOperator(tokens, open, sign.open)) return;
  for (const { keyword, start } of argumentsOf(tokens, open))
    names.add(keyword ?? (isName(tokens, start) ? textOf(tokens, start) : ""));
}

/** `a = b, c = …`, `a: int = …` */
function addTargets(tokens: Tokens, start: number, names: Set<string>): void {
  const found: string[] = [];
  for (let at = start; isName(tokens, at); at += 2) {
    found.push(textOf(tokens, at));
    if (isOperator(tokens, at + 1, sign.is)) {
      for (const name of found.splice(0)) names.add(name);
    } else if (!isOperator(tokens, at + 1, sign.comma)) {
      const isTyped = at === start && isOperator(tokens, at + 1, sign.colon);
      if (isTyped && !isHead(tokens, at)) names.add(textOf(tokens, at));
      return;
    }
  }
}

/** `else:` has a colon behind a name, and names nothing. */
export function isHead(tokens: Tokens, token: number): boolean {
  return /^(?:else|try|finally|except)$/.test(textOf(tokens, token));
}

/** `for a, b in`, `as a`, `a := `, `lambda a, b:` */
function addBound(tokens: Tokens, at: number, names: Set<string>): void {
  if (isOperator(tokens, at + 1, OTHER) && textOf(tokens, at + 1) === ":=") {
    names.add(textOf(tokens, at));
    return;
  }
  // No longer word is one of these.
  if ((tokens.end[at] ?? 0) - (tokens.start[at] ?? 0) > 6) return;
  const word = textOf(tokens, at);
  if (word === "as") {
    const { name, end } = dottedAt(tokens, at + 1);
    if (end === at + 2) names.add(name);
  }
  if (word !== "for" && word !== "lambda") return;
  let to = at + 1;
  while (isOperator(tokens, to, sign.open) || isOperator(tokens, to, sign.star)) to++;
  for (; isName(tokens, to); to += 2) {
    names.add(textOf(tokens, to));
    if (!isOperator(tokens, to + 1, sign.comma)) return;
  }
}
