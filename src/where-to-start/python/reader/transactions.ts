/** What a transaction touches: what stands in its block, and in the functions of the same file that this calls. */
import { argumentsOf, stringOf } from "../lexer/expressions.ts";
import { isOperator, sign, type Tokens } from "../lexer/tokens.ts";
import { localsIn } from "./locals.ts";
import { afterHead, bodyEnd, endOfStatement, headOf, methodOf, partsOf } from "./parts.ts";
import type { Part } from "./parts.ts";
import type { Reading } from "./reading.ts";
import { type Looking, type Stretch, type Uses, usesIn } from "./uses.ts";

/** Functions that are followed from one block. More than this no person calls. */
const FOLLOWED_MAX = 1000;

/** To each transaction that was found the names of what it touches. Looks at nothing where there is none. */
export function readTransactions(reading: Reading): void {
  const { tokens, transactions } = reading;
  if (transactions.length === 0) return;
  const parts = partsOf(tokens);
  const looking: Looking = { reading, parts, localsOf: localsIn(tokens, parts) };
  const known = new Map<number, readonly string[]>();
  const followed = follower(looking);
  let decorated = 0;
  for (const { token, names } of transactions) {
    const index = statementOf(tokens, token);
    let block = index;
    if (isOperator(tokens, tokens.first[index] ?? 0, sign.at)) {
      // Those that stand one above the other are about one function.
      decorated = Math.max(decorated, index);
      while (isOperator(tokens, tokens.first[decorated] ?? 0, sign.at)) decorated++;
      block = decorated;
    }
    const stretch = stretchOf(looking, { index, block, token });
    const touched = known.get(stretch.first) ?? followed(stretch);
    known.set(stretch.first, touched);
    names.push(...touched);
  }
}

function statementOf({ first }: Tokens, token: number): number {
  let low = 0;
  let high = first.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((first[middle] ?? 0) <= token) low = middle;
    else high = middle;
  }
  return low;
}

/** `block` is the statement that has the body: of a decorator that which it decorates, else its own. */
function stretchOf(
  { reading: { tokens }, parts }: Looking,
  {
    index,
    block,
    token,
  }: { readonly index: number; readonly block: number; readonly token: number },
): Stretch {
  if (headOf(tokens, block).is === "with")
    return { from: token, first: block, end: bodyEnd(tokens, block) };
  const part = parts.of[block] ?? parts.module;
  if (block !== index) return stretchOfPart(tokens, methodNamed(tokens, index, part) ?? part);
  // `stack.enter_context(transaction.atomic())`: nobody says where it ends.
  if (part.is === "def") return stretchOfPart(tokens, part);
  return { from: tokens.first[block] ?? 0, first: block, end: block + 1 };
}

function stretchOfPart(tokens: Tokens, { head, end }: Part): Stretch {
  return { from: head < 0 ? 0 : afterHead(tokens, head), first: Math.max(head, 0), end };
}

/** `@method_decorator(transaction.atomic, name="dispatch")` above a class. */
function methodNamed(tokens: Tokens, decorator: number, part: Part): Part | undefined {
  if (part.is !== "class") return undefined;
  const start = tokens.first[decorator] ?? 0;
  const end = endOfStatement(tokens, decorator);
  let open = start;
  while (open < end && !isOperator(tokens, open, sign.open)) open++;
  const name = argumentsOf(tokens, open).find(({ keyword }) => keyword === "name");
  const text = name === undefined ? undefined : stringOf(tokens, name);
  return text === undefined ? undefined : methodOf(part, text);
}

/** The names of a stretch and of the functions that it leads to. Each function is read once for all of them. */
function follower(looking: Looking): (stretch: Stretch) => readonly string[] {
  const read = new Map<Part, Uses>();
  const usesOf = (part: Part) => {
    const known = read.get(part) ?? usesIn(looking, stretchOfPart(looking.reading.tokens, part));
    read.set(part, known);
    return known;
  };
  return (stretch) => {
    const { names, calls } = usesIn(looking, stretch);
    const seen = new Set(calls);
    // A set gives also what is put into it meanwhile: circles end, since a function is in it once.
    for (const part of seen) {
      const uses = usesOf(part);
      for (const name of uses.names) names.add(name);
      for (const next of uses.calls) {
        if (seen.size >= FOLLOWED_MAX) break;
        seen.add(next);
      }
    }
    return [...names];
  };
}
