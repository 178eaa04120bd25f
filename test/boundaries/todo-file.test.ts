import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { readTodo, writeTodo } from "../../src/project/todo/stored.ts";
import { compareTies, permitsOf } from "../../src/project/todo/compare.ts";
import { parseTodo, type Tie, type Todo, todoText } from "../../src/project/todo/todo.ts";
import { temporaryFolder } from "../where-to-start/repository.ts";

const tie = (from: string, to: string, what: string, file: string): Tie => ({
  from,
  to,
  what,
  file,
});

const small: Todo = {
  kind: "folders",
  units: ["src/*"],
  allows: [{ from: "*", to: "utils", reason: "helpers | that store nothing" }],
  notes: ["# Ask Ann before you add one."],
  ties: [
    tie("b", "a", "import one", "src/b/index.ts"),
    tie("a", "b", "foreign key A.b", "src/a/a.ts"),
  ],
};

test("a line for each tie, sorted, under what was written by hand", () => {
  const text = todoText(small);
  assert.deepEqual(text.split("\n").slice(2), [
    "# Ask Ann before you add one.",
    "format 1",
    "kind folders",
    "units src/*",
    "allow * -> utils | helpers | that store nothing",
    "",
    "a -> b | foreign key A.b | src/a/a.ts",
    "b -> a | import one | src/b/index.ts",
    "",
  ]);
  assert.deepEqual(parseTodo(text), { ...small, ties: small.ties.toReversed() });
});

test("comments stay above the allow that they are about, and empty ones part them", () => {
  const hand = [
    "# Ask Ann.",
    "#",
    "# Or Ben.",
    "#",
    "format 1",
    "kind folders",
    "# Since 2024.",
    "#",
    "# Stores nothing.",
    "allow * -> utils | helpers",
    "# Since 2024.",
    "allow * -> log | the same",
  ];
  const tied = [...hand, "", "a -> b | import x | a/x.ts"];
  assert.deepEqual(
    todoText(parseTodo(tied.join("\n")))
      .split("\n")
      .slice(2, -1),
    tied,
  );
  const late = [...tied, "# Late."].join("\n");
  const [, , first, second, third, fourth, fifth] = todoText(parseTodo(late)).split("\n");
  assert.deepEqual([first, second, third, fourth, fifth], [...hand.slice(0, 4), "# Late."]);
  const merged = [...hand, ...hand.slice(-2)].join("\n");
  assert.deepEqual(todoText(parseTodo(merged)).split("\n").slice(2, -1), hand);
});

test("whatever units and files are called, what was written is read", () => {
  const names = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc.constantFrom("allow", "*", "->", " -> ", " | ", "|", '"', "#", "<<<<<<<", "=======", "a b"),
    fc.constantFrom(
      "\ud83d",
      "a\ude00",
      "\u0085",
      "\u2028",
      "\n",
      "\\",
      "format 2",
      "kind",
      "a |",
      "| a",
      "\uFEFFa",
    ),
  );
  const ties = fc.array(fc.record({ from: names, to: names, what: names, file: names }));
  fc.assert(
    fc.property(ties, (some) => {
      const text = todoText({ ...small, ties: some });
      assert.equal(Buffer.from(text).toString(), text, "a file can hold it");
      assert.equal(todoText(parseTodo(text)), text);
      const known = new Set(parseTodo(text).ties.map((one) => JSON.stringify(one)));
      for (const one of some) assert.ok(known.has(JSON.stringify({ ...one })), JSON.stringify(one));
    }),
  );
});

test("both sides of a merge, an editor of Windows and blank lines change nothing", () => {
  const text = todoText(small);
  const [first = ""] = text.split("\n").filter((line) => line.startsWith("a ->"));
  const merged = `\uFEFF${text}\n${first}\n${first}  \n`.replaceAll("\n", "\r\n");
  assert.equal(todoText(parseTodo(merged)), text);
});

const refused: readonly (readonly [string, RegExp, RegExp])[] = [
  ["", /does not say its format/, /begin again/],
  ["format 1\n", /does not say its kind/, /begin again/],
  ["format 2\nkind nest\n", /todo:1 has format 2; this Marcot knows 1/, /newer Marcot/],
  ["format x\n", /todo:1 has format x/, /begin again/],
  ["format 1\nkind rails\n", /todo:2 has no kind that is known: rails/, /django/],
  ["format 1\n<<<<<<< HEAD\n", /todo:2 is the mark of a merge/, /both sides/],
  ["format 1\n=======\n", /todo:2 is the mark of a merge/, /both sides/],
  ["format 1\nallow a -> b\n", /todo:2 allows something without a reason/, /Write it so/],
  ["format 1\nallow everything\n", /todo:2 is no allow/, /Write it so/],
  ["format 1\na -> b | import x\n", /todo:2 is no line that is understood/, /begin again/],
  ['format 1\na -> b | "x\\q" | f\n', /todo:2 is no line that is understood/, /begin again/],
  ['{ "a": ["b"] }', /todo:1 is no line that is understood/, /begin again/],
  ["\0\u0001", /todo:1 is no line/, /begin again/],
];

test("what cannot be understood is said with its line and what to do", () => {
  for (const [text, message, fix] of refused)
    assert.throws(() => parseTodo(text), { code: "TodoInvalid", message, fix }, text);
});

test("a file with a new name takes its lines along, a second file is new", () => {
  const ties = [tie("a", "b", "import x", "a/old.ts"), tie("a", "b", "import y", "a/here.ts")];
  const found = [tie("a", "b", "import x", "a/new.ts"), tie("a", "b", "import x", "a/more.ts")];
  const exists = (file: string) => file !== "a/old.ts";
  const compared = compareTies({ todo: { ties, allows: [] }, found, exists });
  assert.deepEqual(compared.moved, [found[0]]);
  assert.deepEqual(compared.fresh, [found[1]]);
  assert.deepEqual(compared.cured, [ties[1]]);
  const still = compareTies({ todo: { ties, allows: [] }, found, exists: () => true });
  assert.deepEqual(still.fresh, found);
  assert.deepEqual(still.cured, ties);
});

test("what a file does twice is one line, and a line that is there twice is one too", () => {
  const exists = (file: string) => file !== "a/old.ts";
  const old = tie("a", "b", "import x", "a/old.ts");
  const [one, more] = ["a/new.ts", "a/more.ts"].map((file) => tie("a", "b", "import x", file));
  const twice = compareTies({
    todo: { ties: [old], allows: [] },
    found: [{ ...one }, { ...one }] as Tie[],
    exists,
  });
  assert.deepEqual(twice.moved, [one, one]);
  assert.deepEqual([twice.fresh, twice.cured], [[], []]);
  const merged = compareTies({
    todo: { ties: [old, { ...old }], allows: [] },
    found: [one, more] as Tie[],
    exists,
  });
  assert.deepEqual([merged.moved, merged.fresh, merged.cured], [[one], [more], []]);
});

test("a long line of a stranger is read in no time, whatever ends lines elsewhere", () => {
  for (const end of ["\r", "\u2028", "\u2029"]) {
    const began = performance.now();
    const { ties } = parseTodo(`format 1\nkind nest\na -> b${" | x".repeat(50_000)}${end}y\n`);
    assert.equal(ties[0]?.what, "x");
    assert.ok(performance.now() - began < 1000);
  }
});

test("thousands of ties and of lines that allow are compared in no time", () => {
  const numbers = Array.from({ length: 10_000 }, (_, index) => index);
  const found = numbers.map((number) => tie("a", `b${number}`, "import x", "a/x.ts"));
  const allows = numbers.map((number) => ({ from: "a", to: `c${number}`, reason: "old" }));
  const last = { from: "*", to: "b1", reason: "for all" };
  const began = performance.now();
  const todo = { ties: [], allows: [...allows, last] };
  const { allowed, fresh } = compareTies({ todo, found, exists: () => true });
  assert.ok(performance.now() - began < 1000);
  assert.deepEqual([allowed, fresh.length], [[found[1]], numbers.length - 1]);
});

test("of several lines that allow a tie the one that says most of it gives the reason", () => {
  const pairs = ["* *", "a *", "* b", "a b"].map((pair) => pair.split(" "));
  const allows = pairs.map(([from = "", to = ""]) => ({ from, to, reason: `${from} ${to}` }));
  const permits = permitsOf(allows);
  const reasons = pairs.map(([from = "", to = ""]) => permits(tie(from, to, "x", "y"))?.reason);
  assert.deepEqual(reasons, ["* *", "a *", "* b", "a b"]);
  assert.equal(permitsOf(allows.slice(1))(tie("c", "d", "x", "y")), undefined);
});

test("a file that was beside it already is left alone", () => {
  const folder = temporaryFolder();
  const beside = `boundaries.todo.${process.pid}`;
  writeFileSync(join(folder, beside), "of somebody else");
  assert.throws(() => writeTodo(folder, small), { code: "EEXIST" });
  assert.equal(readFileSync(join(folder, beside), "utf8"), "of somebody else");
  const other = temporaryFolder();
  writeTodo(other, small);
  assert.equal(readTodo(other)?.ties.length, small.ties.length);
  assert.deepEqual(readdirSync(other), ["boundaries.todo"]);
});
