/** Steps that do not fit are refused when they are declared, for those whom no compiler has told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyContract } from "../../src/contract/contract.ts";
import * as c from "../../src/contract/index.ts";
import { MarcotError } from "../../src/errors.ts";
import type { Gone, Step } from "../../src/contract/steps/step.ts";

const fields = {
  id: c.integer(),
  street: c.text({ max: 9 }),
  state: c.choice(["open", "closed"]),
  tags: c.list(c.text()),
  pairs: c.list(c.integer(), { min: 2 }),
  note: c.optional(c.text()),
  names: c.map(c.text()),
  place: c.object({ street: c.text() }),
};
const v1 = c.contract("shop/v1", {
  order: c.post("/order/:id/", { input: fields, output: fields, errors: { SoldOut: 404 } }),
  ordered: c.event({ id: c.integer(), state: c.choice(["open"]) }),
});

type Loose = Record<string, Gone | Record<string, unknown>>;

/** As a program without types does it. */
function next(previous: AnyContract, version: string, changes: Loose): AnyContract {
  return c.change(previous, `shop/${version}`, changes as never) as AnyContract;
}

function refuses(side: "input" | "output", step: unknown, words: string): void {
  test(`${side}: ${words}`, () => {
    assert.throws(
      () => next(v1, "v2", { order: { [side]: [step] } }),
      (error) =>
        error instanceof MarcotError &&
        error.code === "ContractInvalid" &&
        error.message.startsWith("shop/v2 order") &&
        error.message.includes(words),
    );
  });
}

refuses("input", c.rename("none", "x"), "there is no none to rename");
refuses("input", c.rename("toString", "x"), "there is no toString to rename");
refuses("input", c.rename("street", "note"), "note exists already");
refuses("input", c.add("note", c.optional(c.text())), "note exists already");
refuses("input", c.add("more", c.text()), "more needs { old: … }");
refuses("input", c.add("more", c.text(), { old: 1 as never }), "expected text, got 1");
refuses("input", c.drop("street", { keep: true }), "dropped without options");
refuses("input", c.wrap("tags", "all"), "tags is a list already");
refuses("input", c.wrap("street", "all", { empty: 1 }), "expected text, got 1");
refuses("input", c.unwrap("street", "one"), "street is not a list");
refuses("input", c.unwrap("tags", "tag"), "tags may be empty: say what that means");
refuses("input", c.unwrap("tags", "tag", { empty: 1 }), "expected text, got 1");
refuses("input", c.nest(["street", "none"], "x"), "there is no none to nest");
refuses("input", c.nest(["street"], "state"), "state exists already");
refuses("input", c.nest([], "x"), "no field is nested in x");
refuses("input", c.nest(["id"], "x"), "the path's :id must be a required integer");
refuses("input", c.flat("names"), "names is not an object that is always there");
refuses("input", c.flat("place"), "street exists already");
refuses("input", c.map("street", { a: "b" }), "street is not a choice");
refuses("input", c.map("state", { open: "a" }), "state: closed needs a new value");
refuses("input", c.map("state", { open: "a", closed: "b", late: "c" }), "state has no value late");
refuses("output", c.map("state", { open: "a", closed: "a" }), "state: a needs one old value");
refuses("input", c.tighten("street", c.uuid()), "street is of another kind: use convert");
refuses("input", c.tighten("note", c.text()), "note needs { old: … }");
refuses("input", c.tighten("note", c.text(), { old: 1 as never }), "expected text, got 1");
refuses(
  "input",
  c.tighten("state", c.choice(["open"])),
  "older callers send other values of state",
);
refuses("input", c.tighten("tags", c.list(c.integer())), "tags is of another kind");
const more = c.object({ street: c.text(), city: c.text() });
refuses("input", c.loosen("place", more), "older callers send other values of place");
refuses("input", c.inside("names", [c.rename("a", "b")]), "neither an object nor a list");
refuses("input", c.inside("none", []), "there is no none to change");
refuses(
  "input",
  c.inside("place", [c.rename("town", "b")]),
  "input.place: there is no town to rename",
);
refuses("output", c.inside("place", [c.drop("street", { keep: true })]), "nothing is kept inside");
refuses("output", c.drop("id"), "id needs { keep: true } or { was: … }");
refuses("output", c.unwrap("pairs", "one"), "older callers expect pairs to have 2 elements");
refuses("output", c.loosen("street", c.text()), "street needs { down: … }");
refuses("output", c.tighten("street", c.text({ max: 10 })), "street is not narrower than before");
refuses("output", c.tighten("street", c.text()), "street is not narrower than before");
refuses("output", c.tighten("pairs", c.list(c.integer(), { min: 1 })), "pairs is not narrower");
refuses("output", c.tighten("pairs", c.list(c.integer())), "pairs is not narrower than before");
const late = c.choice(["open", "late"]);
refuses("output", c.tighten("state", late), "state is not narrower than before");
refuses("output", c.tighten("id", c.number()), "id is not narrower than before");
refuses("output", c.tighten("id", c.nullable(c.integer())), "id is not narrower than before");
refuses("output", c.tighten("id", c.optional(c.integer())), "id needs { down: … }");
refuses("output", c.tighten("place", c.object({})), "place is not narrower than before");
const same = { up: (old: string) => old, down: (now: string) => now };
refuses("input", c.convert("note", c.text(), same), "note may be absent on one side");
refuses("output", c.convert("street", c.optional(c.text()), same), "street may be absent");

function refusesChange(changes: Loose, words: RegExp): void {
  assert.throws(() => next(v1, "v2", changes), { code: "ContractInvalid", message: words });
}

test("a change that fits no member is refused", () => {
  refusesChange({ none: { input: [] } }, /there is no such endpoint or event/);
  refusesChange({ none: c.gone() }, /there is no such endpoint or event/);
  refusesChange({ order: { fields: [] } }, /only an event has fields/);
  refusesChange({ ordered: { input: [] } }, /an event has no input or output/);
  refusesChange({ ordered: { fields: [c.drop("id")] } }, /id needs \{ keep: true \}/);
  refusesChange({ order: { errors: [c.error("None", "Other")] } }, /there is no error None/);
  const twice = [c.error("SoldOut", "Other"), c.error("Other", "Other")];
  refusesChange({ order: { errors: twice } }, /the error Other exists already/);
});

test("a pattern is only narrower than none, or than itself", () => {
  const words = c.contract("a/v1", {
    go: c.post("/", { output: { x: c.text({ pattern: /^a/u }) } }),
  });
  const to = (pattern: RegExp) =>
    c.change(words, "a/v2", { go: { output: [c.tighten("x", c.text({ pattern, max: 3 }))] } });
  assert.throws(() => to(/^ab/u), /x is not narrower than before/);
  assert.doesNotThrow(() => to(/^a/u));
});

test("a name that is kept for older callers is not given to another field, in any later version", () => {
  const keep: Step = c.drop("street", { keep: true });
  const again: Step = c.rename("note", "street");
  refusesChange({ order: { output: [keep, again] } }, /street is kept for older callers/);
  const v2 = next(v1, "v2", { order: { output: [keep] } });
  const v3 = next(v2, "v3", {});
  assert.throws(() => next(v3, "v4", { order: { output: [again] } }), /street is kept for older/);
  assert.doesNotThrow(() => next(v3, "v4", { order: { input: [c.drop("street"), again] } }));
});

test("the name of an endpoint that is gone is not given to another one", () => {
  const v2 = next(v1, "v2", { order: c.gone() });
  const fresh = { order: c.post("/order/") } as unknown as Loose;
  assert.throws(() => next(v2, "v3", fresh), /v1 had another order, which is still served/);
  const other = { make: c.post("/order/") } as unknown as Loose;
  assert.doesNotThrow(() => next(v2, "v3", other));
});
