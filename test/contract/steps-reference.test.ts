/** docs/reference/steps.md is true: its examples are run, and every step has one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { checkOf } from "../../src/contract/compile.ts";
import { eventKey } from "../../src/contract/endpoint.ts";
import type { Fields } from "../../src/contract/field.ts";
import * as c from "../../src/contract/index.ts";
import { lossOf } from "../../src/contract/law/loss.ts";
import { lower, raise } from "../../src/contract/steps/fuse.ts";
import { downwardEvent } from "../../src/contract/steps/plan.ts";
import { linksOf } from "../../src/contract/steps/step-fields.ts";
import type { Step } from "../../src/contract/steps/step.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/reference/steps.md"), "utf8");
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? "");
const examples = blocks.filter((block) => block.startsWith("// before:"));
const kinds = [
  ...["add", "drop", "rename", "wrap", "unwrap", "nest", "flat", "map", "inside"],
  ...["tighten", "loosen", "convert"],
];

const names = Object.keys(c);
/** Runs code that knows what `marcot/contract` exports, and nothing else. */
function run(code: string): unknown {
  const plain = stripTypeScriptTypes(`function go() { ${code} }`);
  const go: unknown = new Function(...names, `${plain}; return go();`)(...Object.values(c));
  return go;
}

function linesOf(example: string, word: string): string[] {
  return example
    .split("\n")
    .filter((line) => line.startsWith(`// ${word}: `))
    .map((line) => line.slice(word.length + 5));
}

const evaluate = (text: string) => run(`return (${text});`);

test("every step has a heading, a row of the table, and an example", () => {
  for (const kind of kinds) {
    assert.match(page, new RegExp(`^## ${kind}$`, "m"));
    assert.match(page, new RegExp(`^\\| .*\`${kind}\``, "m"));
    assert.ok(
      examples.some((example) => example.includes(`\n${kind}(`)),
      kind,
    );
  }
});

for (const example of examples) {
  const code = example
    .replaceAll(/^\/\/.*$/gm, "")
    .trim()
    .replace(/;$/, "");
  test(`as documented: ${code}`, () => {
    const [before = ""] = linesOf(example, "before");
    const fields = evaluate(before) as Fields;
    const step = evaluate(code) as Step;
    const pairs = (word: string) =>
      linesOf(example, word).map((line) => line.split(" => ").map(evaluate));
    const found: string[] = [];
    for (const [old, now] of pairs("up")) {
      const links = linksOf(fields, [step], { side: "input", where: "example" });
      assert.deepEqual(raise(fields, links)?.carry(old as object as {}) ?? old, now);
      for (const link of links) found.push(`request loses ${lossOf(link, "input")}`);
    }
    for (const [now, old] of pairs("down")) {
      const links = linksOf(fields, [step], { side: "output", where: "example" });
      const after = links.at(-1)?.after ?? {};
      const fallen = lower(after, links)?.(now as object as {}) ?? now;
      assert.deepEqual(checkOf(fields, "copy", "example")(fallen, []), old);
      for (const link of links) found.push(`reply loses ${lossOf(link, "output")}`);
    }
    assert.ok(found.length > 0, "it shows a value");
    const losses = found.filter((words) => !words.endsWith("undefined"));
    assert.deepEqual([...new Set(losses)], linesOf(example, "loses"));
  });
}

test("the declarations of the page are made, one after the other", () => {
  const declarations = blocks.filter(
    (block) => block.includes('"shop/v') || block.includes("retire("),
  );
  assert.equal(declarations.length, 4);
  const { v1, v4 } = run(`${declarations.join("\n")}; return { v1, v4 };`) as {
    v1: { ordered: { [eventKey]: Parameters<typeof downwardEvent>[0] } };
    v4: { ordered: { [eventKey]: Parameters<typeof downwardEvent>[0] }; count?: unknown };
  };
  const carry = downwardEvent(v4.ordered[eventKey], v1.ordered[eventKey]);
  assert.deepEqual(carry?.({ id: 1, subject: "s" }), { id: 1, title: "s" });
  assert.equal(v4.count, undefined);
});
