import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { z } from "zod";
import { v1 as faqcreator } from "../../apps/faqcreator/contract.ts";
import { v2 as faq } from "../../apps/faq/contract.ts";
import { v1 as tickets } from "../../apps/tickets/contract.ts";
import { compareLocks } from "../../src/compare/contracts.ts";
import { isBreak } from "../../src/compare/finding.ts";
import type { AnyContract } from "../../src/contract/contract.ts";
import * as f from "../../src/contract/index.ts";
import { ownLockOf } from "../../src/lock/from-openapi.ts";
import { toLock } from "../../src/lock/lock.ts";
import { toOpenApi } from "../../src/lock/openapi.ts";

/** All kinds of fields, errors that share a status, a version that ends, and a guest. */
const kinds = {
  text: f.text({ min: 1, max: 5, pattern: /^a/u, default: "a" }),
  integer: f.integer({ min: 0 }),
  number: f.number({ max: 1.5 }),
  boolean: f.boolean({ default: true }),
  choice: f.choice(["open", "done"], { default: "open" }),
  datetime: f.datetime(),
  date: f.optional(f.date()),
  uuid: f.uuid(),
  decimal: f.decimal(),
};
const v1 = f.contract("kinds/v1", {
  find: f.get("/:integer/found/", { input: { ...kinds, words: f.list(f.text(), { min: 1 }) } }),
  keep: f.put("/:integer/", {
    input: {
      ...kinds,
      binary: f.binary(),
      maybe: f.nullable(f.text({ default: "x" })),
      deep: f.object({ map: f.map(f.list(f.integer())) }),
    },
    output: { ...kinds, binary: f.binary() },
    errors: { NoSuchKind: 404, NoSuchPlace: 404, Full: 409 },
    idempotent: false,
    deadlineMs: 50,
  }),
  guest: f.post("/guest/", {
    input: z.object({ word: z.string().max(9), more: z.array(z.number()).optional() }),
    output: z.object({ word: z.string() }),
    status: 201,
    idempotent: true,
  }),
  nothing: f.post("/nothing/"),
  kept: f.event({ id: f.integer(), words: f.list(f.text()) }),
});
const v2 = f.extend(v1, "kinds/v2", { nothing: { output: { id: f.integer() } } });
f.retire(v1, { deprecated: "2026-11-01", sunset: "2027-05-01" });

const contracts: Readonly<Record<string, AnyContract>> = { faq, faqcreator, tickets, kinds: v2 };

for (const [name, newest] of Object.entries(contracts)) {
  test(`the OpenAPI document of ${name} is valid`, async () => {
    const document = toOpenApi(toLock(newest), { rev: "0" });
    const { valid, errors } = await new Validator().validate({ ...document });
    assert.deepEqual([valid, errors ?? []], [true, []]);
  });

  test(`read again, the OpenAPI document of ${name} is the same contract`, () => {
    const lock = toLock(newest);
    const text = JSON.stringify(toOpenApi(lock, { rev: "0" }));
    const again = ownLockOf(JSON.parse(text) as Record<string, unknown>) ?? assert.fail();
    const count = (one: typeof lock) =>
      Object.entries(one.versions).map(([version, { endpoints }]) => [
        version,
        Object.keys(endpoints).toSorted(),
      ]);
    assert.deepEqual(count(again), count(lock));
    assert.deepEqual(compareLocks(again, lock).filter(isBreak), []);
    assert.deepEqual(compareLocks(lock, again).filter(isBreak), []);
    for (const [version, { endpoints, events, ...life }] of Object.entries(lock.versions)) {
      const { endpoints: _, events: told, ...read } = again.versions[version] ?? assert.fail();
      assert.deepEqual([read, told], [life, events], version);
      for (const [endpoint, { errors, idempotent, deadlineMs }] of Object.entries(endpoints)) {
        const read = again.versions[version]?.endpoints[endpoint] ?? assert.fail();
        assert.deepEqual(read.errors, errors, endpoint);
        assert.deepEqual([read.idempotent, read.deadlineMs], [idempotent, deadlineMs], endpoint);
      }
    }
  });
}

test("a version that ends says so at each of its operations", () => {
  const { paths } = JSON.parse(JSON.stringify(toOpenApi(toLock(v2), { rev: "0" }))) as {
    paths: Record<string, Record<string, Record<string, unknown>>>;
  };
  const old = paths["/v1/guest/"]?.["post"];
  assert.deepEqual([old?.["deprecated"], old?.["x-sunset"]], [true, "2027-05-01"]);
  assert.equal(old?.["x-deprecated"], "2026-11-01");
  assert.equal(paths["/v2/guest/"]?.["post"]?.["deprecated"], undefined);
});
