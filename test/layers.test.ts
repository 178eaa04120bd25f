import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { test } from "node:test";
import { parseSync } from "oxc-parser";

const source = join(import.meta.dirname, "..", "src");

/** From the top: a folder imports only what stands before it. */
const order = [
  "errors.ts",
  "contract",
  "compare",
  "lock",
  "data",
  "app",
  "project",
  "deploy",
  "client",
  "events",
  "provider",
  "extract",
  "where-to-start",
  "cli",
  "testing",
];

const files = globSync("*/**/*.ts", { cwd: source, exclude: ["node_modules/**"] });

/** The files of the framework that a file imports or passes on, for their types alone too. */
function importsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(join(source, file), "utf8"));
  const paths = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
    ),
  ];
  return paths
    .filter((path) => path.startsWith("."))
    .map((path) => relative(source, join(source, dirname(file), path)));
}

test("a folder imports only folders above it", () => {
  assert.ok(files.length > 30);
  const wrong = files.flatMap((file) => {
    const own = order.indexOf(file.split(sep)[0] ?? "");
    assert.notEqual(own, -1, `${file} lies in a folder without a place`);
    return importsOf(file)
      .filter((path) => order.indexOf(path.split(sep)[0] ?? "") > own)
      .map((path) => `${file} imports ${path}`);
  });
  assert.deepEqual(wrong, []);
});

test("no file imports itself by a detour", () => {
  const left = new Map(files.map((file) => [file, importsOf(file)]));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const [file, imports] of left) {
      if (!imports.some((path) => left.has(path))) left.delete(file);
    }
  }
  assert.deepEqual([...left.keys()], []);
});

test("the contract's part imports nothing of the framework but its errors", () => {
  for (const file of files.filter((path) => path.startsWith(`contract${sep}`))) {
    const { module } = parseSync(file, readFileSync(join(source, file), "utf8"));
    for (const { moduleRequest } of module.staticImports) {
      const path = relative(source, join(source, dirname(file), moduleRequest.value));
      assert.match(moduleRequest.value, /^\./, file);
      assert.match(path, /^contract\b|^errors\.ts$/, file);
    }
  }
});
