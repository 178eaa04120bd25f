/** Which names of imports some statements use, and which functions of the same file. */
import { colonOf, dottedAt, endOf } from "../lexer/expressions.ts";
import { isName, isOperator, sign, textOf } from "../lexer/tokens.ts";
import { valueAt } from "./fields.ts";
import { isGivenModel } from "./given-models.ts";
import { isHead, type Locals } from "./locals.ts";
import {
  afterHead,
  classAround,
  endOfStatement,
  headOf,
  methodOf,
  type Part,
  partCalled,
  type Parts,
} from "./parts.ts";
import type { Reading } from "./reading.ts";

export interface Uses {
  /** As the file calls them: `User`; of `import a.b`, `a.b.User`. */
  readonly names: Set<string>;
  readonly calls: Set<Part>;
}

export interface Looking {
  readonly reading: Reading;
  readonly parts: Parts;
  readonly localsOf: Locals;
}

/** From a token of the first statement to the end of the last one. */
export interface Stretch {
  readonly from: number;
  /** Statements: the first, and the one after the last. */
  readonly first: number;
  readonly end: number;
}

export function usesIn(looking: Looking, { from, first, end }: Stretch): Uses {
  const { tokens } = looking.reading;
  const uses: Uses = { names: new Set(), calls: new Set() };
  for (let index = first; index < end; index++) {
    const start = Math.max(from, beginOf(looking, index));
    const part = looking.parts.of[index] ?? looking.parts.module;
    addUses(looking, uses, { start, end: endOfStatement(tokens, index), part });
  }
  return uses;
}

/** Past what is no use: an import, parameters with their types, the type of a variable, the errors of an `except`. */
function beginOf({ reading: { tokens } }: Looking, index: number): number {
  const start = tokens.first[index] ?? 0;
  const { is } = headOf(tokens, index);
  const end = endOfStatement(tokens, index);
  if (is === "import" || is === "from") return end;
  if (is === "def") return afterHead(tokens, index);
  if (!isName(tokens, start)) return start;
  const word = textOf(tokens, start);
  if (word === "except") return colonOf(tokens, { start, end });
  if (word === "raise") return Math.max(start + 1, dottedAt(tokens, start + 1).end);
  const { end: after } = dottedAt(tokens, start);
  if (!isOperator(tokens, after, sign.colon) || isHead(tokens, start)) return start;
  return valueAt(tokens, after - 1) ?? endOf(tokens, start);
}

interface Statement {
  readonly start: number;
  readonly end: number;
  readonly part: Part;
}

function addUses(looking: Looking, uses: Uses, { start, end, part }: Statement): void {
  const { tokens } = looking.reading;
  for (let at = start; at < end; at++) {
    if (!isName(tokens, at) || isOperator(tokens, at - 1, sign.dot) || isKeyword(looking, at))
      continue;
    const { name, end: after } = dottedAt(tokens, at);
    addName(looking, uses, { name, part });
    at = after - 1;
    // What is told to `on_commit` runs when the transaction is over; `super(…)` names only where a method is.
    if (/(?:^|\.)on_commit$|^super$/.test(name)) at = Math.max(at, tokens.mate[after] ?? at);
  }
}

/** `f(name=…)` */
function isKeyword({ reading: { tokens } }: Looking, at: number): boolean {
  if (!isOperator(tokens, at + 1, sign.is)) return false;
  return isOperator(tokens, at - 1, sign.open) || isOperator(tokens, at - 1, sign.comma);
}

/** A task that is put into a queue runs elsewhere; a name in capitals is a constant or one of a list. */
const NO_USE = /\.(?:delay|apply_async)(?:_on_commit)?$|^\w+\.[A-Z][A-Z\d_]+(?:\.|$)/;

function addName(
  looking: Looking,
  { names, calls }: Uses,
  { name, part }: { readonly name: string; readonly part: Part },
): void {
  const [root = "", member, ...rest] = name.split(".");
  const called = rest.length > 0 ? undefined : partOf({ root, member, part });
  if (called !== undefined) calls.add(called);
  const { bindings } = looking.reading;
  const binding = bindings.get(root);
  const isGiven = isGivenModel(looking.reading, root);
  if ((binding === undefined && !isGiven && !bindings.has("*")) || NO_USE.test(name)) return;
  if (!isGiven && isLocal(looking, root, part)) return;
  const isPlain = binding?.name === undefined && binding?.from === root;
  names.add(isPlain ? name : root);
}

/** `f`, `self.f`, `cls.f`, `Class.f` */
function partOf({
  root,
  member,
  part,
}: {
  readonly root: string;
  readonly member: string | undefined;
  readonly part: Part;
}): Part | undefined {
  const isOwn = root === "self" || root === "cls";
  const named = isOwn ? classAround(part) : partCalled(root, part);
  if (named === undefined) return undefined;
  const found = named.is === "class" && member !== undefined ? methodOf(named, member) : named;
  return found?.is === "def" && (member === undefined || named.is === "class") ? found : undefined;
}

function isLocal({ localsOf }: Looking, name: string, from: Part): boolean {
  for (let at: Part | undefined = from; at !== undefined; at = at.outer)
    if (at.is === "def" && localsOf(at).has(name)) return true;
  return false;
}
