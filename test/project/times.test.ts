/** How long calls take is counted: of few calls each, of many a part that stands for all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { app } from "../../src/app/app.ts";
import { current, newTraceId } from "../../src/app/context.ts";
import { serve } from "../../src/app/served.ts";
import type { Running } from "../../src/app/types.ts";
import { takeUsage } from "../../src/app/usage.ts";
import { view } from "../../src/app/view.ts";
import "../../src/client/dispatch.ts";
import { contract, integer, post } from "../../src/contract/index.ts";

const v1 = contract("slow/v1", {
  wait: post("/wait/", { input: { ms: integer() }, output: { ms: integer() } }),
});
const wait = view(v1.wait, async ({ ms }) => {
  await sleep(Math.abs(ms));
  if (ms < 0) throw new Error("nobody can wait that long");
  return { ms };
});
const served = serve(app("slow", { contract: v1, views: { wait } }));
const quiet = () => {};
const running: Running = {
  deadlineMs: 5000,
  log: { info: quiet, warn: quiet, error: quiet },
  providers: new Map([["slow", { is: "local", served }]]),
  onClose: quiet,
};

const outside = {
  running,
  app: "caller",
  caller: "",
  traceId: newTraceId(),
  deadline: Infinity,
  idempotencyKey: undefined,
};

function calls(times: number, ms: number): Promise<unknown> {
  const ask = () => v1.wait({ ms });
  return current.run(outside, () => Promise.allSettled(Array.from({ length: times }, ask)));
}

test("of few calls each is timed, those that fail too", async () => {
  await calls(3, 20);
  await calls(1, -1);
  await calls(1, 1100);
  const [usage] = takeUsage(served);
  assert.ok(usage);
  assert.deepEqual([usage.calls, usage.errors, usage.slow], [5, 1, 1]);
  // A timer may ring a millisecond early.
  assert.ok(usage.milliseconds >= 3 * 19 + 1099, String(usage.milliseconds));
});

test("of many a part is timed by chance, and stands for all", async () => {
  for (let round = 0; round < 40; round += 1) await calls(500, 10);
  const [usage] = takeUsage(served);
  assert.equal(usage?.calls, 20_000);
  // 1,121 calls is the deviation: what is five times that does not happen.
  assert.ok(usage.milliseconds >= (20_000 - 5 * 1121) * 9, String(usage.milliseconds));
});

test("the first ones stand for themselves alone, however slow they were", async () => {
  await calls(3, 1100);
  await calls(500, 1);
  const [usage] = takeUsage(served);
  assert.deepEqual([usage?.calls, usage?.slow], [503, 3]);
});

test("the time of a call that ends after its caller's counts were taken is not lost", async () => {
  const called = calls(2, 50);
  const [begun] = takeUsage(served);
  assert.deepEqual([begun?.calls, begun?.milliseconds], [2, 0]);
  await called;
  const [ended] = takeUsage(served);
  assert.equal(ended?.calls, 0);
  assert.ok(ended.milliseconds >= 2 * 49, String(ended.milliseconds));
  assert.deepEqual(takeUsage(served), []);
});

test("a call that passes its deadline and fails when it ends is one failure", async () => {
  const late = current.run(outside, () => v1.wait({ ms: -60 }, { deadlineMs: 20 }));
  await assert.rejects(late, { code: "TimedOut" });
  await sleep(100);
  const [usage] = takeUsage(served);
  assert.deepEqual([usage?.calls, usage?.errors], [1, 1]);
});

test("neither is its failure", async () => {
  const called = calls(1, -1);
  takeUsage(served);
  await called;
  assert.deepEqual(
    takeUsage(served).map(({ errors }) => errors),
    [1],
  );
});
