/** The invariants of a move, under a small load: what `npm run torture:extract` does for longer and with more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Result, runCase } from "../torture/extract/case.ts";
import { faultOf } from "../torture/extract/faults/index.ts";

async function run(name: string): Promise<Result> {
  const fault = faultOf(name);
  assert.ok(fault, `there is no fault ${name}`);
  // Other tests run at the same time: a slow answer is none of a move's failures.
  const load = { seconds: 1, writes: 60, reads: 60, oldRows: 500, isDurable: false };
  const deadlineMs = 10_000;
  return runCase({ ...load, deadlineMs, fault, seed: 1, say() {} });
}

/** With the whole line where it does not hold. */
function assertRight(result: Result): void {
  assert.ok(result.isRight, JSON.stringify(result, undefined, 2));
  assert.ok(result.acknowledged > 100, `only ${result.acknowledged} writes were acknowledged`);
  assert.equal(result.failed, 0);
  assert.equal(result.lost, 0);
  assert.equal(result.doubled, 0);
  assert.equal(result.state, "nothing moves");
}

test("an app goes, comes home, goes again, and is absorbed: nobody loses anything", async () => {
  const result = await run("none");
  assertRight(result);
  assert.deepEqual(
    result.switches.map(({ holder }) => holder),
    ["service", "project", "service", "project"],
  );
});

test("the coordinator is killed with the tables locked: it is resumed, and nobody notices", async () => {
  const result = await run("coordinator-kill@switch-locked");
  assertRight(result);
  assert.match(result.setbacks[0] ?? "", /^extracted: killed/);
  assert.equal(result.resumed.length, 1);
});
