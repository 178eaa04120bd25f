import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { parseSync, Visitor } from "oxc-parser";
import { readTypeScript } from "../../../src/where-to-start/typescript/read.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** Every import by a walk over the syntax tree, which the reader does not make: it uses the module record. */
function walked(file: string, text: string): string[] {
  const found: string[] = [];
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const add = (start: number, source: unknown) => {
    const { type, value } = (source ?? {}) as { type?: string; value?: unknown };
    if (type === "Literal" && typeof value === "string") found.push(`${lineOf(start)} ${value}`);
  };
  new Visitor({
    ImportDeclaration: ({ start, source }) => add(start, source),
    ExportNamedDeclaration: ({ start, source }) => add(start, source),
    ExportAllDeclaration: ({ start, source }) => add(start, source),
    ImportExpression: ({ start, source }) => add(start, source),
    TSImportEqualsDeclaration: ({ start, moduleReference }) => {
      if (moduleReference.type === "TSExternalModuleReference")
        add(start, moduleReference.expression);
    },
    CallExpression: ({ start, callee, arguments: given }) => {
      if (callee.type === "Identifier" && callee.name === "require") add(start, given[0]);
    },
  }).visit(parseSync(basename(file), text).program);
  return found.toSorted();
}

function readImports(file: string, text: string): string[] {
  return readTypeScript(file, text)
    .imports.map(({ line, from }) => `${line} ${from}`)
    .toSorted();
}

const STRANGE = `import a, { b as c, type D } from "./one";
import * as n from './two'
import type { T } from "./three"; import "./four";
export * from "./five";
export * as six from "./six"; export { x as y } from "./seven";
export type { Z } from "./eight";
const text = \`
import q from "./not-this-one"
\`; // import r from "./nor-this"
/* import s from "./nor-that" */
const late = import("./nine");
const later = await import(\`./ten\`);
const computed = import(\`./\${text}\`);
const old = require("./eleven");
import older = require("./twelve");
const regex = /import x from "y"/;
export { text, late, later, computed, old, older, regex, a, c, n };
export type { D, T };
function nested() { return require('./thirteen'); }
const jsx = "import('./never')";
`;

test("every import of strange code is found, with its line, and none is made up", () => {
  const found = readImports("strange.ts", STRANGE);
  // The walk does not see templates; the reader does.
  assert.deepEqual(
    found.filter((one) => one !== "12 ./ten"),
    walked("strange.ts", STRANGE),
  );
  assert.equal(found.length, 13);
});

test("every import of this code base is found", () => {
  const files = globSync("{src,apps,test,bench}/**/*.{ts,js}", {
    cwd: root,
    exclude: ["**/node_modules/**"],
  });
  assert.ok(files.length > 300);
  let count = 0;
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    const found = readImports(file, text);
    count += found.length;
    assert.deepEqual(found, walked(file, text), file);
  }
  assert.ok(count > 2000);
});

test("what is taken, what it is called here, and whether only types are", () => {
  const { imports } = readTypeScript("a.ts", STRANGE);
  const of = (from: string) => imports.find((one) => one.from === from);
  assert.deepEqual(of("./one")?.names, ["default", "b"]);
  assert.deepEqual(of("./one")?.here, ["a", "c"]);
  assert.equal(of("./one")?.isType, false);
  assert.deepEqual(of("./two")?.names, ["*"]);
  assert.equal(of("./three")?.isType, true);
  assert.deepEqual([of("./four")?.names, of("./four")?.isType], [[], false]);
  assert.equal(of("./eight")?.isType, true);
  assert.deepEqual(of("./seven")?.names, ["x"]);
});

test("what a file exports, also by another name than its own, and what it only hands on", () => {
  const { exports, passes } = readTypeScript(
    "a.ts",
    `import taken, { other } from "./b";
export { place as order } from "./c"; export { default as refund } from "./d";
export function one(a: string): void {}
const place = 1, three = 3;
export { three, place as four, other };
export type Six = string;
export default taken;
`,
  );
  assert.deepEqual(
    exports.map(({ line, name, of = "" }) => `${line} ${name} ${of}`.trim()),
    ["3 one", "5 three", "5 four place"],
  );
  assert.deepEqual(
    passes?.map(({ name, of, from }) => `${name} = ${of} ${from}`),
    ["other = other ./b", "order = place ./c", "refund = default ./d", "default = default ./b"],
  );
  assert.deepEqual(
    readTypeScript("a.ts", "class A {}\nexport default A;").exports.map(({ of }) => of),
    ["A"],
  );
});

test("JSX is read in JavaScript of any ending", () => {
  const text = 'import a from "./a";\nexport const b = <p>{a}</p>;\nexport const c = () => ';
  for (const [file, from] of [
    ["a.js", 'require("./c");'],
    ["a.cjs", 'require("./c");'],
    ["a.mjs", 'import("./c");'],
    ["a.jsx", 'import("./c");'],
  ] as const) {
    const start =
      file === "a.cjs"
        ? text
            .replace("import a from", "const a = require(")
            .replace('";', '");')
            .replaceAll("export ", "")
        : text;
    const { imports, problems } = readTypeScript(file, `${start}${from}`);
    assert.deepEqual(problems, [], file);
    assert.deepEqual(
      imports.map(({ from: of }) => of),
      ["./a", "./c"],
      file,
    );
  }
  assert.equal(readTypeScript("a.ts", "const a = <p>b</p>;").problems.length > 0, true);
});

test("what a file uses of the world outside", () => {
  const { outside } = readTypeScript(
    "a.ts",
    `import fs from "node:fs"; import path from "path"; import Stripe from "stripe/lib";
import { z } from "@acme/zod"; import type { T } from "only-types"; import x from "./x";
const a = process.env.STRIPE_KEY ?? process.env["OTHER_KEY"] ?? process.env.NODE_ENV;
const b = this.configService.get<string>("mail.host"), c = fetch("https://api.stripe.com/v1");
`,
  );
  assert.deepEqual(
    outside.map(({ kind, what }) => `${kind} ${what}`),
    [
      "library stripe",
      "library @acme/zod",
      "setting STRIPE_KEY",
      "setting OTHER_KEY",
      "setting mail.host",
      "host api.stripe.com",
    ],
  );
});

test("settings that are taken out of the environment together are settings", () => {
  const { outside } = readTypeScript(
    "a.ts",
    `const { STRIPE_KEY, STRIPE_HOOK: hook = "a, b", // MAILS_OLD,
  NODE_ENV, MAILS_FROM, ...rest } = process.env;
const { VITE_MAP }: Settings = import.meta.env;
const { NOT_ONE } = process.env.deeper; const { NOR_THIS } = others.env;
`,
  );
  assert.deepEqual(
    outside.map(({ kind, what, line }) => `${line} ${kind} ${what}`),
    ["1 setting STRIPE_KEY", "1 setting STRIPE_HOOK", "2 setting MAILS_FROM", "3 setting VITE_MAP"],
  );
});
