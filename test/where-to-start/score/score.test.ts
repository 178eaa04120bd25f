import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../../src/where-to-start/judge.ts";
import type { Unit } from "../../../src/where-to-start/types/report.ts";
import { evidenceOf, type UnitLike } from "../evidence.ts";

/** The example of docs/topics/where-to-start.md. */
const shop: Readonly<Record<string, UnitLike>> = {
  pay: { lines: 500, past: [40, 10, 4], world: ["stripe", "KEY", "host"], keys: ["orders"] },
  orders: { lines: 1000, past: [80, 10, 6], world: ["pdf"], imports: ["pay", "pay", "catalog"] },
  catalog: { lines: 800, past: [20, 2, 3] },
  mails: { lines: 100, past: [10, 1, 1], world: ["smtp"], imports: ["orders"] },
  search: { lines: 300, past: [5, 0, 1], imports: ["catalog"] },
};

function unitOf(units: readonly Unit[], name: string): Unit {
  const unit = units.find((one) => one.name === name);
  assert.ok(unit, name);
  return unit;
}

test("a score is what comes out by hand", () => {
  const { units } = judge(evidenceOf(shop));
  const pay = unitOf(units, "pay");
  // lg(x) = ln(1 + x) / ln(1 + max): 41 of 81, 11 of 11, 5 of 7; own world 4 of 4.
  const commits = 3.7136 / 4.3944;
  const people = 1.6094 / 1.9459;
  const history = (1 + commits + people) / 3;
  const pain = (history + 1) / 2;
  // One of four others needs it.
  const critical = 1 / 4;
  // Lines 500 of 1000; cuts: two imports and a key are 5, orders' 3 + 1 + 3 are the most, 7.
  const small = 1 - (500 / 1000 + 5 / 7) / 2;
  const total = 100 * Math.cbrt(pain * (1 - critical) * small);
  assert.ok(Math.abs((pay.score.pain ?? 0) - pain) < 0.001, `${pay.score.pain} ${pain}`);
  assert.equal(pay.score.critical, critical);
  assert.ok(Math.abs(pay.score.small - small) < 0.001, `${pay.score.small} ${small}`);
  assert.ok(Math.abs(pay.score.total - total) < 0.1, `${pay.score.total} ${total}`);
  assert.deepEqual(pay.score, { critical: 0.25, pain: 0.945, small: 0.393, total: 65.3 });
});

test("the order is by score, and the runner-up says what it has less of", () => {
  const { units, start } = judge(evidenceOf(shop));
  const ranked = units.filter(({ rank }) => rank !== undefined);
  assert.deepEqual(
    ranked.map(({ name, rank }) => [rank, name]),
    [
      [1, "mails"],
      [2, "pay"],
      [3, "catalog"],
      [4, "orders"],
    ],
  );
  assert.equal(start.unit, "mails");
  assert.equal(start.runnerUp?.unit, "pay");
  assert.match(start.runnerUp?.why ?? "", /^\d+\.\d points behind: it (?:breaks more|has more)/);
  assert.equal(unitOf(units, "search").gate?.name, "no pain");
});

test("what comes to nothing is no runner-up", () => {
  const quiet: UnitLike = { lines: 10, past: [1, 0, 1] };
  const { start, units } = judge(
    evidenceOf({
      mails: { lines: 10, past: [50, 10, 4], world: ["a"] },
      all: { lines: 1000, past: [50, 10, 4], world: ["b"], imports: ["q1", "q2"] },
      q1: quiet,
      q2: quiet,
    }),
  );
  assert.equal(unitOf(units, "all").rank, 2);
  assert.equal(unitOf(units, "all").score.total, 0);
  assert.deepEqual([start.unit, start.runnerUp], ["mails", null]);
});

test("measured traffic counts where it is more than what the code shows", () => {
  const traffic = { share: 0.9, errors: 6, slow: 2, timeShare: 0.5 };
  const measured = (name: string, of: object) => ({
    [name]: { ...shop[name], lines: 100, traffic: of },
  });
  const busy = {
    ...shop,
    ...measured("mails", traffic),
    ...measured("search", { errors: 1, slow: 1 }),
  };
  const { units } = judge(evidenceOf(busy));
  const { score } = unitOf(units, "mails");
  assert.equal(score.critical, 0.9);
  const { pain = 0 } = unitOf(judge(evidenceOf(shop)).units, "mails").score;
  const hot = (1 + 0.5) / 2; // the most troubles, and half of the time
  assert.ok(Math.abs((score.pain ?? 0) - (2 * pain + hot) / 3) < 0.001, String(score.pain));
  const cold = unitOf(judge(evidenceOf(shop)).units, "search").score.pain ?? 0;
  const warm = Math.log(3) / Math.log(9) / 2;
  assert.ok(Math.abs((unitOf(units, "search").score.pain ?? 0) - (2 * cold + warm) / 3) < 0.001);
});

test("without history nobody is asleep, and pain is the own world alone", () => {
  const bare = Object.fromEntries(
    Object.entries(shop).map(([name, { past: _, ...unit }]) => [name, unit]),
  );
  const { units } = judge(evidenceOf(bare));
  assert.equal(unitOf(units, "pay").score.pain, 1);
  assert.equal(
    units.every(({ gate }) => gate === undefined),
    true,
  );
});

const calm: UnitLike = { lines: 100, past: [50, 10, 4], world: ["x"] };

test("each gate has the line that caused it", () => {
  const at = { file: "settings.py", line: 7 };
  const { units } = judge(
    evidenceOf(
      {
        users: calm,
        gate: { ...calm, world: ["a"] },
        base: { ...calm, world: ["b"] },
        sleeper: { lines: 10, past: [0, 0, 0] },
        quiet: { lines: 10, past: [1, 0, 1] },
        config: { ...calm, world: ["c"] },
        e2e: { ...calm, world: ["d"] },
        ...Object.fromEntries(
          ["a1", "a2", "a3", "a4", "a5", "a6", "a7"].map((name) => [
            name,
            { ...calm, world: [name], imports: ["base"] },
          ]),
        ),
      },
      {
        inEveryRequest: [{ unit: "gate", why: "Gate is in MIDDLEWARE", at }],
        own: ["config/settings.py"],
      },
    ),
  );
  const gates = Object.fromEntries(
    units.flatMap(({ name, gate }) =>
      gate === undefined ? [] : [[name, [gate.name, gate.at?.file, gate.at?.line]]],
    ),
  );
  assert.deepEqual(gates, {
    users: ["identity", "users/a.py", 1],
    gate: ["in every request", "settings.py", 7],
    base: ["core", "a1/a.py", 1],
    sleeper: ["asleep", "sleeper/a.py", 1],
    quiet: ["no pain", "quiet/a.py", 1],
    e2e: ["tests", "e2e/a.py", 1],
  });
});

test("the package that holds the settings is the project", () => {
  const evidence = evidenceOf({ a: calm, b: calm, c: calm, d: calm });
  const [first] = evidence.units;
  assert.ok(first);
  const files = first.files.map((file) => ({ ...file, file: "a/settings.py" }));
  const units = [{ ...first, files }, ...evidence.units.slice(1)];
  const project = { ...evidence.project, own: ["a/settings.py"] };
  const judged = judge({ ...evidence, project, units });
  assert.deepEqual(unitOf(judged.units, "a").gate?.at, { file: "a/settings.py", line: 1 });
  assert.equal(unitOf(judged.units, "a").gate?.name, "project");
});

test("folders of a layout say nothing of who somebody is", () => {
  const units = { "auth/src/lib": calm, "mail/src/lib": calm, a: calm, b: calm, c: calm };
  const judged = judge(evidenceOf(units)).units;
  assert.equal(unitOf(judged, "auth/src/lib").gate?.name, "identity");
  assert.equal(unitOf(judged, "mail/src/lib").gate, undefined);
});

test("a lifted unit is ranked although it looks like identity", () => {
  const units = { users: { ...calm, world: ["u"] }, a: calm, b: calm, c: calm, d: calm };
  assert.equal(unitOf(judge(evidenceOf(units)).units, "users").gate?.name, "identity");
  const lifted = judge(evidenceOf(units), { lifted: ["users"] });
  assert.equal(lifted.start.unit, "users");
});

test("stay: where nothing hurts, where all are behind gates, where there is too little", () => {
  const dead: UnitLike = { lines: 100, past: [0, 0, 0] };
  const none = judge(evidenceOf({ a: dead, b: dead, c: dead, d: dead, auth: calm }));
  assert.equal(none.start.unit, null);
  assert.equal(none.start.answer, "stay");
  assert.match(none.start.why, /behind a gate/);
  const few = judge(evidenceOf({ a: calm, b: calm, c: calm }));
  assert.equal(few.start.unit, null);
  assert.equal(
    few.units.every(({ rank }) => rank === undefined),
    true,
  );
  assert.equal(judge(evidenceOf({})).start.unit, null);
});

test("in a calm code base none hurts, although one of them always hurts most", () => {
  const still: UnitLike = { lines: 100, past: [4, 0, 1] };
  const names = ["a", "b", "c", "d"];
  const calmOnes = judge(evidenceOf(Object.fromEntries(names.map((name) => [name, still]))));
  assert.equal(calmOnes.start.unit, null);
  assert.equal(unitOf(calmOnes.units, "a").gate?.name, "no pain");
  // In a young one that says nothing.
  const young = evidenceOf(Object.fromEntries(names.map((name) => [name, still])), {}, 29);
  assert.notEqual(judge(young).start.unit, null);
  const repaired = { a: { ...still, past: [4, 1, 1] as const }, b: still, c: still, d: still };
  assert.equal(judge(evidenceOf(repaired)).start.unit, "a");
});

test("two that are close are said to be", () => {
  const { start } = judge(
    evidenceOf({ a: { ...calm, world: ["1"] }, b: { ...calm, world: ["2"] }, c: calm, d: calm }),
  );
  assert.match(start.runnerUp?.why ?? "", /either will do/);
});
