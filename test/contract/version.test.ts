import assert from "node:assert/strict";
import { test } from "node:test";
import { type AnyContract, aboutOf } from "../../src/contract/contract.ts";
import { endpointOf } from "../../src/contract/endpoint.ts";
import type { Fields } from "../../src/contract/field.ts";
import {
  add,
  change,
  choice,
  contract,
  convert,
  drop,
  error,
  extend,
  flat,
  inside,
  integer,
  list,
  map,
  nest,
  object,
  optional,
  post,
  rename,
  text,
  tighten,
} from "../../src/contract/index.ts";
import { downward, errorsBetween, upward } from "../../src/contract/steps/plan.ts";
import type { Step } from "../../src/contract/steps/step.ts";

const v1 = contract("faq/v1", {
  create: post("/create/", {
    input: { question: text(), source: integer() },
    output: { id: integer(), question: text(), source: integer() },
  }),
});
const v2 = extend(v1, "faq/v2", {
  create: {
    input: { related: list(integer(), { default: [] }) },
    output: { related: list(integer()) },
  },
});
const v3 = change(v2, "faq/v3", {
  create: {
    input: [
      rename("question", "title"),
      convert("source", text(), {
        up: (old: number) => `ticket-${old}`,
        down: (now) => Number(now.slice(7)),
      }),
      add("language", text(), { old: "en" }),
    ],
    output: [rename("question", "title"), drop("source", { keep: true })],
  },
});

test("an old input goes up through every version to the newest", () => {
  const rise = upward(endpointOf(v1.create), endpointOf(v3.create));
  assert.deepEqual(rise?.carry({ question: "q", source: 7 }), {
    title: "q",
    source: "ticket-7",
    related: [],
    language: "en",
  });
  assert.equal(rise?.usesCode, true);
});

test("a new answer goes down, with what the view keeps for older versions", () => {
  const fall = downward(endpointOf(v3.create), endpointOf(v1.create));
  assert.deepEqual(fall?.({ id: 1, title: "q", related: [2], source: 7 }), {
    id: 1,
    question: "q",
    source: 7,
  });
});

test("additions need no way down: cutting is all there is", () => {
  assert.equal(downward(endpointOf(v2.create), endpointOf(v1.create)), undefined);
});

test("a declaration that loses old callers is refused when it is made, too", () => {
  const required: {} = { create: { input: { more: integer() } } };
  assert.throws(() => extend(v1, "faq/v2", required), { code: "ContractInvalid" });
  assert.throws(() => extend(v1, "faq/v3", {}), /the version after faq\/v1 is faq\/v2/);
});

/** From v1 to v2, and with more steps to v3. */
function versions(fields: Fields, ...steps: (readonly Step[])[]) {
  const endpoint = post("/go/", { input: fields, output: fields, errors: { Old: 404 } });
  let newest: AnyContract = contract("a/v1", { go: endpoint });
  const [first] = aboutOf(newest).endpoints;
  for (const [index, list] of steps.entries()) {
    const both = { input: list, output: list } as never; // the steps are checked when they are declared
    newest = change(newest, `a/v${index + 2}`, { go: both } as never) as AnyContract;
  }
  const [last] = aboutOf(newest).endpoints;
  assert.ok(first && last);
  return { up: upward(first, last)?.carry, down: downward(last, first) };
}

test("a function of the contract sees the fields of its own version, and runs once", () => {
  const { up } = versions(
    { x: text(), more: optional(text()) },
    [rename("x", "y")],
    [add("z", text(), { old: (input: object) => JSON.stringify(input) })],
  );
  assert.deepEqual(up?.({ x: "q" }), { y: "q", z: '{"y":"q"}' });
  let runs = 0;
  const pair = convert("pair", text(), {
    up: (old: { a: string; b: string }) => `${old.a} ${old.b}`,
    down: (now) => {
      runs += 1;
      const [a = "", b = ""] = now.split(" ");
      return { a, b };
    },
  });
  const { down } = versions({ a: text(), b: text() }, [nest(["a", "b"], "pair")], [pair]);
  assert.deepEqual(down?.({ pair: "1 2" }), { a: "1", b: "2" });
  assert.equal(runs, 1);
  const v1 = contract("a/v1", { go: post("/go/", { output: { x: integer(), twice: integer() } }) });
  const v2 = change(v1, "a/v2", {
    go: {
      output: [
        drop("twice", { was: ({ x }: { x: number }) => 2 * x }),
        convert("x", text(), {
          up: (old: number) => `${old}`,
          down: (now) => {
            runs += 1;
            return Number(now);
          },
        }),
      ],
    },
  });
  const back = downward(endpointOf(v2.go), endpointOf(v1.go));
  assert.deepEqual(back?.({ x: "7" }), { x: 7, twice: 14 });
  assert.equal(runs, 2);
});

test("what is absent stays absent, and what a view leaves to its default is there", () => {
  const maybe = versions({ x: optional(integer()) }, [
    convert("x", optional(text()), { up: (old: number) => `${old}`, down: (now) => Number(now) }),
  ]);
  assert.deepEqual(maybe.up?.({}), {});
  assert.deepEqual(maybe.down?.({}), {});
  const output = versions(
    { x: text({ default: "d" }), o: object({ p: integer({ default: 4 }) }) },
    [
      convert("x", text({ default: "dd" }), {
        up: (old: string) => old + old,
        down: (now) => now.slice(1),
      }),
      flat("o"),
      convert("p", integer(), { up: (old: number) => old, down: (now) => now }),
    ],
  );
  assert.deepEqual(output.down?.({ p: 3 }), { x: "d", o: { p: 3 } });
});

test("a value that is computed for older callers sees the defaults that the view left out", () => {
  const v1 = contract("a/v1", {
    go: post("/go/", { output: { x: text({ default: "four" }), size: integer() } }),
  });
  const v2 = change(v1, "a/v2", {
    go: { output: [drop("size", { was: ({ x }: { x: string }) => x.length })] },
  });
  const down = downward(endpointOf(v2.go), endpointOf(v1.go));
  assert.deepEqual(down?.({}), { x: "four", size: 4 });
});

test("inside a list, what a function made is checked again, and an empty default stays", () => {
  const v1 = contract("a/v1", {
    go: post("/go/", { input: { rows: list(object({ a: integer() }), { default: [] }) } }),
  });
  const toText = { up: (old: number) => `${old}`, down: (now: string) => Number(now) };
  const v2 = change(v1, "a/v2", {
    go: { input: [inside("rows", [convert("a", text(), toText)])] },
  });
  const rise = upward(endpointOf(v1.go), endpointOf(v2.go));
  assert.equal(rise?.usesCode, true);
  assert.deepEqual(rise.carry({ rows: [{ a: 1 }] }), { rows: [{ a: "1" }] });
  const { rows } = endpointOf(v2.go).input as Fields;
  assert.deepEqual([rows?.presence, rows?.default], ["default", []]);
});

test("an older version gets the newer default, and nothing that the newer one does not promise", () => {
  const v1 = contract("a/v1", {
    go: post("/go/", { output: { x: text({ default: "old" }), gone: optional(integer()) } }),
  });
  const downFrom = (step: Step) => {
    const next = change(v1, "a/v2", { go: { output: [step] } } as never) as typeof v1;
    return downward(endpointOf(next.go), endpointOf(v1.go));
  };
  assert.deepEqual(downFrom(tighten("x", text({ default: "new" })))?.({}), { x: "new" });
  assert.deepEqual(downFrom(drop("gone"))?.({ gone: "no number", x: "x" }), { x: "x" });
});

test("two old words may become one, and down says which one it becomes again", () => {
  const v1 = contract("a/v1", { go: post("/go/", { output: { x: choice(["a", "b", "c"]) } }) });
  const v2 = change(v1, "a/v2", {
    go: { output: [map("x", { a: "ab", b: "ab", c: "c" }, { down: { ab: "b" } })] },
  });
  const down = downward(endpointOf(v2.go), endpointOf(v1.go));
  assert.deepEqual([down?.({ x: "ab" }), down?.({ x: "c" })], [{ x: "b" }, { x: "c" }]);
});

test("errors are followed from name to name, within a version and over several", () => {
  const v1 = contract("a/v1", { go: post("/go/", { errors: { A: 404, Z: 400 } }) });
  const v2 = change(v1, "a/v2", {
    go: { errors: [error("A", "B"), error("B", "C", { status: 410 })] },
  });
  const v3 = change(v2, "a/v3", { go: { errors: [error("C", "D", { keep: true })] } });
  const v4 = extend(v3, "a/v4", { go: { errors: { New: 409 } } });
  const names = (older: { go: Parameters<typeof endpointOf>[0] }) =>
    Object.fromEntries(errorsBetween(endpointOf(v4.go), endpointOf(older.go)));
  const old = { name: "A", status: 404 };
  const same = { name: "Z", status: 400 };
  assert.deepEqual(names(v1), { C: old, D: old, Z: same });
  const second = { name: "C", status: 410 };
  assert.deepEqual(names(v2), { C: second, D: second, Z: same });
  assert.deepEqual(names(v4)["New"], { name: "New", status: 409 });
});
