/** What was recorded of a caller narrows the verdict, and never widens it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  contract,
  type Fields,
  integer,
  list,
  nullable,
  object,
  optional,
  post,
  text,
} from "marcot/contract";
import type { Use } from "../../src/deploy/apps-at.ts";
import { judge } from "../../src/deploy/judge.ts";
import { compare } from "../../src/lock/compared.ts";
import { toLock } from "../../src/lock/lock.ts";
import { asUsed, type UsedParts } from "../../src/lock/uses.ts";

const lockOf = (input: Fields, output: Fields = {}) =>
  toLock(contract("faq/v1", { create: post("/create/", { input, output }) }));

const create: Use = { uses: "faq", version: "v1", name: "create", file: "calls.ts", line: 2 };

type Locks = readonly [built: ReturnType<typeof lockOf>, served: ReturnType<typeof lockOf>];

function told([built, served]: Locks, parts: Partial<UsedParts>, version = "v1") {
  const used = { [version]: { create: { reads: [], sends: [], ...parts } } };
  const { broken, spared } = judge([create], built, served, "1234567", used);
  return [
    broken.map(({ side, rule }) => [side, rule]),
    spared.map(({ side, rule, because }) => [side, rule, because]),
  ];
}

test("a field that leaves the reply breaks whoever reads it, and nobody else", () => {
  const entry = { id: integer(), tags: list(object({ id: integer(), name: text() })) };
  const less = { id: integer(), tags: list(object({ id: integer() })) };
  const locks = [
    lockOf({}, { entry: object(entry) }),
    lockOf({}, { entry: object(less) }),
  ] as const;
  const broken = [[["reply", 5]], []];
  const spared = (because: string) => [[], [["reply", 5, because]]];
  const inside = ["entry", "entry.tags", "entry.tags[].id"];
  assert.deepEqual(told(locks, { reads: inside }), spared(`reads only ${inside.join(", ")}`));
  assert.deepEqual(told(locks, { reads: [] }), spared("reads nothing of it"));
  assert.deepEqual(told(locks, { reads: [...inside, "entry.tags[].name"] }), broken);
  for (const whole of ["*", "entry.*", "entry.tags[].*"])
    assert.deepEqual(told(locks, { reads: [whole] }), broken, whole);
  // What was recorded at another version says nothing.
  assert.deepEqual(told(locks, { reads: inside }, "v2"), broken);
});

test("what holds a part together is read with the part", () => {
  const locks = (output: Fields, other: Fields) => [lockOf({}, output), lockOf({}, other)] as const;
  const isNull = locks(
    { by: object({ id: integer() }) },
    { by: nullable(object({ id: integer() })) },
  );
  assert.deepEqual(told(isNull, { reads: ["by", "by.id"] })[0]?.length, 1);
  assert.deepEqual(told(isNull, { reads: [] })[0], []);
  const inNull = locks(
    { by: nullable(object({ id: integer(), name: text() })) },
    { by: nullable(object({ id: integer() })) },
  );
  assert.deepEqual(told(inNull, { reads: ["by", "by.id"] })[0], []);
  assert.deepEqual(told(inNull, { reads: ["by", "by.name"] })[0]?.length, 1);
  const items = locks({ ids: list(integer()) }, { ids: list(text()) });
  assert.deepEqual(told(items, { reads: ["ids"] })[0]?.length, 1);
});

test("an input that narrows breaks whoever sends it; what is required, or filled in, always is sent", () => {
  const optionals = [
    lockOf({ a: text(), note: optional(text()) }),
    lockOf({ a: text(), note: optional(integer()) }),
  ] as const;
  const [broken, spared] = told(optionals, { sends: ["a"] });
  assert.deepEqual(broken, []);
  assert.deepEqual(
    spared?.map(([, , because]) => because),
    ["sends only a"],
  );
  assert.equal(told(optionals, { sends: ["a", "note"] })[0]?.length, 1);
  const required = [lockOf({ a: text() }), lockOf({ a: integer() })] as const;
  assert.equal(told(required, { sends: [] })[0]?.length, 1);
  const loosened = [lockOf({ a: text() }), lockOf({ a: optional(integer()) })] as const;
  assert.equal(told(loosened, { sends: [] })[0]?.length, 1);
  const filled = [lockOf({ a: text({ default: "x" }) }), lockOf({})] as const;
  assert.equal(told(filled, { sends: [] })[0]?.length, 1);
  const more = [lockOf({ a: text() }), lockOf({ a: text(), b: text() })] as const;
  assert.deepEqual(told(more, { sends: ["a"] })[0], [["request", 2]]);
});

test("a narrowed verdict is never worse than the whole one", () => {
  const { fields: anyFields } = fc.letrec<{ fields: Fields }>((tie) => ({
    fields: fc.dictionary(fc.constantFrom("a", "b", "c"), field(tie("fields")), { maxKeys: 3 }),
  }));
  function field(fields: fc.Arbitrary<Fields>) {
    const plain = fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(text(), integer(), text({ max: 3 })),
      fields.map((inner) => object(inner)),
      fields.map((inner) => list(object(inner))),
      fields.map((inner) => nullable(object(inner))),
    );
    return fc.oneof(
      plain,
      plain.map((one) => optional(one as ReturnType<typeof text>)),
    );
  }
  const step = fc.constantFrom("a", "b", "c", "a.*", "b[].a", "a.b", "a.b.c", "*");
  const paths = fc.uniqueArray(step, { maxLength: 4 });
  const shapes = fc.record({ built: anyFields, served: anyFields, reads: paths, sends: paths });
  let spared = 0;
  fc.assert(
    fc.property(shapes, ({ built, served, reads, sends }) => {
      const [before, after] = [lockOf(built, built), lockOf(served, served)];
      const whole = compare(before, after).filter(({ isBreak }) => isBreak);
      const less = compare(asUsed(before, { v1: { create: { reads, sends } } }), after);
      for (const one of less.filter(({ isBreak }) => isBreak))
        assert.ok(whole.some(({ side }) => side === one.side));
      if (whole.length > less.length) spared += 1;
    }),
    { numRuns: 200, seed: 15 },
  );
  assert.ok(spared > 20, "it does narrow");
});
