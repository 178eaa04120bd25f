/**
 * Documents that were made to hang the comparison end in an answer, with little memory. Each is compared in a
 * process of its own, whose limits are far above what it needs on a slow machine.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { diff } from "../../src/compare/diff.ts";
import { HOSTILE } from "./hostile-documents.ts";

const MEMORY_MB = 640;
const TIME_MS = 60_000;
const [, , own] = process.argv;

if (own !== undefined) {
  const { old, fresh, isOpenApi = false } = HOSTILE[Number(own)] ?? assert.fail(own);
  const findings = diff(old, fresh, isOpenApi ? {} : { as: "event" });
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  process.stdout.write([...verdicts].join());
} else {
  for (const [index, { name }] of HOSTILE.entries()) {
    test(`${name}: the comparison ends, and does not say that all is safe`, () => {
      const args = [`--max-old-space-size=${MEMORY_MB}`, import.meta.filename, String(index)];
      const options = { encoding: "utf8", timeout: TIME_MS } as const;
      const { status, stdout, stderr, signal } = spawnSync(process.execPath, args, options);
      assert.equal(status, 0, `${signal} ${stderr}`);
      assert.match(stdout, /breaking|cannot-prove/);
    });
  }
}
