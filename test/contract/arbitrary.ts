/** Values for fields by fast-check: not the framework's own generator, which is tried beside it. */
import fc from "fast-check";
import type { Field, Fields } from "../../src/contract/field.ts";

const words = fc.string({ unit: fc.constantFrom(..."ab -é😀"), maxLength: 8 });

/** What a writer may write: what may be absent is absent at times. */
export function written(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const required = Object.keys(fields).filter((name) => fields[name]?.presence === "required");
  const values = Object.entries(fields).map(([name, field]) => [name, valueOf(field)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: required, noNullPrototype: true });
}

function valueOf({ kind, rule }: Field): fc.Arbitrary<unknown> {
  const { min, max, item, fields = {}, values = [] } = rule;
  const lengths = {
    ...(min === undefined ? {} : { minLength: min }),
    maxLength: Math.min(max ?? Infinity, (min ?? 0) + 5),
  };
  switch (kind) {
    case "text":
      return words
        .map((text) => [...text.padEnd(min ?? 0, "x")].slice(0, max ?? Infinity).join(""))
        .filter((text) => rule.pattern?.test(text) ?? true);
    case "integer":
      return fc.integer({ min: min ?? -1000, max: max ?? 1000 });
    case "number":
      return fc.double({ noNaN: true, min: min ?? -1e9, max: max ?? 1e9 });
    case "boolean":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...values);
    case "list":
      return fc.array(item ? valueOf(item) : fc.constant(0), lengths);
    case "map":
      return fc.dictionary(fc.constantFrom("a", "b c", "é"), item ? valueOf(item) : fc.constant(0));
    case "object":
      return written(fields);
    case "datetime":
      return fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });
    case "date":
      return fc.constantFrom("2026-11-24", "2024-02-29", "0001-01-01");
    case "uuid":
      return fc.uuid();
    case "decimal":
      return fc.constantFrom("0", "-19.90", "7.5", "100000");
    case "binary":
      return fc.uint8Array({ maxLength: 5 });
    case "nullable":
      return fc.option(item ? valueOf(item) : fc.constant(0));
    case "guest":
      throw new Error("a guest makes its own values");
  }
}
