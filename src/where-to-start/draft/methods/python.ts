/** The classes that a Python file makes, and what a file asks of classes and modules that it imports. */
import { endOf, next, writtenOf } from "../../python/lexer/expressions.ts";
import { lex } from "../../python/lexer/lex.ts";
import {
  isName,
  isOperator,
  lineOf,
  sign,
  textOf,
  type Tokens,
} from "../../python/lexer/tokens.ts";
import { basesAt, parametersAt } from "../../python/reader/fields.ts";
import type { Class, Locals, Made, Method, Use } from "./types.ts";

export function classesOfPython(file: string, text: string): Made {
  const tokens = lex(text);
  const classes: (Class & { readonly methods: Method[]; readonly column: number })[] = [];
  const instances = new Map<string, string>();
  const { first, column } = tokens;
  /** Of the statements around: where they begin, and the class that one is. */
  const around: { column: number; of: (typeof classes)[number] | undefined }[] = [];
  let decorators: string[] = [];
  for (const [index, start] of first.entries()) {
    const at = column[index] ?? 0;
    while ((around.at(-1)?.column ?? -1) >= at) around.pop();
    const word = textOf(tokens, start);
    const isAsync = word === "async" && textOf(tokens, start + 1) === "def";
    if (isOperator(tokens, start, sign.at)) {
      decorators.push(textOf(tokens, endOf(tokens, start + 1) - 1), textOf(tokens, start + 1));
      continue;
    }
    if (word === "class" && isName(tokens, start + 1)) {
      const name = textOf(tokens, start + 1);
      const [base] = basesAt(tokens, start + 1);
      const one = { name, base, methods: [], isWiring: false, column: at };
      if (around.length === 0) classes.push(one);
      around.push({ column: at, of: around.length === 0 ? one : undefined });
    } else if (word === "def" || isAsync) {
      const token = start + (isAsync ? 2 : 1);
      const outer = around.at(-1)?.of;
      const method = outer && methodAt(tokens, token, { file, owner: outer.name, decorators });
      if (method !== undefined) outer?.methods.push(method);
      around.push({ column: at, of: undefined });
    } else if (at === 0) {
      const made = madeAt(tokens, start);
      if (made !== undefined && !made.name.includes(".")) instances.set(made.name, made.of);
    }
    decorators = [];
  }
  return { classes, instances };
}

interface Around {
  readonly file: string;
  readonly owner: string;
  readonly decorators: readonly string[];
}

function methodAt(
  tokens: Tokens,
  token: number,
  { file, owner, decorators }: Around,
): Method | undefined {
  const name = textOf(tokens, token);
  // What begins with an underscore is nobody else's, and a property is not called.
  if (!isName(tokens, token) || name.startsWith("_")) return undefined;
  if (decorators.some((one) => /property$|^setter$/.test(one))) return undefined;
  const parameters = parametersAt(tokens, token) ?? "()";
  const isStatic = decorators.some((one) => one === "staticmethod" || one === "classmethod");
  const place = { file, line: lineOf(tokens, token) };
  // `Class.method(object)` and `object.of_class()` are both allowed.
  return {
    ...place,
    owner,
    name,
    parameters,
    returns: returnsAt(tokens, token),
    isStatic: isStatic ? undefined : false,
  };
}

/** `-> int:` after the parameters. */
function returnsAt(tokens: Tokens, name: number): string | undefined {
  const arrow = next(tokens, name + 1);
  if (textOf(tokens, arrow) !== "->") return undefined;
  let end = arrow + 1;
  while (!isOperator(tokens, end, sign.colon) && end < endOf(tokens, arrow))
    end = next(tokens, end);
  return writtenOf(tokens, { start: arrow + 1, end }) || undefined;
}

/** `x = Class(…)` or `self.x = Class(…)`, where a statement begins. */
function madeAt(tokens: Tokens, start: number): { name: string; of: string } | undefined {
  const isSelf = textOf(tokens, start) === "self" && isOperator(tokens, start + 1, sign.dot);
  const token = isSelf ? start + 2 : start;
  if (!isName(tokens, token) || !isOperator(tokens, token + 1, sign.is)) return undefined;
  const name = isSelf ? `self.${textOf(tokens, token)}` : textOf(tokens, token);
  const isCall = isName(tokens, token + 2) && isOperator(tokens, token + 3, sign.open);
  return { name, of: isCall ? textOf(tokens, token + 2) : "" };
}

export function usesInPython(file: string, text: string, locals: Locals): Use[] {
  const tokens = lex(text);
  const made = objectsIn(tokens, locals);
  const uses: Use[] = [];
  for (let token = 0; token < tokens.count; token += 1) {
    if (!isName(tokens, token) || isOperator(tokens, token - 1, sign.dot)) continue;
    const word = textOf(tokens, token);
    const isSelf = word === "self" && isOperator(tokens, token + 1, sign.dot);
    const last = isSelf ? token + 2 : token;
    const name = isSelf ? `self.${textOf(tokens, last)}` : word;
    const object = made.get(name);
    const isNew = locals.has(name) && isOperator(tokens, last + 1, sign.open);
    const dot = isNew ? next(tokens, last + 1) : last + 1;
    const local = object ?? (locals.has(name) ? name : undefined);
    const isCalled =
      isOperator(tokens, dot, sign.dot) &&
      isName(tokens, dot + 1) &&
      isOperator(tokens, dot + 2, sign.open);
    if (local === undefined || !isCalled) continue;
    const member = textOf(tokens, dot + 1);
    const isDirect = object === undefined && !isNew;
    uses.push({ file, line: lineOf(tokens, dot + 1), local, member, isDirect });
  }
  return uses;
}

/** Names that are objects of one class wherever they are set. */
function objectsIn(tokens: Tokens, locals: Locals): ReadonlyMap<string, string> {
  const made = new Map<string, string>();
  for (const start of tokens.first) {
    const one = madeAt(tokens, start);
    if (one === undefined) continue;
    const isOther = made.has(one.name) && made.get(one.name) !== one.of;
    made.set(one.name, isOther ? "" : one.of);
  }
  return new Map([...made].filter(([, of]) => locals.has(of)));
}
