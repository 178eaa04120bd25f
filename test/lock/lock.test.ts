import assert from "node:assert/strict";
import { test } from "node:test";
import { v2 as faq } from "../../apps/faq/contract.ts";
import { contract, event, get, integer, post, retire, text } from "../../src/contract/index.ts";
import { canonical, toLock } from "../../src/lock/lock.ts";

test("a contract becomes plain data, version by version", () => {
  const v1 = contract("notes/v1", {
    create: post("/create/", {
      input: { word: text({ max: 5 }), count: integer({ default: 1 }) },
      output: { id: integer() },
      status: 201,
      errors: { Full: 409 },
      deadlineMs: 100,
    }),
    read: get("/:id/", { input: { id: integer() }, output: { word: text() } }),
    told: event({ id: integer() }),
  });
  retire(v1, { deprecated: "2026-11-01", sunset: "2027-05-01" });
  const { app, versions } = toLock(v1);
  assert.equal(app, "notes");
  const { state, deprecated, sunset, endpoints, events } = versions["v1"] ?? assert.fail();
  assert.deepEqual([state, deprecated, sunset], ["deprecated", "2026-11-01", "2027-05-01"]);
  const { input, output, ...create } = endpoints["create"] ?? assert.fail();
  assert.deepEqual(create, {
    method: "POST",
    path: "/create/",
    status: 201,
    errors: { Full: 409 },
    idempotent: false,
    deadlineMs: 100,
  });
  assert.deepEqual(typeof input === "object" && input["required"], ["word"]);
  assert.deepEqual(typeof output === "object" && output["required"], ["id"]);
  assert.deepEqual(endpoints["read"]?.idempotent, true);
  assert.deepEqual(Object.keys(events ?? {}), ["told"]);
});

test("the same contract is the same text, in whatever order it was written", () => {
  const lock = toLock(faq);
  assert.deepEqual(JSON.parse(canonical(lock)), JSON.parse(JSON.stringify(lock)));
  assert.equal(
    canonical({ b: 1, a: [{ d: 1, c: undefined }] }),
    canonical({ a: [{ d: 1 }], b: 1 }),
  );
});
