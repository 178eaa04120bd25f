/**
 * Turns fields into one function that checks, copies and cuts a value in a single pass.
 *
 * Why not a library: TypeBox and ajv check in one pass and copy, cut and decode in others, and a
 * local call pays each of them (decision 001 has the figures). The function is written as source
 * text because V8 makes one flat object literal of it; names come from contracts, are checked
 * there, and enter the text only through JSON.stringify.
 *
 * Three directions:
 *   copy   value of the program -> value of the program   a local call
 *   write  value of the program -> JSON                   what leaves
 *   read   JSON -> value of the program                   what comes in
 */
import { type Check, escape, expectationOf, helpers } from "./check.ts";
import type { Field, Fields } from "./field.ts";
import { partsOf, type Shape } from "./guest.ts";

export type Direction = "copy" | "write" | "read";

interface Writer {
  readonly lines: string[];
  readonly constants: unknown[];
  readonly direction: Direction;
  names: number;
}

/** `at` is the source text of an expression for the JSON Pointer (RFC 6901) of the value. */
interface Place {
  readonly value: string;
  readonly at: string;
}

const compiled = new WeakMap<Shape, Partial<Record<Direction, Check>>>();

/**
 * The check of a shape, compiled when it is first asked for: compiling all of a project's at its start
 * would cost seconds, and most are never called. `where` names the shape in errors.
 */
export function checkOf(shape: Shape, direction: Direction, where: string): Check {
  let checks = compiled.get(shape);
  if (checks === undefined) compiled.set(shape, (checks = {}));
  return (checks[direction] ??= compile(partsOf(shape, where), direction));
}

function compile(fields: Fields | Field, direction: Direction): Check {
  const writer: Writer = { lines: [], constants: [], direction, names: 0 };
  const place = { value: "value", at: '""' };
  const result = isField(fields)
    ? writeField(writer, fields, place)
    : writeObject(writer, fields, place);
  const body = `${writer.lines.join("\n")}\nreturn ${result};`;
  const make = new Function("k", "h", `return function check(value, issues) {\n${body}\n};`);
  const made: unknown = make(writer.constants, helpers);
  return made as Check; // the only maker of this text is this file
}

function isField(fields: Fields | Field): fields is Field {
  return typeof fields["kind"] === "string";
}

function fresh(writer: Writer, prefix: string): string {
  writer.names += 1;
  return `${prefix}${writer.names}`;
}

function constant(writer: Writer, value: unknown): string {
  return `k[${writer.constants.push(value) - 1}]`;
}

function refuse(field: Field | string, { value, at }: Place): string {
  const expected = typeof field === "string" ? field : expectationOf(field);
  return `h.bad(issues, ${at}, ${JSON.stringify(expected)}, ${value});`;
}

/** Writes the lines that check `place.value` and answers the name of the checked copy. */
function writeField(writer: Writer, field: Field, place: Place): string {
  switch (field.kind) {
    case "object":
      return writeObject(writer, field.rule.fields ?? {}, place);
    case "list":
      return writeList(writer, field, place);
    case "map":
      return writeMap(writer, field, place);
    case "nullable":
      return writeNullable(writer, field, place);
    case "guest":
      return writeGuest(writer, field, place);
    default:
      return writeScalar(writer, field, place);
  }
}

function writeObject(writer: Writer, fields: Fields, { value, at }: Place): string {
  const out = fresh(writer, "o");
  const { lines } = writer;
  lines.push(`let ${out};`);
  lines.push(`if (typeof ${value} !== "object" || ${value} === null || Array.isArray(${value}))`);
  lines.push(refuse("an object", { value, at }), "else {");
  const always: string[] = [];
  const sometimes: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const key = JSON.stringify(name);
    const copy = writeMember(writer, field, { value: `${value}[${key}]`, at: join(at, name) });
    if (field.presence === "optional")
      sometimes.push(`if (${copy} !== undefined) ${out}[${key}] = ${copy};`);
    else always.push(`${key}: ${copy}`);
  }
  lines.push(`${out} = { ${always.join(", ")} };`, ...sometimes, "}");
  return out;
}

function writeMember(writer: Writer, field: Field, place: Place): string {
  const { lines } = writer;
  const value = fresh(writer, "v");
  const copy = fresh(writer, "c");
  lines.push(`const ${value} = ${place.value};`, `let ${copy};`, `if (${value} === undefined) {`);
  if (field.presence === "required") lines.push(refuse(field, { value, at: place.at }));
  if (field.presence === "default") lines.push(`${copy} = ${writeDefault(writer, field)};`);
  lines.push("} else {");
  const result = writeField(writer, field, { value, at: place.at });
  lines.push(`${copy} = ${result};`, "}");
  return copy;
}

/** A default is a value of the program; each call gets its own, because a view may change it. */
function writeDefault(writer: Writer, field: Field): string {
  return copyText(field.default, () => constant(writer, field.default));
}

/** Source text that makes a new copy of a value. `name` is for what has no text of its own. */
export function copyText(value: unknown, name: () => string): string {
  if (typeof value !== "object" || value === null) return name();
  // structuredClone costs as much as a whole call, and nearly every such value is `[]`.
  return isPlainList(value) ? JSON.stringify(value) : `structuredClone(${name()})`;
}

function isPlainList(value: object): boolean {
  const plain = ["string", "boolean", "number"];
  return Array.isArray(value) && value.every((item) => plain.includes(typeof item));
}

function writeList(writer: Writer, field: Field, { value, at }: Place): string {
  const { lines } = writer;
  const out = fresh(writer, "l");
  const index = fresh(writer, "i");
  const item = fresh(writer, "v");
  const limits = limitsOf(field, `${value}.length`);
  lines.push(
    `let ${out};`,
    `if (!Array.isArray(${value})${limits}) ${refuse(field, { value, at })}`,
  );
  lines.push("else {", `${out} = new Array(${value}.length);`);
  lines.push(`for (let ${index} = 0; ${index} < ${value}.length; ${index} += 1) {`);
  lines.push(`const ${item} = ${value}[${index}];`);
  const inner = field.rule.item ?? field;
  const copy = writeField(writer, inner, { value: item, at: `${at} + "/" + ${index}` });
  lines.push(`${out}[${index}] = ${copy};`, "}", "}");
  return out;
}

function writeMap(writer: Writer, field: Field, { value, at }: Place): string {
  const { lines } = writer;
  const out = fresh(writer, "m");
  const key = fresh(writer, "n");
  const item = fresh(writer, "v");
  lines.push(`let ${out};`);
  lines.push(`if (typeof ${value} !== "object" || ${value} === null || Array.isArray(${value}))`);
  lines.push(refuse(field, { value, at }), "else {", `${out} = {};`);
  lines.push(`for (const ${key} of Object.keys(${value})) {`, `const ${item} = ${value}[${key}];`);
  lines.push(`if (${item} === undefined) continue;`);
  lines.push(
    `if (${key} === "__proto__") {`,
    refuse("another name than __proto__", { value: key, at }),
  );
  lines.push("continue; }");
  const inner = field.rule.item ?? field;
  const copy = writeField(writer, inner, { value: item, at: `${at} + "/" + h.escape(${key})` });
  lines.push(`${out}[${key}] = ${copy};`, "}", "}");
  return out;
}

function writeNullable(writer: Writer, field: Field, { value, at }: Place): string {
  const { lines } = writer;
  const out = fresh(writer, "u");
  lines.push(`let ${out} = null;`, `if (${value} !== null) {`);
  const copy = writeField(writer, field.rule.item ?? field, { value, at });
  lines.push(`${out} = ${copy};`, "}");
  return out;
}

function writeGuest(writer: Writer, field: Field, { value, at }: Place): string {
  const out = fresh(writer, "g");
  const validate = constant(writer, field.rule.validate);
  writer.lines.push(`const ${out} = h.guest(${validate}, ${value}, issues, ${at});`);
  return out;
}

function writeScalar(writer: Writer, field: Field, { value, at }: Place): string {
  const { lines } = writer;
  lines.push(`if (!(${conditionOf(writer, field, value)})) ${refuse(field, { value, at })}`);
  const copy = copyOf(field, writer.direction, value);
  if (copy === value) return value;
  const out = fresh(writer, "s");
  lines.push(`const ${out} = issues.length > 0 ? undefined : ${copy};`);
  return out;
}

function conditionOf(writer: Writer, field: Field, value: string): string {
  const isText = `typeof ${value} === "string"`;
  switch (field.kind) {
    case "text":
      return textCondition(writer, field, value);
    case "integer":
      return `Number.isSafeInteger(${value})${rangeOf(field, value)}`;
    case "number":
      return `Number.isFinite(${value})${rangeOf(field, value)}`;
    case "boolean":
      return `typeof ${value} === "boolean"`;
    case "choice":
      return `${isText} && ${constant(writer, new Set(field.rule.values))}.has(${value})`;
    case "decimal":
      return `${isText} && ${constant(writer, field.rule.pattern)}.test(${value})`;
    case "date":
      return `h.isDate(${value})`;
    case "uuid":
      return `${isText} && h.uuid.test(${value})`;
    case "datetime":
      return writer.direction === "read" ? `h.isDatetime(${value})` : `h.isMoment(${value})`;
    default:
      return writer.direction === "read"
        ? `${isText} && h.base64.test(${value})`
        : `${value} instanceof Uint8Array`;
  }
}

function textCondition(writer: Writer, { rule }: Field, value: string): string {
  const { min, max, pattern } = rule;
  let condition = `typeof ${value} === "string" && h.isText(${value})`;
  // A character is one or two code units: the length alone decides most cases.
  if (max !== undefined)
    condition += ` && (${value}.length <= ${max} || h.characters(${value}) <= ${max})`;
  if (min !== undefined)
    condition += ` && (${value}.length >= ${2 * min} || h.characters(${value}) >= ${min})`;
  if (pattern !== undefined) condition += ` && ${constant(writer, pattern)}.test(${value})`;
  return condition;
}

function rangeOf({ rule: { min, max } }: Field, value: string): string {
  return (
    (min === undefined ? "" : ` && ${value} >= ${min}`) +
    (max === undefined ? "" : ` && ${value} <= ${max}`)
  );
}

function limitsOf({ rule: { min, max } }: Field, length: string): string {
  return (
    (min === undefined ? "" : ` || ${length} < ${min}`) +
    (max === undefined ? "" : ` || ${length} > ${max}`)
  );
}

function copyOf({ kind }: Field, direction: Direction, value: string): string {
  switch (kind) {
    case "integer":
    case "number":
      return `(${value} === 0 ? 0 : ${value})`; // -0 has no JSON of its own
    case "uuid":
      return `${value}.toLowerCase()`;
    case "datetime":
      return direction === "write" ? `${value}.toISOString()` : `new Date(${value})`;
    case "binary":
      if (direction === "copy") return `new Uint8Array(${value})`;
      return direction === "write" ? `h.toBase64(${value})` : `h.fromBase64(${value})`;
    default:
      return value;
  }
}

function join(at: string, name: string): string {
  const part = JSON.stringify(`/${escape(name)}`);
  return at === '""' ? part : `${at} + ${part}`;
}
