/**
 * A JSON Schema as the source of a field. What fields cannot say is loosened, never narrowed: the written
 * field accepts all that the schema accepts, and the difference is noted.
 */
import type { LockSchema } from "../document.ts";
import { isObject } from "../from-openapi.ts";
import { type Node, keyOf, wrap } from "./layout.ts";
import { loosen } from "./notes.ts";
import { writeNumber, writeText } from "./scalar.ts";
import { behind, type Defs, membersOf, onlyPart, type Raw, TALK, withoutNull } from "./schema.ts";
import { options, unwritten, use, type Writer } from "./writer.ts";

export function writeField(
  writer: Writer,
  given: LockSchema,
  where: string,
  fallback?: unknown,
): Node {
  if (typeof given === "boolean") return `${use(writer, "json")}()`;
  const found = behind(given, writer.defs);
  if (found.name !== undefined) {
    const constant = writer.constantOf(found.name);
    if (constant === "recursive") return anything(writer, "a type inside of itself", where);
    if (constant)
      return constant.isFields ? `${use(writer, "object")}(${constant.name})` : constant.name;
  }
  const { schema, isNullable } = withoutNull(found.schema, writer.defs);
  const only = onlyPart(schema);
  const inner = only ?? schema;
  const node =
    only === undefined
      ? writeKind(writer, inner as Raw, where, fallback)
      : writeField(writer, inner, where, fallback);
  return isNullable && !isNode(node, "nullable(") && node !== "json()"
    ? wrap(`${use(writer, "nullable")}(`, node, ")")
    : node;
}

function isNode(node: Node, start: string): boolean {
  return typeof node === "string"
    ? node.startsWith(start)
    : "before" in node && node.before.startsWith(start);
}

function writeKind(writer: Writer, schema: Raw, where: string, fallback: unknown): Node {
  const members = membersOf(schema, writer.defs);
  if (members) {
    const fields = writeFields(writer, schema, where);
    return wrap(`${use(writer, "object")}(`, fields, ")");
  }
  if (["anyOf", "oneOf", "allOf", "not", "if", "$ref"].some((one) => schema[one] !== undefined)) {
    const union = wordsOf(schema, writer.defs);
    if (union?.every((one) => typeof one === "string")) return choiceOf(writer, union, fallback);
    if (union) return writeEnum(writer, union, {}, where, fallback);
    return anything(writer, "a union of types", where);
  }
  const values = schema["const"] === undefined ? schema["enum"] : [schema["const"]];
  if (Array.isArray(values)) return writeEnum(writer, values, schema, where, fallback);
  switch (typeOf(schema)) {
    case "string":
      return writeText(writer, schema, where, fallback);
    case "integer":
    case "number":
      return writeNumber(writer, schema, where, fallback);
    case "boolean":
      return `${use(writer, "boolean")}(${options({ default: fallback })})`;
    case "array":
      return writeList(writer, schema, where, fallback);
    case "object":
      return writeMap(writer, schema, where);
    default:
      if (Object.keys(schema).some((one) => !TALK.has(one) && !one.startsWith("x-")))
        return anything(writer, "a schema without a type, or with several", where);
      return `${use(writer, "json")}()`;
  }
}

function typeOf(schema: Raw): unknown {
  if (schema["type"] !== undefined) return schema["type"];
  if (schema["items"] !== undefined) return "array";
  return isObject(schema["additionalProperties"]) ? "object" : undefined;
}

function anything(writer: Writer, what: string, where: string): string {
  loosen(writer.notes, what, where);
  return `${use(writer, "json")}()`;
}

function writeEnum(
  writer: Writer,
  values: readonly unknown[],
  schema: Raw,
  where: string,
  fallback: unknown,
): Node {
  const words = values.filter((one) => typeof one === "string");
  if (words.length > 0 && words.length === values.length) {
    return choiceOf(writer, words, fallback);
  }
  const { enum: _, const: __, ...rest } = schema;
  loosen(writer.notes, "an enum of other values than text", where);
  const isAll = (test: (value: unknown) => boolean) => values.length > 0 && values.every(test);
  const type = isAll(Number.isInteger)
    ? "integer"
    : isAll((one) => typeof one === "number")
      ? "number"
      : isAll((one) => typeof one === "boolean")
        ? "boolean"
        : undefined;
  if (rest["type"] === undefined && type === undefined) return `${use(writer, "json")}()`;
  return writeKind(writer, { type, ...rest }, where, fallback);
}

function choiceOf(writer: Writer, words: readonly string[], fallback: unknown): Node {
  const isOne = typeof fallback === "string" && words.includes(fallback);
  const items = [...new Set(words)].map((word) => JSON.stringify(word));
  const after = isOne ? `, ${options({ default: fallback })})` : ")";
  return wrap(`${use(writer, "choice")}(`, { open: "[", items, close: "]" }, after);
}

/** The values of a union that names each of them. */
function wordsOf(schema: Raw, defs: Defs): unknown[] | undefined {
  const branches = schema["anyOf"] ?? schema["oneOf"];
  if (!Array.isArray(branches)) return undefined;
  const values = branches.map((branch: LockSchema) => {
    const { const: one, enum: all } = behind(branch, defs).schema;
    return one === undefined ? all : [one];
  });
  return values.every((one) => Array.isArray(one)) ? values.flat() : undefined;
}

function writeList(writer: Writer, schema: Raw, where: string, fallback: unknown): Node {
  const { items, minItems, maxItems } = schema;
  unwritten(writer, schema, ["items", "minItems", "maxItems"], where);
  const item = Array.isArray(items)
    ? anything(writer, "a tuple", where)
    : writeField(writer, (items ?? true) as LockSchema, `${where}[]`);
  const rest = options({
    min: minItems === 0 ? undefined : minItems,
    max: maxItems,
    default: fallback,
  });
  return wrap(`${use(writer, "list")}(`, item, rest === "" ? ")" : `, ${rest})`);
}

function writeMap(writer: Writer, schema: Raw, where: string): Node {
  const { additionalProperties = true, propertyNames } = schema;
  // Our own maps say so.
  const isOurs = JSON.stringify(propertyNames) === '{"not":{"const":"__proto__"}}';
  const known = ["additionalProperties", ...(isOurs ? ["propertyNames"] : [])];
  unwritten(writer, schema, known, where);
  if (additionalProperties === false) return `${use(writer, "object")}({})`;
  const item = writeField(writer, additionalProperties as LockSchema, `${where}{}`);
  return wrap(`${use(writer, "map")}(`, item, ")");
}

/** The fields of an object: `{ id: integer(), … }`. */
export function writeFields(writer: Writer, schema: Raw, where: string): Node {
  const members = membersOf(schema, writer.defs) ?? { properties: {}, required: [], beside: [] };
  for (const keyword of members.beside) loosen(writer.notes, keyword, where);
  const items = Object.entries(members.properties).flatMap(([name, property]) => {
    if (name in Object.prototype) {
      loosen(writer.notes, `the field ${name}, whose name is taken`, where);
      return [];
    }
    const isRequired = members.required.includes(name);
    return [
      wrap(`${keyOf(name)}: `, writeMember(writer, property, isRequired, `${where}.${name}`)),
    ];
  });
  return { open: "{", items, close: "}" };
}

export function writeMember(
  writer: Writer,
  schema: LockSchema,
  isRequired: boolean,
  where: string,
): Node {
  const fallback = typeof schema === "object" ? schema["default"] : undefined;
  const filled = writer.isOwn && !isRequired ? fallback : undefined;
  const node = writeField(writer, schema, where, filled ?? undefined);
  if (isRequired || hasDefault(node)) return node;
  return wrap(`${use(writer, "optional")}(`, node, ")");
}

function hasDefault(node: Node): boolean {
  if (typeof node === "string") return /\bdefault: /.test(node);
  return "before" in node && (/\bdefault: /.test(node.after) || (node.before === "nullable(" && hasDefault(node.node))); // prettier-ignore
}
