/** The fields in the bodies of a Python file's classes, as they are written. Read only for a draft. */
import {
  type Argument,
  argumentsOf,
  dottedAt,
  endOf,
  nameOf,
  type Span,
  split,
  stringOf,
} from "../../python/lexer/expressions.ts";
import { lex } from "../../python/lexer/lex.ts";
import {
  isName,
  isOperator,
  lineOf,
  sign,
  textOf,
  type Tokens,
} from "../../python/lexer/tokens.ts";
import { openOf, valueAt } from "../../python/reader/fields.ts";

/** `name = call(…)` */
export interface Written {
  readonly name: string;
  /** Where its call begins. */
  readonly line: number;
  /** `models.CharField` */
  readonly call: string;
  readonly isNull: boolean;
  /** Rows are found by it. */
  readonly isKey: boolean;
  /** The column of the other table that it holds; undefined for that table's key. */
  readonly toField: string | undefined;
  /** Where they are texts, written out. */
  readonly choices: readonly string[] | undefined;
  /** Of an array: what each is. */
  readonly item: Written | undefined;
}

/** Names that stand for something written out: `STATES = [("a", "A")]`. */
type Constants = Map<string, Span>;

interface Body {
  readonly column: number;
  /** Undefined in a function. */
  readonly fields: Written[] | undefined;
  readonly constants: Constants;
}

/** By the line in which the class begins. */
export function fieldsWritten(text: string): ReadonlyMap<number, readonly Written[]> {
  const tokens = lex(text);
  const classes = new Map<number, Written[]>();
  const module: Constants = new Map();
  const around: Body[] = [];
  for (const [index, start] of tokens.first.entries()) {
    const column = tokens.column[index] ?? 0;
    while ((around.at(-1)?.column ?? -1) >= column) around.pop();
    const word = textOf(tokens, start);
    if (word === "class" && isName(tokens, start + 1)) {
      const fields: Written[] = [];
      classes.set(lineOf(tokens, start), fields);
      around.push({ column, fields, constants: new Map() });
    } else if (word === "def" || (word === "async" && textOf(tokens, start + 1) === "def")) {
      around.push({ column, fields: undefined, constants: new Map() });
    } else readAssignment(tokens, start, { module, body: around.at(-1) });
  }
  return classes;
}

function readAssignment(
  tokens: Tokens,
  start: number,
  { module, body }: { readonly module: Constants; readonly body: Body | undefined },
): void {
  const value = isName(tokens, start) ? valueAt(tokens, start) : undefined;
  if (value === undefined) return;
  const name = textOf(tokens, start);
  const span = { start: value, end: endOf(tokens, value) };
  (body?.constants ?? module).set(name, span);
  const known = (constant: string) => body?.constants.get(constant) ?? module.get(constant);
  const field = fieldAt(tokens, value, { name, known });
  if (field !== undefined) body?.fields?.push(field);
}

/** Lists of lists of lists: deeper than people write them. */
const DEPTH_MAX = 10;

interface Naming {
  readonly name: string;
  readonly known: (constant: string) => Span | undefined;
}

function fieldAt(
  tokens: Tokens,
  value: number,
  { name, known }: Naming,
  depth = 0,
): Written | undefined {
  let start = value;
  while (isOperator(tokens, start, sign.open)) start += 1;
  const { name: call, end } = dottedAt(tokens, start);
  const open = openOf(tokens, end);
  if (call === "" || open === undefined) return undefined;
  const given = argumentsOf(tokens, open);
  const named = (keyword: string) => given.find((one) => one.keyword === keyword);
  const isTrue = (one: Argument | undefined) =>
    one !== undefined && one.end === one.start + 1 && textOf(tokens, one.start) === "True";
  const toField = named("to_field");
  const choices = named("choices");
  const first = named("base_field") ?? given.find(({ keyword }) => keyword === undefined);
  const isArray = first !== undefined && call.endsWith("ArrayField") && depth < DEPTH_MAX;
  return {
    name,
    line: lineOf(tokens, start),
    call,
    isNull: isTrue(named("null")) || call.endsWith("NullBooleanField"),
    isKey: isTrue(named("primary_key")) || isTrue(named("parent_link")),
    toField: toField && stringOf(tokens, toField),
    choices: choices && choicesAt(tokens, choices, { known, mayBeEmpty: isTrue(named("blank")) }),
    item: isArray ? fieldAt(tokens, first.start, { name, known }, depth + 1) : undefined,
  };
}

/** What may be written into a contract as it is. */
const PLAIN = /^[\p{L}\p{N} _.:/+-]*$/u;

/** `[("a", "A"), ("b", "B")]`, maybe by its name; undefined for all that has to be run to know it. */
function choicesAt(
  tokens: Tokens,
  span: Span,
  { known, mayBeEmpty }: Pick<Naming, "known"> & { readonly mayBeEmpty: boolean },
): string[] | undefined {
  const name = nameOf(tokens, span);
  const list = name === undefined ? span : known(name);
  if (list === undefined) return undefined;
  const inside = insideOf(tokens, list) ?? [];
  const values = inside.map((item) => {
    const [value] = insideOf(tokens, item) ?? [];
    return value && stringOf(tokens, value);
  });
  const plain = values.flatMap((value) =>
    value !== undefined && PLAIN.test(value) ? [value] : [],
  );
  if (plain.length === 0 || plain.length < values.length) return undefined;
  return [...new Set([...(mayBeEmpty ? [""] : []), ...plain])];
}

/** The parts of a span that is one pair of brackets. */
function insideOf(tokens: Tokens, { start, end }: Span): Span[] | undefined {
  const isList = isOperator(tokens, start, sign.open) || isOperator(tokens, start, sign.openList);
  if (!isList || tokens.mate[start] !== end - 1) return undefined;
  return split(tokens, { start: start + 1, end: end - 1 });
}
