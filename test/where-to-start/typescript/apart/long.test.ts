import assert from "node:assert/strict";
import { test } from "node:test";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";

test("long lines full of code were written by a program, and may not cost more than they are worth", () => {
  // Each error would show the whole line.
  for (const line of [
    '\\"'.repeat(400_000),
    "const a;".repeat(100_000),
    "function(){}".repeat(70_000),
  ]) {
    const began = performance.now();
    const { isGenerated, problems } = readTypeScript("a.js", `/*! a licence */\n${line}\n`);
    assert.equal(isGenerated, true);
    assert.deepEqual(problems, []);
    assert.ok(performance.now() - began < 2000);
  }
});

test("ties, names and imports of a long file are read in time by its length", () => {
  const texts = [
    `class A {\n${"@ManyToOne(() => B) b;\n".repeat(30_000)}}`,
    `class A {\n${Array.from({ length: 20_000 }, (_, at) => `@Inject(B${at}) b;`).join("")}}`,
    `${"model('x');\n".repeat(60_000)}`,
    `${Array.from({ length: 20_000 }, (_, at) => `import { a${at} } from "./a${at}";`).join("\n")}`,
    `const a = "${"prisma".repeat(100_000)}";`,
    `// mongoose, ref: model(\nconst a = "${"a".repeat(900_000)}";`,
    `// process.env\n${"config.get<".repeat(400)};\n`.repeat(60),
  ];
  for (const text of texts) {
    const began = performance.now();
    readTypeScript("a.ts", text);
    const took = performance.now() - began;
    assert.ok(took < 4000, `${text.slice(0, 40)}: ${Math.round(took)} ms`);
  }
});
