import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointOf } from "../../src/contract/endpoint.ts";
import {
  add,
  change,
  contract,
  convert,
  drop,
  extend,
  integer,
  list,
  post,
  rename,
  text,
} from "../../src/contract/index.ts";
import { downward, upward } from "../../src/contract/plan.ts";

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
