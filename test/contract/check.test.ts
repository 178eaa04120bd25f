import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { z } from "zod";
import type { Issue } from "../../src/errors.ts";
import { checkOf } from "../../src/contract/compile.ts";
import { type Field, schemaOf } from "../../src/contract/field.ts";
import * as c from "../../src/contract/index.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

/** A field of every kind whose JSON Schema says all that its check does. */
const fields: Record<string, Field> = {
  text: c.text({ min: 1, max: 5, pattern: /^[a-z😀]*$/u }),
  integer: c.integer({ min: -3, max: 9 }),
  number: c.number({ max: 2.5 }),
  boolean: c.boolean(),
  choice: c.choice(["open", "closed"]),
  list: c.list(c.integer(), { min: 1, max: 3 }),
  map: c.map(c.boolean()),
  object: c.object({ a: c.text(), b: c.optional(c.integer()) }),
  date: c.date(),
  uuid: c.uuid(),
  decimal: c.decimal(),
  nullable: c.nullable(c.integer()),
  deep: c.list(c.nullable(c.object({ tags: c.list(c.text({ max: 2 })) }))),
};

const texts = fc.oneof(
  fc.constantFrom("", "a", "open", "closed", "😀😀😀😀😀", "1.5", "-0", "2026-02-29", "2024-02-29"),
  fc.uuid(),
  fc.string({ maxLength: 6 }).filter((text) => text.isWellFormed() && !text.includes("\0")),
);

const values = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    texts,
    fc.integer({ min: -5, max: 12 }),
    fc.constantFrom(null, true, false, 0.5, 2 ** 53),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "tags", "x"), tie("any"), { maxKeys: 3 }),
  ),
})).any;

for (const [name, field] of Object.entries(fields)) {
  test(`the check of ${name} accepts exactly what its JSON Schema accepts`, () => {
    const judge = ajv.compile(schemaOf({ it: field }));
    const run = checkOf({ it: field }, "read", name);
    fc.assert(
      fc.property(values, (it) => {
        const issues: Issue[] = [];
        run({ it }, issues);
        assert.equal(issues.length === 0, judge({ it }), JSON.stringify({ it, issues }));
      }),
      { numRuns: 2000 },
    );
  });
}

test("a copy shares nothing, has no undefined and no -0, and is cut", () => {
  const run = checkOf(
    { n: c.number(), list: c.list(c.integer(), { default: [] }), o: c.optional(c.text()) },
    "copy",
    "x",
  );
  const list = [1, -0];
  const copy = run({ n: -0, list, o: undefined, more: 1 }, []) as { n: number; list: number[] };
  assert.deepEqual(copy, { n: 0, list: [1, 0] });
  assert.ok(Object.is(copy.n, 0) && Object.is(copy.list[1], 0));
  assert.notEqual(copy.list, list);
  assert.deepEqual(Object.keys(copy), ["n", "list"]);
});

test("a default is a new value for every call", () => {
  const run = checkOf({ list: c.list(c.integer(), { default: [] }) }, "copy", "x");
  const first = run({}, []) as { list: number[] };
  first.list.push(1);
  assert.deepEqual(run({}, []), { list: [] });
});

test("a moment and bytes come through JSON as they were", () => {
  const shape = { at: c.datetime(), bytes: c.binary() };
  const value = { at: new Date("2026-11-24T09:30:00.123Z"), bytes: new Uint8Array([0, 255, 7]) };
  const sent: unknown = JSON.parse(JSON.stringify(checkOf(shape, "write", "x")(value, [])));
  assert.deepEqual(sent, { at: "2026-11-24T09:30:00.123Z", bytes: "AP8H" });
  assert.deepEqual(checkOf(shape, "read", "x")(sent, []), value);
});

test("a zod schema is a guest, and one that transforms is refused", () => {
  const issues: Issue[] = [];
  const shape = z.object({ name: z.string().min(2) });
  assert.deepEqual(checkOf(shape, "read", "x")({ name: "ab", more: 1 }, issues), { name: "ab" });
  checkOf(shape, "read", "x")({ name: "a" }, issues);
  assert.equal(issues[0]?.pointer, "/name");
  const turning = z.object({ n: z.string().transform(Number) });
  assert.throws(() => checkOf(turning, "read", "x"), { code: "ContractInvalid" });
});

test("a name that would reach a prototype cannot be declared", () => {
  const declare = () =>
    c.contract("a/v1", { x: c.post("/x/", { input: { constructor: c.text() } }) });
  assert.throws(declare, { code: "ContractInvalid" });
});
