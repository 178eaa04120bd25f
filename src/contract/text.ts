/** Values from carriers that have no types: a form, a query, a path. Never used on JSON. */
import type { Field, Fields } from "./field.ts";
import { isGuest, type Shape } from "./guest.ts";

export type TextValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Gives numbers, booleans and lists their type where the carrier has none: a form, a query, a path.
 * What does not look like one stays text, and the check refuses it with its place. Never used on JSON.
 */
export function fromText(shape: Shape, values: TextValues): Record<string, unknown> {
  if (isGuest(shape)) return { ...values };
  const typed: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape as Fields)) {
    const value = values[name];
    if (value === undefined) continue;
    const result = typeOf(field, value);
    if (result !== undefined) typed[name] = result;
  }
  return typed;
}

/** A number as JSON writes it (RFC 8259, section 6). */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function typeOf(field: Field, value: string | readonly string[]): unknown {
  const inner = field.rule.item;
  if (field.kind === "list" && inner) {
    const items = typeof value === "string" ? [value] : value;
    return items
      .filter((item) => item !== "" || inner.kind === "text")
      .map((item) => typeOf(inner, item));
  }
  if (field.kind === "nullable" && inner)
    return value === "" && inner.kind !== "text" ? null : typeOf(inner, value);
  if (typeof value !== "string") return value;
  switch (field.kind) {
    case "integer":
    case "number":
      if (value === "") return undefined; // an input that a person left empty
      return NUMBER.test(value) ? Number(value) : value;
    case "boolean":
      if (value === "true" || value === "on") return true;
      return value === "false" ? false : value;
    case "text":
    case "binary":
      return value;
    default:
      return value === "" ? undefined : value;
  }
}

/** `a=1&b=2&b=3` -> `{ a: "1", b: ["2", "3"] }` (URL Standard, application/x-www-form-urlencoded). */
export function fromQuery(text: string): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = Object.create(null);
  if (text === "") return values;
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values[name];
    if (before === undefined) values[name] = value;
    else if (typeof before === "string") values[name] = [before, value];
    else before.push(value);
  }
  return values;
}
