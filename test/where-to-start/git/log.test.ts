import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { readLog } from "../../../src/where-to-start/git/log/parse.ts";

test("nothing is read after the sink has enough, also when more was buffered", async () => {
  const id = "a".repeat(40);
  const log = Array.from({ length: 50 }, (_, at) => `${id} ${at} ${at} ${id}\0Ann\0a@b\0Work\0\n`);
  const output = new PassThrough({ highWaterMark: 1_000_000 });
  // In pieces that end in the middle of a commit, as a pipe has them.
  for (const piece of log.join("").match(/[^]{1,77}/g) ?? []) output.write(piece);
  output.end();
  const told: number[] = [];
  const isStopped = await readLog(output, {
    commit({ committed }) {
      told.push(committed);
      return committed === 3 ? "stop" : "pass";
    },
    file: () => undefined,
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isStopped, true);
  assert.deepEqual(told, [0, 1, 2, 3]);
});
