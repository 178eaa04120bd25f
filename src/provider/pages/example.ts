/** A value that a field takes, for people to start from. */
import type { Field, Fields } from "../../contract/field.ts";

/** Of fields: an object of all that must be written. Of a guest nothing is known but its schema. */
export function exampleOf(parts: Fields | Field): unknown {
  if (isField(parts)) return {};
  const needed = Object.entries(parts).filter(([, { presence }]) => presence === "required");
  return Object.fromEntries(needed.map(([name, field]) => [name, exampleField(field, name)]));
}

function isField(parts: Fields | Field): parts is Field {
  return typeof parts["kind"] === "string";
}

function exampleField({ kind, rule }: Field, name: string): unknown {
  const { min = 0, max = Infinity, values, item, fields } = rule;
  switch (kind) {
    case "text":
      return `my ${name}`.padEnd(min, ".").slice(0, Math.min(max, 100));
    case "integer":
    case "number":
      return Math.min(max, Math.max(min, 1));
    case "boolean":
      return true;
    case "choice":
      return values?.[0];
    case "list":
      return item && min > 0 ? Array.from({ length: min }, () => exampleField(item, name)) : [];
    case "object":
      return exampleOf(fields ?? {});
    case "nullable":
      return null;
    default:
      return SAMPLES[kind] ?? {};
  }
}

const SAMPLES: Readonly<Partial<Record<Field["kind"], string>>> = {
  datetime: "2026-11-24T10:00:00Z",
  date: "2026-11-24",
  uuid: "0191e0a5-7c5b-7c3e-9c65-4a9fc9a1b2c3",
  decimal: "19.90",
  binary: "aGVsbG8=",
};
