import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSync } from "oxc-parser";
import { moduleRecordOf } from "../../../../src/where-to-start/typescript/reader/module-record.ts";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";

const ODD = [
  'import a, { type B, c as d } from "./one"; import type E from "./two"; import * as f from "./three";',
  'export * from "./four"; export { a as default }; export type { B } from "./two"; export = d;',
  'enum K { A } abstract class L<T> { constructor(private readonly m: T) {} } export default L; import("./five");',
  'import n = require("./six"); declare module "x" { export const o: string }',
  'export { p from "./seven"; const = 1',
];

test("the module record is the one that comes with a syntax tree", () => {
  for (const text of ODD)
    for (const file of ["a.ts", "a.tsx", "a.js", "a.d.ts"]) {
      const { module, errors } = moduleRecordOf(file, text);
      const whole = parseSync(file, text);
      assert.deepEqual(module, whole.module);
      assert.deepEqual(errors, whole.errors);
    }
});

const TREES = 1000;

/** What its syntax tree takes as JSON is about 185 kB. */
const LONG = "export const list = [1, 2].map((one) => ({ one, two: `${one}` }));\n".repeat(100);

test("no syntax tree is held until its turn comes", () => {
  readTypeScript("warm.ts", LONG);
  const before = process.memoryUsage.rss();
  const facts = Array.from({ length: TREES }, (_, index) => readTypeScript(`${index}.ts`, LONG));
  const grownMb = (process.memoryUsage.rss() - before) / 1e6;
  assert.equal(facts.length, TREES);
  assert.ok(grownMb < 90, `${grownMb} MB more, where all trees take 185`);
});
