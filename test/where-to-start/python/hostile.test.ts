import assert from "node:assert/strict";
import { test } from "node:test";
import { readPython } from "../../../src/where-to-start/python/read.ts";
import { readTemplate } from "../../../src/where-to-start/python/template.ts";
import { readSettings } from "../../../src/where-to-start/python/settings/module.ts";

/** What makes a text twice as long, again and again. */
const shapes: Readonly<Record<string, string>> = {
  "open brackets": "(",
  "calls in calls": "filter(",
  "brackets of three kinds": "([{",
  "open strings": "'a\n",
  "open long strings": "'''",
  "open f-strings": "f'{",
  "f-strings in f-strings": 'f"{x:{',
  "f-strings in brackets": "(f'{x:",
  "closing brackets": ")",
  backslashes: "\\",
  "NUL bytes": "\0",
  "old line ends and brackets": "(\rimport a\r",
  dots: "a.",
  "from without an end": "from ",
  "imports without commas": "import a as ",
  decorators: "@task\n",
  "classes to the right": "class A(B):\n ",
  assignments: "a = ",
  annotations: "a: ",
  lambdas: "lambda: ",
  letters: "a",
  digits: "1e",
  addresses: "'http://a.b.c.d.e.f.g.h.i'",
  "halves of addresses": "'http://a.a.a.a.a.a.a@",
  SQL: "'select from join a_b '",
  "foreign keys": "class A(models.Model):\n a = models.ForeignKey(",
  "not text": "\uFFFD\uFFFD é\u2028",
  generated: "# generated ",
  "one long statement": "settings.A, ",
};

function secondsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** A pass by the square of the length would take minutes. */
const SECONDS_MAX = 5;

for (const [name, shape] of Object.entries(shapes)) {
  test(`a megabyte of ${name} is read in time`, () => {
    const text = shape.repeat(Math.ceil(1_000_000 / shape.length));
    const seconds = secondsOf(() => {
      readPython("a.py", text);
      readPython("a.py", `x = (${text}\n)\nimport a`);
      readTemplate("a.html", text);
    });
    assert.ok(seconds < SECONDS_MAX, `${seconds} s`);
  });
}

test("what is no Python at all is read", () => {
  const random = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const signs = "abf'\"\\\n\r\t (){}[]:;,.=#@*%\0é0".split("");
  for (let seed = 1; seed < 300; seed++) {
    const next = random(seed);
    const text = Array.from({ length: 300 }, () => signs[Math.floor(next() * signs.length)]).join(
      "",
    );
    const facts = readPython("a.py", `${text}\n`);
    assert.ok(facts.lines <= text.split(/\r\n|\r|\n/).length);
  }
});

test("settings take time by their length, however they add to a list", () => {
  const ways: Record<string, (index: number) => string> = {
    "in a branch of one line": (index) => `if X: INSTALLED_APPS += ["a${index}"]`,
    "as a new list": (index) => `if X:\n    INSTALLED_APPS = ["a${index}"]`,
    "with append": (index) => `INSTALLED_APPS.append("a${index}")`,
    "with the same list": () => "INSTALLED_APPS += BASE",
  };
  const base = `BASE = [${Array.from({ length: 900 }, (_, index) => `"b${index}"`).join(",\n")}]`;
  for (const [name, line] of Object.entries(ways)) {
    const lines = Array.from({ length: 30_000 }, (_, index) => line(index));
    const text = [base, "INSTALLED_APPS = []", ...lines].join("\n");
    const start = performance.now();
    const value = readSettings({ file: "settings.py", text, parents: [] }).valueOf(
      "INSTALLED_APPS",
    );
    assert.ok(performance.now() - start < 2000, name);
    assert.ok(value?.is === "list" && value.items.length >= 900, name);
  }
});
