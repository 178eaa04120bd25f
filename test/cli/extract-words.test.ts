/** What people see of a move: the line of progress, and how a status and figures are said. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import {
  statusLines,
  switchedFacts,
  withoutSecrets,
} from "../../src/cli/commands/extract/words.ts";
import { bar, percent, progressLine } from "../../src/cli/terminal/progress.ts";
import { nextOf } from "../../src/extract/status/words.ts";
import type { Move, Status } from "../../src/extract/types.ts";

function terminal(columns: number, isTTY = true) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  const written = () => (stream.read() as Buffer | null)?.toString() ?? "";
  return { stream: stream as unknown as NodeJS.WriteStream, written };
}

test("a bar has as many cells whatever is done, and moves by eighths", () => {
  for (const done of [0, 1, 333, 999, 1000])
    assert.equal(bar(done, 1000, 10).length, 10, `${done}`);
  assert.equal(bar(0, 8, 1), "░");
  assert.equal(bar(3, 8, 1), "▍");
  assert.equal(bar(0, 0, 4), "████");
  assert.equal(bar(12, 8, 4), "████", "an estimate may be too low");
});

test("what is not done is not 100 %", () => {
  assert.equal(percent(999, 1000), 99);
  assert.equal(percent(1000, 1000), 100);
});

test("a line of progress goes over itself, and leaves nothing behind", () => {
  const { stream, written } = terminal(200);
  const line = progressLine(stream);
  line.say({ step: "copying", done: 500, total: 1000 });
  const text = stripVTControlCharacters(written());
  assert.match(text, /^\r {2}copying {2}█{15}░{15} {2}50 % {2}500 of 1,000 rows$/);
  line.clear();
  assert.equal(written(), "\r\u001B[2K");
  line.clear();
  assert.equal(written(), "", "there is nothing to take away any more");
});

test("a line of progress says how long the rest takes once that is known", async () => {
  const { stream, written } = terminal(200);
  const line = progressLine(stream);
  line.say({ step: "copying", done: 0, total: 100 });
  await sleep(1_050);
  line.say({ step: "copying", done: 10, total: 100 });
  assert.match(written(), / 10 of 100 rows {2}(?:9|10|11) s left$/);
});

test("a line of progress never reaches the edge of the terminal", () => {
  const { stream, written } = terminal(40);
  progressLine(stream).say({ step: "copying", done: 5, total: 10, note: "x".repeat(100) });
  assert.equal(stripVTControlCharacters(written()).slice(1).length, 39);
});

test("where nobody watches, progress writes nothing", () => {
  const { stream, written } = terminal(80, false);
  const line = progressLine(stream);
  line.say({ step: "copying", done: 1, total: 2 });
  line.clear();
  assert.equal(written(), "");
});

const move: Move = {
  app: "faq",
  state: "copying",
  holder: "project",
  mode: "stream",
  epoch: "0",
  target: "postgres://owner:secret@db2.example.org/faq",
  service: null,
  home: null,
  info: {},
  startedAt: new Date(),
  changedAt: new Date(),
};

const status: Status = {
  app: "faq",
  move,
  sentence: "copying, 61 % of 1,204,331 rows",
  tables: [{ table: "entries", state: "copying", copied: 734_642, total: 1_204_331 }],
  rows: { copied: 734_642, total: 1_204_331 },
  lag: { bytes: 2_097_152, milliseconds: 41.3 },
  secondsLeft: 42,
  processes: [
    { side: "project", host: "web1", pid: 71, apps: ["faq", "tickets"], since: new Date() },
  ],
  coordinator: 4711,
  problems: [{ what: "the disk is full", fix: "Make room." }],
  next: ["marcot extract start faq"],
};

test("a status shows how far the copy is, what is wrong, and what comes next", () => {
  const text = statusLines(status).join("\n");
  assert.match(text, /^faq {2}copying, 61 % of 1,204,331 rows\n/);
  assert.match(text, /░ {2}61 % {2}734,642 of 1,204,331 rows {2}42 s left\n/);
  assert.match(text, /\n {2}entries +copying +734,642 of 1,204,331\n/);
  assert.match(text, /behind by {2}2 MB, 41 ms/);
  assert.match(text, /\n {2}web1:71 +project +faq, tickets +just now\n/);
  assert.match(text, /worked on +by process 4711/);
  assert.match(text, /problem {2}the disk is full\n +Make room\.\n/);
  assert.match(text, /next\n {4}marcot extract start faq$/);
});

test("neither people nor scripts are shown the password of a database", () => {
  const shown = statusLines(status).join("\n") + JSON.stringify(withoutSecrets(status));
  assert.match(shown, /owner@db2\.example\.org\/faq/);
  assert.doesNotMatch(shown, /secret/);
});

test("the figures of a switch say how often it was tried only if that was more than once", () => {
  const figures = {
    holder: "service",
    epoch: "1",
    gateMs: 9,
    fenceMs: 33.4,
    databaseMs: 21,
    holdMs: 41.2,
    at: "",
  };
  const [[, once = ""] = []] = switchedFacts({ ...figures, holder: "service", attempts: 1 });
  assert.equal(once, "writes waited 41 ms at most");
  const [[, twice = ""] = []] = switchedFacts({ ...figures, holder: "service", attempts: 2 });
  assert.equal(twice, "writes waited 41 ms at most, at the 2nd attempt");
});

test("where rows are copied at the switch, nothing is proposed that would be refused", () => {
  const copy = { ...move, state: "ready", mode: "copy" } as const;
  const there = nextOf({ ...copy, holder: "service" }, false);
  assert.deepEqual(there, [
    "marcot extract reverse faq --pause MILLISECONDS",
    "marcot extract complete faq",
  ]);
  assert.doesNotMatch(nextOf(copy, false).join("\n"), /verify|rehearse/);
});
