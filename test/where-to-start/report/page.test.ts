import assert from "node:assert/strict";
import { test } from "node:test";
import { toHtml } from "../../../src/where-to-start/report/html.ts";
import { placeLabels } from "../../../src/where-to-start/report/picture/labels.ts";
import { crowd } from "./crowd.ts";

test("a page of sixty units with thousands of ties stays small, and says how to see all", async () => {
  const report = await crowd({
    units: 60,
    uses: 15,
    lines: 5,
    origin: "https://github.com/acme/crowd.git",
  });
  const places = report.units.reduce((sum, { cuts }) => sum + cuts.length, 0);
  assert.ok(places > 8000, `${places}`);
  const page = await toHtml(report);
  assert.ok(page.length < 450_000, `${page.length} characters`);
  assert.match(page, /<li class="quiet">and \d+ more<\/li>/);
  assert.match(page, /<code>npx marcot where-to-start --cuts unit_7<\/code>/);
  assert.equal(
    page.match(/<details (class="first")?>/g)?.length,
    60 + Number(page.includes("not understood")),
  );
});

test("a small code base shows every place", async () => {
  const report = await crowd({ units: 5, uses: 2, lines: 10 });
  const page = await toHtml(report);
  const places = report.units.reduce((sum, { cuts }) => sum + cuts.length, 0);
  assert.ok(places > 100);
  assert.equal(page.match(/<li>\s*<code>[^<]+<\/code> <b>/g)?.length, places);
  assert.doesNotMatch(page, /and \d+ more/);
});

test("what was measured stands with what hurts", async () => {
  const size = { units: 5, uses: 1, lines: 1 };
  const { start } = await crowd(size);
  assert.ok(start.unit);
  const spent = { slow: 2, milliseconds: 5000, timeShare: 0.5 };
  const traffic = { days: 30, calls: 100, share: 0.1, errors: 3, ...spent };
  const measured = { traffic: new Map([[start.unit, traffic]]), tables: new Map() };
  const page = await toHtml(await crowd({ ...size, measured }));
  const hurts = /How much it hurts([\s\S]*?)How little breaks with it/.exec(page)?.[1] ?? "";
  assert.match(hurts, /100 calls in 30 days, 10 % of all, 3 errors, 2 over 1 s, 50\.0 ms each/);
});

test("a name of a hundred thousand spaces takes no time", async () => {
  const report = await crowd({ units: 5, uses: 1, lines: 1 });
  const problems = [`a${" ".repeat(100_000)}b`];
  const began = performance.now();
  const page = await toHtml({ ...report, problems });
  assert.ok(performance.now() - began < 1000);
  assert.ok(page.includes(problems[0] ?? ""));
  assert.doesNotMatch(page, /^\s|\n\s|\s\n/);
});

for (const [origin, before, after] of [
  ["https://github.com/acme/shop.git", "https://github.com/acme/shop/blob/", "#L1"],
  ["git@gitlab.com:acme/shop.git", "https://gitlab.com/acme/shop/-/blob/", "#L1"],
  ["https://bitbucket.org/acme/shop", "https://bitbucket.org/acme/shop/src/", "#lines-1"],
  ["https://codeberg.org/acme/shop", "https://codeberg.org/acme/shop/src/commit/", "#L1"],
] as const)
  test(`places and commits are links to ${new URL(before).hostname}`, async () => {
    const report = await crowd({ units: 5, uses: 1, lines: 1, origin });
    const page = await toHtml(report);
    const head = report.repository?.head.slice(0, 12);
    assert.ok(page.includes(`href="${before}${head}/src/unit_0/models_and_views.py${after}"`));
    assert.match(page, new RegExp(`href="[^"]*/commits?/${head}"`));
  });

test("of an unknown host nothing is a link to elsewhere", async () => {
  for (const origin of ["https://constructor/acme/shop", "javascript:alert(1)", "/srv/shop.git"]) {
    const page = await toHtml(await crowd({ units: 5, uses: 1, lines: 1, origin }));
    assert.doesNotMatch(page, /href="[^#d]/, origin);
  }
});

test("names keep off each other, off circles and off what is taken; who has no room has none", () => {
  const room = { left: 0, top: 0, right: 300, bottom: 100 };
  const circle = { x: 150, y: 50, radius: 10, name: "name" };
  assert.deepEqual(placeLabels([circle], room, []), [{ x: 165, y: 54.5, anchor: "start" }]);
  const right = { left: 160, top: 0, right: 300, bottom: 100 };
  assert.deepEqual(placeLabels([circle], room, [right]), [{ x: 135, y: 54.5, anchor: "end" }]);
  assert.deepEqual(placeLabels([circle], room, [room]), [undefined]);
  const beside = [circle, { ...circle, x: 175 }];
  const [first, second] = placeLabels(beside, room, []);
  assert.equal(first?.anchor, "end", "the other circle is at its right");
  assert.equal(second?.anchor, "start");
});
