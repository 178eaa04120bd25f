import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSync } from "oxc-parser";
import { importsOf } from "../../../src/project/check/imports.ts";
import { isFit, isTooDeep } from "../../../src/project/check/unfit.ts";

/** What the parser calls itself for: with 20,000 of these it takes the process with it. */
const DEEP: readonly (readonly [string, string])[] = [
  ["[", "]"],
  ["(", ")"],
  ["{a:\n", "}\n"],
  ["class{a=\n", "}\n"],
  ["`${\n", "}`\n"],
  ["f(\n", ")\n"],
  ["()=>", ""],
  ["a=", ""],
  ["a<", ">"],
  ["x?", ":1"],
  ["a ?\nb :\n", ""],
  ["if (a) ", ""],
  ["while (a)\n", ""],
  ["a+", ""],
  ["!", ""],
  ["new ", ""],
  ["label:", ""],
  ["<a>", "</a>"],
  ["yield ", ""],
  ["x.", ""],
  ["x\n  .", ""],
  ["x()", ""],
  ["x(a, b) ", ""],
  ["x[0]", ""],
  ["x``", ""],
  ["x`${1}\n`", ""],
  ["x!.", ""],
  ["x?.", ""],
];

test("what is nested so deeply that the parser would end the process is told, and not parsed", () => {
  for (const [open, close] of DEEP) {
    // Of `x.` only the first has the name.
    const again = open.length > 1 && open.startsWith("x") ? open.slice(1) : open;
    const text = `import "./before";\nx = 1;\n${open.startsWith("<") ? "y = " : ""}${open}${again.repeat(20_000)}1${close.repeat(20_000)};\n`;
    const { errors, imports } = importsOf("a.tsx", text);
    assert.deepEqual(
      errors.map(({ message }) => message),
      ["it is nested too deeply to be read"],
      open,
    );
    assert.deepEqual(imports, []);
  }
});

test("with a text of few tokens the parser ends in no way, whatever they are", () => {
  // Those that took most of its stack, of all ways to nest; 5,261 of the first end it.
  for (const part of ["type X=[", "[", "(", "@(", "({[", "({a(){", "do\n", "keyof\n", "a<"]) {
    const [first, again] = part.startsWith("type") ? [part, "["] : [part, part];
    const tokens = again.match(/\w+|\S/g)?.length ?? 0;
    const text = first + again.repeat(Math.floor(2490 / tokens));
    assert.equal(isFit(text), true, part);
    assert.ok(parseSync("a.ts", text));
    assert.equal(isFit(text + again.repeat(20)), false, part);
  }
  // Words, lines and spaces are few, however long.
  assert.equal(isFit(`export const ${"a".repeat(15_000)} =\n${" ".repeat(15_000)}1;\n`), true);
  // But each may be a mistake that keeps its line, and with each of these time and memory double.
  assert.equal(isFit(`${"a??b||c,".repeat(10)}${" ".repeat(50_000)}`), false);
  assert.equal(isFit(`type X = ${"[infer a extends ".repeat(30)}${"a]?b:c".repeat(30)}`), false);
  assert.equal(isFit("type X<T> = T extends [infer A extends string] ? A : never;\n"), true);
});

test("quotes in comments and behind backslashes do not hide what is between them", () => {
  const deep = `${"[".repeat(10_000)}1${"]".repeat(10_000)}`;
  for (const text of [
    `/*'*/ x = ${deep} /*'*/;`,
    `x = 1; // it's\ny = ${deep}; // it's`,
    `x="\\"";y=${deep};z="\\"";`,
  ])
    assert.equal(isTooDeep(text), true, text.slice(0, 20));
  // What only looks like a comment hides no bracket that closes.
  const calls = "get(`https://${host}/a`, 'a//b', \"src/*\", a / b)\n".repeat(3000);
  assert.equal(isTooDeep(calls), false);
});

test("what is asked in a row counts together with the brackets around it", () => {
  const of = (times: number) => `${`f${".b".repeat(100)}(\n`.repeat(times)}1${")".repeat(times)};`;
  assert.equal(isTooDeep(of(100)), true);
  assert.equal(isTooDeep(`${of(10)}\n`.repeat(100)), false);
});

test("what people and their tools write is not too deep", () => {
  const icons = `<g><path d="M1 2L3 4" fill='x'/><b>it's</b></g>\n`.repeat(3000);
  const texts = [
    `import "./x";\nexport const Icon = () => (<svg>${icons}</svg>);\n`,
    `import "./x";\n${"const a = b ? c : d\n".repeat(4000)}`,
    `import "./x";\nconst a = [${"{ a: [1, (2)] },\n".repeat(5000)}];\n`,
    `import "./x";\nconst a = "${"[{(<=".repeat(2000)}";\n`,
    `import "./x";\nconst a =\n${'  "some text" +\n'.repeat(2000)}"";\n`,
    `import "./x";\n${"else_(() => { if (a) { b() } else { c() } })\n".repeat(3000)}`,
    `import "./x";\n/*${"*".repeat(4000)}*/\n`,
    `import "./x";\nexport function a() {\n${"  b.c(d)\n\n".repeat(4000)}}\n`,
    `import "./x";\nconst a = [${"b.c(d)[0], ".repeat(4000)}];\n`,
    `import "./x";\nf(${"b.c, 1.5, ".repeat(4000)});\n`,
    `import "./x";\nconst a = \`${"Some text and www.example.com\n".repeat(4000)}\`;\n`,
    `import "./x";\nconst a = <p>${"Some (text) of {a.b} www.example.com.\n".repeat(2000)}</p>;\n`,
    `import "./x";\nconst a = "data:image/png;base64,${"iVBORw0KGgo+/AAA=".repeat(20_000)}";\n`,
  ];
  for (const text of texts) {
    const { errors, imports } = importsOf("a.tsx", text);
    assert.deepEqual(errors, [], text.slice(0, 80));
    assert.equal(imports.length, 1);
  }
});

test("neither is what programs pack into a line", () => {
  for (const part of [
    "function a(b){c;return b.c(d)[0]}",
    "if(a){b.c();}",
    "var a=b.c(d)[0];",
    "a.b(c),",
  ])
    assert.equal(isTooDeep(`${part.repeat(4000)}0`), false, part);
});
