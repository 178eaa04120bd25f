/** How a caller gets along with another lock of its provider than the one that it was built against. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contract, event, integer, post, retire, text, type Fields } from "marcot/contract";
import { judge } from "../../src/deploy/judge.ts";
import type { Use } from "../../src/deploy/apps-at.ts";
import { compare } from "../../src/lock/compared.ts";
import { toLock } from "../../src/lock/lock.ts";
import type { StoredLock } from "../../src/lock/stored.ts";
import { toBroken } from "../../src/project/locks.ts";

const lockOf = (input: Fields, output: Fields = {}): StoredLock =>
  toLock(
    contract("faq/v1", {
      create: post("/create/", { input, output }),
      other: post("/other/", { input: { x: integer() } }),
      made: event({ id: integer() }),
    }),
  );

const use = (name: string, version = "v1"): Use => {
  return { uses: "faq", version, name, file: "apps/tickets/calls.ts", line: 2 };
};

const told = (uses: Use[], built: StoredLock, served: StoredLock) => {
  const { broken, why } = judge(uses, built, served, "1234567");
  return { why, broken: broken.map(({ where, rule, isBreak }) => [where, rule, isBreak]) };
};

test("only what is used counts, and a contract that is used as a whole has all of it", () => {
  const [built, served] = [lockOf({ a: text() }), lockOf({ a: text(), b: text() })];
  const expected = { why: undefined, broken: [["v1 create", 2, true]] };
  assert.deepEqual(told([use("create")], built, served), expected);
  assert.deepEqual(told([use("*")], built, served), expected);
  assert.deepEqual(told([use("*", "*")], built, served), expected);
  assert.deepEqual(told([use("other"), use("made")], built, served).broken, []);
});

test("a field that a newer caller may send, and an older provider would drop, is a break", () => {
  const { broken } = told([use("create")], lockOf({ a: text(), b: text() }), lockOf({ a: text() }));
  assert.deepEqual(broken, [["v1 create", 5, true]]);
});

test("a break that is accepted stays one where a message shows it; a doubt is settled", () => {
  const accept = (built: StoredLock, served: StoredLock) => {
    const broken = compare(built, served).map((one) => ({ ...toBroken(one), reason: "meant so" }));
    return judge([use("create")], built, { ...served, broken }, "1234567").broken;
  };
  const [shown] = accept(lockOf({}, { a: text() }), lockOf({}));
  assert.deepEqual([shown?.isBreak, shown?.accepted], [true, "meant so"]);
  const withPattern = (pattern: RegExp) => lockOf({ a: text({ pattern }) });
  const doubt = accept(withPattern(/^(?=a)a+$/u), withPattern(/^(?=a)[ab]+$/u));
  assert.deepEqual(
    doubt.map(({ isUnproved, isBreak, accepted }) => [isUnproved, isBreak, accepted]),
    [[true, false, "meant so"]],
  );
});

test("a version that is gone is not there, an event neither, and what no lock knew is unknown", () => {
  const gone = contract("faq/v1", { create: post("/create/") });
  retire(gone, { deprecated: "2026-01-01", sunset: "2026-02-01", gone: true });
  const { broken } = judge([use("create")], lockOf({}), toLock(gone), "1234567");
  assert.deepEqual(
    broken.map(({ what }) => what),
    ["faq at 1234567 does not serve v1 create"],
  );
  const bare = toLock(contract("faq/v1", { create: post("/create/") }));
  assert.deepEqual(told([use("made")], lockOf({}), bare).broken, [["v1 made", undefined, true]]);
  assert.match(told([use("made")], bare, lockOf({})).why ?? "", /calls\.ts:2 uses v1 made, which/);
  assert.deepEqual(told([use("nothing")], bare, bare).broken, [["v1 nothing", undefined, true]]);
});
