/**
 * Writes the function that carries a value: for each field an expression over the value at the start,
 * and lines before them for what is needed more than once. Names of fields enter the text only through
 * JSON.stringify.
 */
import { copyText } from "../compile.ts";
import type { Field, Fields } from "../field.ts";

export type Carry = (value: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Field -> source text of an expression over `v`, the constants `k` and the functions `h`. */
export type Plan = Map<string, string>;

export interface Writer {
  readonly plan: Plan;
  readonly lines: string[];
  readonly k: unknown[];
  names: number;
  usesCode: boolean;
}

export function at(value: string, name: string): string {
  return `${value}[${JSON.stringify(name)}]`;
}

export function constant({ k }: Writer, value: unknown): string {
  return `k[${k.push(value) - 1}]`;
}

/** Each call gets its own copy of a constant, because a view may change it. */
export function copied(writer: Writer, value: unknown): string {
  return copyText(value, () => constant(writer, value));
}

/** What a writer left out, on its way down: the check that follows makes the copy. */
export function filled(writer: Writer, x: string, { presence, default: fallback }: Field): string {
  return presence === "default" ? `h.or(${x}, ${constant(writer, fallback)})` : x;
}

/** Its result has a name, so that it runs once, however many fields come from it. */
export function run(writer: Writer, code: unknown, x: string): string {
  return bound(writer, `${constant(writer, code)}(${x})`);
}

export function runIfThere(writer: Writer, code: unknown, x: string): string {
  return bound(writer, `h.maybe(${constant(writer, code)}, ${x})`);
}

/** Gives an expression a name. */
export function bound(writer: Writer, source: string): string {
  if (/^[a-z]\d*$/.test(source)) return source;
  const name = `t${(writer.names += 1)}`;
  writer.lines.push(`const ${name} = ${source};`);
  return name;
}

/** An object of the planned fields. What may be absent is set only where it is: JSON has no `undefined`. */
export function literal(writer: Writer, fields: Fields): string {
  const always: string[] = [];
  const sometimes: [string, string][] = [];
  for (const [name, field] of Object.entries(fields)) {
    const source = writer.plan.get(name);
    if (source === undefined) continue;
    if (field.presence === "required") always.push(`${JSON.stringify(name)}: ${source}`);
    else sometimes.push([name, source]);
  }
  const out = `o${(writer.names += 1)}`;
  writer.lines.push(`const ${out} = { ${always.join(", ")} };`);
  for (const [name, source] of sometimes)
    writer.lines.push(`{ const x = ${source}; if (x !== undefined) ${at(out, name)} = x; }`);
  return out;
}

/** What is no object goes on as it is: the check that follows says so, in the words of the contract. */
export function build(writer: Writer, goal: Fields): Carry {
  const out = literal(writer, goal);
  const guard = 'if (typeof v !== "object" || v === null) return v;';
  const body = [guard, ...writer.lines, `return ${out};`].join("\n");
  const make = new Function("k", "h", `return function carry(v) {\n${body}\n};`);
  const made: unknown = make(writer.k, helpers);
  return made as Carry; // the only maker of this text is this file
}

const helpers = {
  each: (run: (x: unknown) => unknown, x: unknown): unknown =>
    Array.isArray(x) ? x.map((one) => run(one)) : x,
  wrap: (x: unknown) => (x === undefined ? undefined : [x]),
  first: (x: unknown, empty: unknown): unknown => {
    if (!Array.isArray(x)) return x;
    return x.length > 0 ? (x as unknown[])[0] : empty;
  },
  or: (x: unknown, fallback: unknown) => (x === undefined ? fallback : x),
  maybe: (run: (x: unknown) => unknown, x: unknown) => (x === undefined ? undefined : run(x)),
};
