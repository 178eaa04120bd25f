/** Text and numbers as the source of a field. */
import type { Node } from "./layout.ts";
import type { Raw } from "./schema.ts";
import { options, unwritten, use, type Writer } from "./writer.ts";

const DECIMAL = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$";

export function writeText(writer: Writer, schema: Raw, where: string, fallback: unknown): Node {
  const { format, pattern, contentEncoding } = schema;
  // To others the encoding is a remark (JSON Schema 2020-12, validation, 8.3), and other text is sent too.
  if (format === "byte" || (contentEncoding === "base64" && writer.isOwn)) {
    unwritten(writer, schema, ["contentEncoding", "format"], where);
    return `${use(writer, "binary")}()`;
  }
  const named = { "date-time": "datetime", date: "date", uuid: "uuid" }[String(format)];
  if (named !== undefined) {
    unwritten(writer, schema, ["format"], where);
    return `${use(writer, named)}(${named === "date" ? options({ default: fallback }) : ""})`;
  }
  if (pattern === DECIMAL) {
    unwritten(writer, schema, ["pattern"], where);
    return `${use(writer, "decimal")}(${options({ default: fallback })})`;
  }
  const regex = toRegExp(pattern);
  const known = ["minLength", "maxLength", ...(regex ? ["pattern"] : [])];
  unwritten(writer, schema, known, where);
  const [min, max] = [schema["minLength"], schema["maxLength"]];
  return `${use(writer, "text")}(${options({ min: min === 0 ? undefined : min, max, pattern: regex, default: fallback })})`;
}

function toRegExp(pattern: unknown): RegExp | undefined {
  if (typeof pattern !== "string") return undefined;
  try {
    return new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
}

export function writeNumber(writer: Writer, schema: Raw, where: string, fallback: unknown): Node {
  const isInteger = schema["type"] === "integer";
  const [low, high] = [schema["exclusiveMinimum"], schema["exclusiveMaximum"]];
  // Before 2020-12 the exclusive bounds were booleans beside the others.
  const known = ["minimum", "maximum"];
  if (isInteger && typeof low === "number") known.push("exclusiveMinimum");
  if (isInteger && typeof high === "number") known.push("exclusiveMaximum");
  const isUsual = /^(?:u?int(?:8|16|32|64)|double|float)$/.test(String(schema["format"]));
  unwritten(writer, schema, isUsual ? [...known, "format"] : known, where);
  const min = greatest(schema["minimum"], isInteger && typeof low === "number" ? Math.floor(low) + 1 : undefined); // prettier-ignore
  const max = least(schema["maximum"], isInteger && typeof high === "number" ? Math.ceil(high) - 1 : undefined); // prettier-ignore
  const isSafe = (bound: number | undefined) =>
    isInteger && bound !== undefined && Math.abs(bound) >= Number.MAX_SAFE_INTEGER;
  const bounds = { min: isSafe(min) ? undefined : min, max: isSafe(max) ? undefined : max };
  return `${use(writer, isInteger ? "integer" : "number")}(${options({ ...bounds, default: fallback })})`;
}

function greatest(...bounds: unknown[]): number | undefined {
  const given = bounds.filter((one) => typeof one === "number");
  return given.length === 0 ? undefined : Math.max(...given);
}

function least(...bounds: unknown[]): number | undefined {
  const given = bounds.filter((one) => typeof one === "number");
  return given.length === 0 ? undefined : Math.min(...given);
}
