/** The table of changes, row by row. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diff } from "../../src/compare/diff.ts";
import { worstOf } from "../../src/compare/finding.ts";
import { isConfirmed } from "../../src/compare/inclusion/confirm.ts";
import { readerOf } from "../../src/compare/schema/schema.ts";
import { RULES } from "../../src/compare/rules.ts";
import { contractRows } from "./rows-contracts.ts";
import { messageRows } from "./rows-messages.ts";

const words = { B: "breaking", W: "warning", S: "safe", "-": "safe" } as const;

for (const { row, old, fresh, ...expected } of messageRows) {
  for (const [side, as] of [
    ["request", "request"],
    ["reply", "response"],
  ] as const) {
    test(`row ${row}, ${side}: ${RULES[row - 1]?.change} is ${words[expected[side]]}`, () => {
      const policies = { defaults: "filled" as const };
      const findings = diff(old, fresh, { as, policies });
      const told = JSON.stringify(findings, null, 1);
      assert.equal(worstOf(findings), words[expected[side]], told);
      assert.ok(
        findings.some(({ rule }) => rule === row || isOther(row, rule)),
        told,
      );
      const defaults = side === "request" ? "optional" : "required";
      const read = (raw: unknown) => readerOf(raw, { defaults }).read(raw);
      for (const { example } of findings.filter((finding) => finding.example !== undefined)) {
        const [sender, receiver] = side === "request" ? [old, fresh] : [fresh, old];
        assert.ok(
          isConfirmed(example ?? null, read(sender), read(receiver)),
          JSON.stringify(example),
        );
      }
    });
  }
}

/** A row about a whole is told by the row of its part. */
function isOther(row: number, rule: number): boolean {
  return row === 101 && rule === 7;
}

for (const { row, name, expected, run } of contractRows) {
  test(`row ${row}: ${name} is ${expected}`, () => {
    const findings = run();
    assert.equal(worstOf(findings), expected, JSON.stringify(findings, null, 1));
    assert.ok(
      findings.some(({ rule }) => rule === row),
      JSON.stringify(findings),
    );
  });
}

test("every row of the table is tried", () => {
  const tried = new Set([...messageRows, ...contractRows].map(({ row }) => row));
  assert.deepEqual(
    RULES.map(({ number }) => number).filter((number) => !tried.has(number)),
    [],
  );
  assert.deepEqual(
    RULES.map(({ number }) => number),
    Array.from({ length: 132 }, (_, index) => index + 1),
  );
});

test("what the table says of messages is what is computed", () => {
  for (const { row, request, reply } of messageRows) {
    const rule = RULES[row - 1];
    if (rule?.request !== "per side")
      assert.deepEqual([rule?.request, rule?.reply], [request, reply], `row ${row}`);
  }
});
