/** Inclusion: proofs, smallest examples, and what it does not claim. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isConfirmed } from "../../src/compare/inclusion/confirm.ts";
import { inclusion } from "../../src/compare/inclusion/include.ts";
import { diff } from "../../src/compare/diff.ts";
import { worstOf } from "../../src/compare/finding.ts";
import { findText } from "../../src/compare/values/language.ts";
import { type Json, readerOf } from "../../src/compare/schema/schema.ts";
import { fuzz } from "./fuzz.ts";

function ask(sender: unknown, receiver: unknown): "yes" | "unknown" | Json {
  const [left, right] = [readerOf(sender).read(sender), readerOf(receiver).read(receiver)];
  const answer = inclusion(left, right);
  if (answer.is !== "no") return answer.is;
  const [example = null] = answer.examples;
  assert.ok(isConfirmed(example, left, right), JSON.stringify(example));
  return example;
}

const fields = (properties: object, required: string[] = []) => ({
  type: "object",
  properties,
  required,
});
const text = { type: "string" };
const integer = { type: "integer" };

test("500 pairs of schemas: no unsound safe", () => {
  const { faults, values, yes, no } = fuzz(500, 20_261_124);
  assert.deepEqual(faults, []);
  assert.ok(values > 20_000 && yes > 100 && no > 100, `${values} values, ${yes} yes, ${no} no`);
});

test("a sender of any fields sends any, however its messages are split", () => {
  const other = { anyOf: [fields({}, ["a"]), fields({ c: { type: "object" } })] };
  assert.deepEqual(ask({ type: "object" }, other), { c: 0 });
  const [left, right] = [readerOf({ type: "object" }), readerOf(other)];
  const shape = inclusion(left.read({ type: "object" }), right.read(other), { isShape: true });
  assert.notEqual(shape.is, "yes");
});

test("an example has what it must have and nothing else", () => {
  const entry = fields({ id: integer, question: text, source: integer, note: text }, [
    "id",
    "question",
    "source",
  ]);
  const other = fields({ ...entry.properties, related: { type: "array" } }, [
    ...entry.required,
    "related",
  ]);
  assert.deepEqual(ask(entry, other), { id: 0, question: "", source: 0 });
  assert.deepEqual(
    ask(fields({ a: { ...text, maxLength: 3 } }), fields({ a: { ...text, maxLength: 2 } })),
    { a: "aaa" },
  );
  assert.equal(ask({ type: "number" }, integer), 0.5);
  assert.deepEqual(
    ask({ type: "array", items: text }, { type: "array", items: text, minItems: 2 }),
    [],
  );
  assert.deepEqual(
    ask({ type: "array", items: text }, { type: "array", items: text, uniqueItems: true }),
    ["", ""],
  );
});

test("a sender writes declared fields only, unless its schema says otherwise", () => {
  const receiver = fields({ a: text, b: integer });
  assert.equal(ask(fields({ a: text }), receiver), "yes");
  assert.deepEqual(ask({ ...fields({ a: text }), additionalProperties: true }, receiver), {
    b: "",
  });
  assert.notEqual(ask({ type: "object" }, receiver), "yes");
});

test("where branches overlap, one message may have the fields of both", () => {
  const sender = { anyOf: [fields({ a: integer }), fields({ b: integer })] };
  assert.deepEqual(ask(sender, fields({ a: integer, b: text })), { b: 0 });
  const nested = {
    anyOf: [fields({ p: fields({ x: integer }) }), fields({ p: fields({ y: integer }) })],
  };
  const closed = {
    anyOf: [
      fields({ p: { ...fields({ x: integer }), additionalProperties: false } }),
      fields({ p: { ...fields({ y: integer }), additionalProperties: false } }),
    ],
  };
  assert.notEqual(ask(nested, closed), "yes"); // { p: { x: 0, y: 0 } }
});

test("recursive types are compared, and told apart by the smallest message", () => {
  const tree = (more: object, required: string[]) => ({
    $defs: {
      tree: fields(
        {
          value: integer,
          left: { $ref: "#/$defs/tree" },
          right: { $ref: "#/$defs/tree" },
          ...more,
        },
        required,
      ),
    },
    $ref: "#/$defs/tree",
  });
  assert.equal(ask(tree({}, ["value"]), tree({}, [])), "yes");
  assert.deepEqual(ask(tree({}, []), tree({}, ["value"])), {});
  assert.deepEqual(ask(tree({ name: text }, []), tree({ name: integer }, [])), { name: "" });
});

test("one union covers another where its parts do together", () => {
  const number = (low: number, high: number) => ({ type: "number", minimum: low, maximum: high });
  assert.equal(ask(number(0, 10), { anyOf: [number(0, 5), number(5, 10)] }), "yes");
  assert.equal(ask(number(0, 10), { anyOf: [number(0, 5), number(6, 10)] }), 5.5);
  const tagged = (kind: string) => fields({ kind: { const: kind }, x: integer }, ["kind"]);
  assert.equal(
    ask(fields({ kind: { enum: ["a", "b"] }, x: integer }, ["kind"]), {
      oneOf: [tagged("a"), tagged("b")],
    }),
    "yes",
  );
});

test("patterns are compared as languages, with lengths", () => {
  const pattern = (source: string, more = {}) => ({ ...text, pattern: source, ...more });
  assert.equal(ask(pattern("^[a-f]+$"), pattern("^[a-z0-9]+$")), "yes");
  assert.equal(ask(pattern("^(ab)*$"), pattern("^[ab]*$")), "yes");
  assert.equal(ask(pattern("^a{2,5}$"), { ...text, minLength: 2, maxLength: 5 }), "yes");
  assert.equal(ask(pattern("^a{2,6}$"), { ...text, maxLength: 5 }), "aaaaaa");
  assert.equal(ask(pattern("x"), pattern("^x")), "ax");
  assert.equal(ask(pattern("^.*$"), pattern("^[^\\n]*$")), "\u2028".length === 1 ? "yes" : "");
  assert.equal(findText({ patterns: ["^a", "b$"], min: 3, max: 3 }), "aab");
});

test("what is not understood is never called safe", () => {
  assert.equal(ask(pattern("^(?!a).*$"), pattern("^(?!b).*$")), "unknown");
  assert.notEqual(ask(text, { ...text, format: "made-up" }), "yes");
  assert.notEqual(ask(text, { $ref: "https://example.com/other.json" }), "yes");
  assert.notEqual(ask({ $ref: "https://example.com/other.json" }, text), "yes");
  assert.notEqual(
    ask(fields({ a: text, b: text }), { ...fields({ a: text }), unevaluatedProperties: false }),
    "yes",
  );
  function pattern(source: string) {
    return { ...text, pattern: source };
  }
});

test("older drafts and OpenAPI 3.0 say the same in other words", () => {
  assert.equal(ask({ ...text, nullable: true }, { type: ["string", "null"] }), "yes");
  assert.equal(
    ask(
      { type: "number", minimum: 0, exclusiveMinimum: true },
      { type: "number", exclusiveMinimum: 0 },
    ),
    "yes",
  );
  assert.equal(
    ask(
      { type: "array", items: [text], additionalItems: false },
      { type: "array", prefixItems: [text], items: false },
    ),
    "yes",
  );
  assert.deepEqual(
    ask(fields({ a: text, b: text }), {
      ...fields({ a: text, b: text }),
      dependencies: { a: ["b"] },
    }),
    { a: "" },
  );
});

test("a schema that contains itself without a field between cannot be proved, and ends", () => {
  assert.equal(ask({ anyOf: [{ $ref: "#" }] }, text), "unknown");
  assert.equal(worstOf(diff({ anyOf: [{ $ref: "#" }] }, text, { as: "request" })), "cannot-prove");
});

test("null that is said in another way is no change of what may be null", () => {
  const old = fields({ a: { type: ["string", "null"] }, b: text });
  const fresh = fields({ a: { anyOf: [text, { type: "null" }] }, b: integer });
  const broken = diff(old, fresh, { as: "request" }).filter(
    ({ verdict }) => verdict === "breaking",
  );
  assert.deepEqual(
    broken.map(({ pointer }) => pointer),
    ["/properties/b"],
  );
});
