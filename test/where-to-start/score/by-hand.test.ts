import assert from "node:assert/strict";
import { test } from "node:test";
import { whyLines } from "../../../src/cli/commands/where-to-start/why.ts";
import { byHand } from "../../../src/where-to-start/score/by-hand.ts";
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";
import { djangoShop, nestShop } from "../shops.ts";

/** What a person does with a line: its numbers, put together again. */
function computed(lines: readonly string[], name: string): number {
  const line = lines.find((one) => one.startsWith(`${name} `)) ?? "";
  const [, sum = ""] = /^[a-z ]+ [\d.]+ = (.*)$/.exec(line) ?? [];
  const lg = (text: string) => {
    const [, own, most] = /lg\((\d+), max (\d+)\)/.exec(text) ?? [];
    return Number(most) === 0 ? 0 : Math.log(1 + Number(own)) / Math.log(1 + Number(most));
  };
  const mean = (values: readonly number[]) =>
    values.reduce((all, one) => all + one, 0) / values.length;
  const named = (text: string) =>
    Number(
      lines
        .find((one) => one.startsWith(`${text} `))
        ?.slice(text.length + 1)
        .split(" ")[0],
    );
  if (name === "history") return mean(sum.split(";").map(lg));
  if (name === "own world") return lg(sum);
  if (name === "pain") return mean(sum.replace("mean of ", "").split(", ").map(named));
  const [a = 0, b = 0, c = 0, d = 0] = (sum.match(/[\d.]+ \/ [\d.]+/g) ?? []).flatMap((text) =>
    text.split(" / ").map(Number),
  );
  if (name === "critical") return a / b;
  if (name === "small") return 1 - (a / b + c / d) / 2;
  return 100 * Math.cbrt(named("pain") * (1 - named("critical")) * named("small"));
}

test("each number of a score can be done again from what --why prints", async () => {
  for (const path of [djangoShop(), nestShop()]) {
    const { report, evidence } = await whereToStart(path);
    assert.ok(report.units.length > 3);
    for (const unit of report.units) {
      const known = { units: report.units, hasHistory: true, countsFixes: evidence.countsFixes };
      const lines = byHand(unit, known);
      for (const name of ["history", "own world", "pain", "critical", "small", "total"]) {
        const said = Number(lines.find((one) => one.startsWith(`${name} `))?.match(/[\d.]+/)?.[0]);
        const close = name === "total" ? 0.1 : 0.0011;
        const done = computed(lines, name);
        assert.ok(Math.abs(done - said) <= close, `${unit.name} ${name}: ${said}, by hand ${done}`);
      }
      assert.equal(lines.at(-1)?.split(" ")[1], unit.score.total.toFixed(1));
    }
  }
});

test("whoever needs a unit has a place in what --why prints", async () => {
  for (const path of [djangoShop(), nestShop()]) {
    const answer = await whereToStart(path);
    for (const unit of answer.report.units) {
      const rows = whyLines(unit, answer).map((line) => line.trim().split(/\s{2,}/));
      for (const name of unit.neededBy)
        assert.ok(
          rows.some(([place = "", from]) => /:\d+$/.test(place) && from === name),
          `${unit.name} is needed by ${name}`,
        );
    }
  }
});
