import assert from "node:assert/strict";
import { test } from "node:test";
import { ranksBeside } from "../../../src/where-to-start/report/picture/ranks.ts";

const room = { left: 0, top: 0, right: 900, bottom: 540 };

test("a rank that no other circle covers stays in its circle", () => {
  const circles = [
    { x: 100, y: 100, radius: 20, rank: 2 },
    { x: 135, y: 100, radius: 10, rank: 1 },
  ];
  assert.deepEqual(ranksBeside(circles, room, []), new Map());
});

test("of two circles at one place the upper one keeps its rank, and a line leads to the other's", () => {
  const below = { x: 100, y: 100, radius: 20, rank: 1 };
  const beside = ranksBeside([below, { x: 105, y: 100, radius: 10, rank: 12 }], room, []);
  assert.deepEqual([...beside.keys()], [0]);
  const { x, y, from, to } = beside.get(0) ?? assert.fail();
  assert.equal(Math.hypot(from.x - below.x, from.y - below.y), below.radius);
  const away = Math.hypot(x - below.x, y - below.y);
  assert.ok(away > 25 && away < 50, `${away}`);
  assert.ok(Math.hypot(to.x - from.x, to.y - from.y) < away - below.radius);
});

test("a circle without a rank covers one too, and nothing stands on what is taken", () => {
  const circles = [
    { x: 100, y: 100, radius: 20, rank: 1 },
    { x: 100, y: 100, radius: 10, rank: undefined },
  ];
  const right = { left: 100, top: 0, right: 900, bottom: 540 };
  const { x } = ranksBeside(circles, room, [right]).get(0) ?? assert.fail();
  assert.ok(x < 100);
  assert.deepEqual(ranksBeside(circles, room, [room]), new Map([[0, undefined]]));
});

test("five thousand circles in a heap take no time", () => {
  const circles = Array.from({ length: 5000 }, (_, index) => ({
    x: 60 + (index % 97),
    y: 60 + (index % 389),
    radius: 8,
    rank: index + 1,
  }));
  const began = performance.now();
  const beside = ranksBeside(circles, room, []);
  assert.ok(performance.now() - began < 3000, `${performance.now() - began}`);
  assert.ok(beside.size > 4000);
});
