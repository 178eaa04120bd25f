/**
 * What travels with a call travels with that call alone: many at a time do not mix, the caller has its
 * own context back at once, and a view sees nothing else of what surrounds its caller.
 */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { app } from "../../src/app/app.ts";
import { current, newTraceId } from "../../src/app/context.ts";
import { serve } from "../../src/app/served.ts";
import type { Context, Running } from "../../src/app/types.ts";
import { view } from "../../src/app/view.ts";
import "../../src/client/dispatch.ts";
import * as c from "../../src/contract/index.ts";

const seen = { caller: c.text(), trace: c.text(), request: c.text() };
const inner = c.contract("inner/v1", { look: c.post("/look/", { output: seen }) });
const outer = c.contract("outer/v1", {
  ask: c.post("/ask/", { output: { first: c.object(seen), second: c.object(seen) } }),
});

/** A program's own use of the same means, as for the number of a request in its log. */
const request = new AsyncLocalStorage<string>();

const look = view(inner.look, async () => {
  await turn();
  const { caller = "", traceId = "" } = current.getStore() ?? {};
  return { caller, trace: traceId, request: request.getStore() ?? "none" };
});
const ask = view(outer.ask, async () => {
  const first = inner.look();
  const same = current.getStore(); // before anything was awaited
  await turn();
  const second = await inner.look();
  assert.equal(current.getStore(), same);
  assert.equal(same?.app, "outer");
  return { first: await first, second };
});

const apps = [
  app("inner", { contract: inner, views: { look } }),
  app("outer", { contract: outer, views: { ask } }),
];
const quiet = () => {};
const running: Running = {
  deadlineMs: 2000,
  log: { info: quiet, warn: quiet, error: quiet },
  providers: new Map(apps.map((one) => [one.name, { is: "local", served: serve(one) }])),
  onClose: quiet,
};

function outside(): Context {
  const traceId = newTraceId();
  const deadline = performance.now() + 5000;
  return { running, app: "", caller: "", deadline, traceId, idempotencyKey: undefined };
}

test("many calls at a time keep their traces and callers apart", async () => {
  const contexts = Array.from({ length: 100 }, outside);
  const answers = await Promise.all(
    contexts.map((context) => current.run(context, () => outer.ask())),
  );
  answers.forEach(({ first, second }, i) => {
    const expected = { caller: "outer", trace: contexts[i]?.traceId, request: "none" };
    assert.deepEqual([first, second], [expected, expected]);
  });
});

test("a caller has its own context and its own storage back, a view has none of it", async () => {
  const context = outside();
  await current.run(context, () =>
    request.run("request 7", async () => {
      const pending = outer.ask();
      assert.equal(current.getStore(), context);
      const { second } = await pending;
      assert.equal(second.request, "none");
      assert.equal(current.getStore(), context);
      assert.equal(request.getStore(), "request 7");
    }),
  );
});

test("a failing view leaves the caller's context as it was", async () => {
  const context = outside();
  await current.run(context, async () => {
    const wrong = outer.ask as unknown as (input: unknown) => Promise<unknown>; // the check must refuse it
    const refused = wrong(7);
    assert.equal(current.getStore(), context);
    await assert.rejects(refused, { code: "InvalidInput" });
    assert.equal(current.getStore(), context);
  });
});
