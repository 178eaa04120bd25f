/** Imports, as statements and as calls with the module's name in a string. */
import type { Import } from "../../types/source.ts";
import { argumentsOf, dottedAt, stringOf } from "../lexer/expressions.ts";
import { isName, isOperator, sign, textOf, type Tokens } from "../lexer/tokens.ts";
import { wordOf } from "../lexer/words.ts";
import { type Binding, placeOf, type Reading, uses } from "./reading.ts";
import { standardLibrary } from "./standard-library.ts";

interface Taken {
  readonly name: string;
  readonly here: string;
}

/** `import a.b, c as d`: one import for each module. */
export function readImport(reading: Reading, token: number): void {
  const { tokens } = reading;
  let at = token + 1;
  for (;;) {
    const { name, end } = dottedAt(tokens, at);
    if (name === "") return;
    const renamed = isAs(tokens, end) ? textOf(tokens, end + 1) : undefined;
    addImport(reading, { from: name, taken: [], renamed, token });
    const root = name.split(".", 1)[0] ?? name;
    bind(reading, renamed ?? root, { from: renamed === undefined ? root : name, name: undefined });
    at = renamed === undefined ? end : end + 2;
    if (!isOperator(tokens, at, sign.comma)) return;
    at++;
  }
}

/** `from ..a import b as c, d` */
export function readFromImport(reading: Reading, token: number): void {
  const { tokens } = reading;
  let at = token + 1;
  let from = "";
  for (; isOperator(tokens, at, sign.dot); at++) from += ".";
  if (!isWord(tokens, at, "import")) {
    const { name, end } = dottedAt(tokens, at);
    from += name;
    at = end;
  }
  if (from === "" || !isWord(tokens, at, "import")) return;
  const taken = takenAt(tokens, at + 1);
  addImport(reading, { from, taken, renamed: undefined, token });
  for (const { name, here } of taken) bind(reading, here, { from, name });
}

function takenAt(tokens: Tokens, start: number): Taken[] {
  if (isOperator(tokens, start, sign.star)) return [{ name: "*", here: "*" }];
  const taken: Taken[] = [];
  let at = isOperator(tokens, start, sign.open) ? start + 1 : start;
  while (isName(tokens, at)) {
    const name = textOf(tokens, at);
    const isRenamed = isAs(tokens, at + 1);
    taken.push({ name, here: isRenamed ? textOf(tokens, at + 2) : name });
    at += isRenamed ? 3 : 1;
    if (!isOperator(tokens, at, sign.comma)) break;
    at++;
  }
  return taken;
}

/** `import_module("a.b")`, `__import__("a")`, and Django's `import_string("a.b.Name")`. */
export function readImportCall(reading: Reading, token: number): void {
  const { tokens } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  const [first] = argumentsOf(tokens, token + 1);
  const path = first === undefined ? undefined : stringOf(tokens, first);
  if (path === undefined || !/^\.*[\p{L}_][\p{L}\p{N}_.]*$/u.test(path)) return;
  const isAttribute = wordOf(tokens.detail[token] ?? 0) === "import_string";
  const cut = isAttribute ? path.lastIndexOf(".") : -1;
  const name = path.slice(cut + 1);
  if (cut <= 0) return addImport(reading, { from: path, taken: [], renamed: undefined, token });
  const taken = [{ name, here: name }];
  addImport(reading, { from: path.slice(0, cut), taken, renamed: undefined, token });
}

interface NewImport {
  readonly from: string;
  readonly taken: readonly Taken[];
  readonly renamed: string | undefined;
  readonly token: number;
}

function addImport(reading: Reading, { from, taken, renamed, token }: NewImport): void {
  const names = taken.map(({ name }) => name);
  const isRenamed = taken.some(({ name, here }) => name !== here);
  const here = renamed === undefined ? taken.map((one) => one.here) : [renamed];
  const found: Import = {
    from,
    names,
    isType: reading.scopes.some(({ kind }) => kind === "types"),
    ...(isRenamed || renamed !== undefined ? { here } : {}),
    ...placeOf(reading, token),
  };
  reading.imports.push(found);
  const library = from.split(".", 1)[0] ?? "";
  if (library !== "" && !standardLibrary.has(library)) uses(reading, "library", library, token);
}

/** The first binding stays: a second one is the other half of a try. */
function bind({ bindings }: Reading, here: string, binding: Binding): void {
  if (!bindings.has(here)) bindings.set(here, binding);
}

function isAs(tokens: Tokens, at: number): boolean {
  return isWord(tokens, at, "as") && isName(tokens, at + 1);
}

function isWord(tokens: Tokens, at: number, word: string): boolean {
  return isName(tokens, at) && wordOf(tokens.detail[at] ?? 0) === word;
}
