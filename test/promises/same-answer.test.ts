/**
 * "Local and remote behave the same": for generated values of every kind of field, a call in this
 * process and a call over HTTP return the same, and fail the same.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { app } from "../../src/app/app.ts";
import { current, newTraceId } from "../../src/app/context.ts";
import { serve } from "../../src/app/served.ts";
import { view } from "../../src/app/view.ts";
import type { Context, Provider, Running, ServedApp } from "../../src/app/types.ts";
import "../../src/client/dispatch.ts";
import { type AnyCall, endpointOf } from "../../src/contract/endpoint.ts";
import * as c from "../../src/contract/index.ts";
import { MarcotError } from "../../src/errors.ts";
import { replyProblem } from "../../src/provider/reply.ts";
import { createRouter } from "../../src/provider/router.ts";
import { handle, type Site } from "../../src/provider/server.ts";

const fields = {
  text: c.text({ max: 5 }),
  integer: c.integer({ min: -3 }),
  number: c.number(),
  boolean: c.boolean(),
  choice: c.choice(["open", "closed"]),
  list: c.list(c.integer(), { max: 3, default: [] }),
  map: c.map(c.text()),
  object: c.optional(c.object({ a: c.text({ default: "x" }), b: c.optional(c.number()) })),
  datetime: c.datetime(),
  date: c.date(),
  uuid: c.uuid(),
  decimal: c.decimal(),
  binary: c.binary(),
  nullable: c.nullable(c.integer()),
};

const query = {
  text: c.text(),
  integer: c.integer(),
  number: c.number(),
  boolean: c.boolean(),
  texts: c.list(c.text(), { default: [] }),
  datetime: c.datetime(),
  maybe: c.optional(c.choice(["a", "b"])),
};

const v1 = c.contract("echo/v1", {
  echo: c.post("/echo/", { input: fields, output: fields, errors: { Refused: 409 } }),
  ask: c.get("/ask/:key/", {
    input: { ...query, key: c.text({ min: 1 }) },
    output: { ...query, key: c.text() },
  }),
});

const echo = view(v1.echo, async (input, { fail }) => {
  if (input.integer === 7) throw fail("Refused", "seven is refused");
  if (input.integer === 8) throw new Error("a secret of the provider");
  return input;
});
const ask = view(v1.ask, async (input) => input);

const served: ServedApp = serve(app("echo", { contract: v1, views: { echo, ask } }));
const closing: (() => Promise<void>)[] = [];

function running(provider: Provider): Running {
  const quiet = () => {};
  return {
    deadlineMs: 2000,
    log: { info: quiet, warn: quiet, error: quiet },
    providers: new Map([["echo", provider]]),
    onClose: (work) => void closing.push(work),
  };
}

const local = running({ is: "local", served });
const site: Site = {
  isOpen: true,
  running: local,
  mounts: [{ prefix: "", router: createRouter(served) }],
  others: () => {},
  refuse: (_request, response, error) => replyProblem(response, error),
};
const server = createServer((request, response) => handle(site, request, response));
let remote: Running;

before(async () => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  remote = running({ is: "remote", app: "echo", address: new URL(`http://127.0.0.1:${port}`) });
});
after(async () => {
  for (const close of closing) await close();
  server.close();
});

async function outcome(where: Running, call: AnyCall, input: unknown): Promise<unknown> {
  const context: Context = {
    running: where,
    app: "test",
    caller: "",
    deadline: Infinity,
    traceId: newTraceId(),
    idempotencyKey: undefined,
  };
  const run = call as unknown as (input: unknown) => Promise<unknown>; // wrong values are part of the test
  try {
    return { value: await current.run(context, () => run(input)) };
  } catch (error) {
    assert.ok(error instanceof MarcotError, String(error));
    const { code, status, ran, errors, fix } = error;
    return {
      code,
      status,
      ran,
      errors,
      fix,
      message: error.message.replaceAll(context.traceId, "…"),
    };
  }
}

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("", "a/b?c=d&e#%", "\0", "\ud800", "."),
);
const right = {
  text: fc.string({ unit: "grapheme", maxLength: 3 }),
  integer: fc.oneof(fc.integer({ min: -3, max: 9 }), fc.maxSafeInteger()),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: fc.boolean(),
  choice: fc.constantFrom("open", "closed"),
  list: fc.option(fc.array(fc.constantFrom(1, -0, 3), { maxLength: 3 }), { nil: undefined }),
  map: fc.dictionary(
    texts.filter((key) => key !== "__proto__" && key.isWellFormed()),
    fc.constantFrom("x", "y"),
  ),
  object: fc.option(
    fc.record({ a: fc.constant("z"), b: fc.constantFrom(1, undefined) }, { requiredKeys: [] }),
    { nil: undefined },
  ),
  datetime: fc.date({
    min: new Date("0001-01-01"),
    max: new Date("9999-12-31"),
    noInvalidDate: true,
  }),
  date: fc.constantFrom("2026-11-24", "2024-02-29"),
  uuid: fc.uuid().map((id) => id.toUpperCase()),
  decimal: fc.constantFrom("0", "-19.90"),
  binary: fc.uint8Array({ maxLength: 5 }),
  nullable: fc.constantFrom(null, 1),
};
const wrong = fc.oneof(
  texts,
  fc.constantFrom(null, undefined, NaN, Infinity, -0, 1.5, 2 ** 60, new Date(NaN)),
  fc.anything({ maxDepth: 1 }),
);

/** Mostly right, with one field in some of the values replaced by anything. */
function inputs(
  arbitraries: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Record<string, unknown>> {
  const spoilt = fc.option(fc.tuple(fc.constantFrom(...Object.keys(arbitraries)), wrong), {
    freq: 2,
  });
  return fc
    .tuple(fc.record(arbitraries), spoilt)
    .map(([value, spoil]) => (spoil ? { ...value, [spoil[0]]: spoil[1] } : value));
}

test("a post answers and fails the same", async () => {
  const seen = new Set<unknown>();
  await fc.assert(
    fc.asyncProperty(inputs(right), async (input) => {
      const here = await outcome(local, v1.echo, input);
      assert.deepEqual(await outcome(remote, v1.echo, input), here);
      seen.add((here as { code?: string }).code);
    }),
    { numRuns: 1500 },
  );
  assert.deepEqual([...seen].map(String).toSorted(), [
    "InternalError",
    "InvalidInput",
    "Refused",
    "undefined",
  ]);
});

test("a get, whose input travels in path and query, answers and fails the same", async () => {
  const { text, integer, number, boolean, datetime } = right;
  const key = fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 });
  const more = {
    texts: fc.array(
      texts.filter((word) => word.isWellFormed() && !word.includes("\0")),
      { maxLength: 3 },
    ),
  };
  const maybe = fc.constantFrom("a", "b", undefined);
  await fc.assert(
    fc.asyncProperty(
      inputs({ text, integer, number, boolean, datetime, key, maybe, ...more }),
      async (input) => {
        assert.deepEqual(await outcome(remote, v1.ask, input), await outcome(local, v1.ask, input));
      },
    ),
    { numRuns: 1000 },
  );
});

test("every kind of field takes part", () => {
  const kinds = Object.values(endpointOf(v1.echo).input).map(
    (field: { kind: string }) => field.kind,
  );
  assert.equal(new Set(kinds).size, 14);
});
