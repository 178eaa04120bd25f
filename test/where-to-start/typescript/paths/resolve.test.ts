/** Which file an import means, by what tsconfig.json and package.json say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfiguration } from "../../../../src/where-to-start/typescript/paths/configuration.ts";
import { resolver } from "../../../../src/where-to-start/typescript/paths/resolve.ts";

test("an import is found by relative paths, paths of tsconfig, packages and subpaths", () => {
  const files = new Set(
    "apps/a/index.ts apps/a/x.tsx apps/b/src/y.ts libs/c/index.ts libs/c/deep.ts apps/faq/contract.ts".split(
      " ",
    ),
  );
  const configuration = readConfiguration(
    new Map([
      [
        "package.json",
        '{ "workspaces": ["apps/*"], "imports": { "#apps/*": "./apps/*/contract.ts" } }',
      ],
      ["apps/b/package.json", '{ "name": "@acme/b" }'],
      [
        "tsconfig.base.json",
        '{ /* all */ "compilerOptions": { "paths": { "@c/*": ["libs/c/*"], "@c": ["libs/c"], }, } }',
      ],
      ["apps/a/tsconfig.json", '{ "extends": "../../tsconfig.base.json" }'],
    ]),
  );
  const resolve = resolver(files, configuration);
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["./x", "apps/a/x.tsx"],
    ["./x.js", "apps/a/x.tsx"],
    [".", "apps/a/index.ts"],
    ["../b/src/y", "apps/b/src/y.ts"],
    ["@c/deep", "libs/c/deep.ts"],
    ["@c", "libs/c/index.ts"],
    ["@acme/b", "apps/b/package.json"],
    ["@acme/b/y", "apps/b/src/y.ts"],
    ["#apps/faq", "apps/faq/contract.ts"],
    ["#apps/nobody", undefined],
    ["react", undefined],
    ["./gone", undefined],
  ];
  for (const [from, to] of cases) assert.equal(resolve("apps/a/index.ts", from), to, from);
});

const withPaths = (paths: Record<string, string[]>) =>
  JSON.stringify({ compilerOptions: { paths } });

test("of several patterns the most specific one counts, and of several parents the last one", () => {
  const files = new Set(["libs/ui/a.ts", "libs/all/ui/a.ts", "libs/all/b.ts", "exact.ts"]);
  const configuration = readConfiguration(
    new Map([
      ["tsconfig.old.json", withPaths({ "@lib/*": ["nowhere/*"] })],
      [
        "tsconfig.base.json",
        withPaths({
          "@lib/*": ["libs/all/*"],
          "@lib/ui/*": ["libs/ui/*"],
          "@lib/ui/exact": ["exact.ts"],
        }),
      ],
      [
        "tsconfig.json",
        '{ "extends": ["./tsconfig.old.json", "./tsconfig.base.json", "@tsconfig/node24"] }',
      ],
    ]),
  );
  const resolve = resolver(files, configuration);
  assert.equal(resolve("main.ts", "@lib/ui/a"), "libs/ui/a.ts");
  assert.equal(resolve("main.ts", "@lib/ui/exact"), "exact.ts");
  assert.equal(resolve("main.ts", "@lib/b"), "libs/all/b.ts");
});

test("what a tsconfig extends is overridden key by key, and may be a package", () => {
  const files = new Set([
    "libs/a.ts",
    "web/libs/a.ts",
    "api/src/b.ts",
    "ui/kit/c.ts",
    "api/libs/a.ts",
  ]);
  const configuration = readConfiguration(
    new Map([
      [
        "tsconfig.base.json",
        '{ "compilerOptions": { "baseUrl": ".", "paths": { "@lib/*": ["libs/*"] } } }',
      ],
      // Paths are counted from the baseUrl that counts.
      [
        "web/tsconfig.json",
        '{ "extends": "../tsconfig.base", "compilerOptions": { "baseUrl": "./" } }',
      ],
      ["config/package.json", '{ "name": "@acme/config" }'],
      ["config/tsconfig.json", withPaths({ "~/*": ["${configDir}/src/*"] })],
      ["api/tsconfig.json", '{ "extends": "@acme/config" }'],
      [
        "ui/tsconfig.json",
        '{ "extends": ["../tsconfig.base.json", "@acme/config/tsconfig.json", "@gone/x"] }',
      ],
      ["bad/tsconfig.json", "{ <<<<<<< }"],
    ]),
  );
  const resolve = resolver(files, configuration);
  assert.equal(resolve("web/x.ts", "@lib/a"), "web/libs/a.ts");
  assert.equal(resolve("api/x.ts", "~/b"), "api/src/b.ts");
  assert.equal(resolve("ui/x.ts", "@lib/a"), "libs/a.ts");
  assert.equal(resolve("ui/x.ts", "kit/c"), undefined);
  assert.deepEqual(configuration.broken, ["bad/tsconfig.json"]);
});

test("which file a package means is what its exports say, where that is a source", () => {
  const files = new Set([
    "lib/src/main.ts",
    "lib/src/orders/api.ts",
    "lib/src/users/api.ts",
    "one/src/x.mts",
  ]);
  const exports = {
    ".": { types: "./dist/main.d.ts", default: { import: "./src/main.ts" } },
    "./*": ["./dist/*.js", "./src/*/api.ts"],
    "./hidden": null,
  };
  const configuration = readConfiguration(
    new Map([
      ["lib/package.json", JSON.stringify({ name: "lib", exports })],
      ["one/package.json", '{ "name": "@a/one", "exports": "./src/x.mts" }'],
      [
        "deep/package.json",
        `{ "name": "deep", "exports": ${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)} }`,
      ],
    ]),
  );
  const resolve = resolver(files, configuration);
  assert.equal(resolve("x.ts", "lib"), "lib/src/main.ts");
  assert.equal(resolve("x.ts", "lib/orders"), "lib/src/orders/api.ts");
  assert.equal(resolve("x.ts", "lib/gone"), "lib/package.json");
  assert.equal(resolve("x.ts", "@a/one"), "one/src/x.mts");
  assert.equal(resolve("x.ts", "deep"), "deep/package.json");
});

test("configuration that never ends is given up in no time", () => {
  const half = 450_000;
  const began = performance.now();
  const { broken } = readConfiguration(
    new Map([
      ["a/package.json", '\\"'.repeat(half)],
      ["b/package.json", "/* ".repeat(half / 2)],
      ["c/package.json", `{"imports":${'{"#a":'.repeat(half / 6)}`],
    ]),
  );
  assert.ok(performance.now() - began < 2000);
  assert.equal(broken.length, 2); // of the comment nothing is left
});

test("what many files of tsconfig extend is read once", () => {
  const levels = Array.from({ length: 12 }, (_, level) => level);
  const all = (level: number) =>
    Array.from({ length: 8 }, (_, index) => `tsconfig.${level}.${index}.json`);
  const texts = levels.flatMap((level) =>
    all(level).map((file): [string, string] => [
      file,
      JSON.stringify({ extends: all(level + 1).map((parent) => `./${parent}`) }),
    ]),
  );
  const circle: [string, string][] = [
    ["a/tsconfig.json", '{ "extends": "./tsconfig.b.json" }'],
    ["a/tsconfig.b.json", '{ "extends": "./tsconfig.json" }'],
  ];
  const began = performance.now();
  const { paths } = readConfiguration(
    new Map([...texts, ...circle, ["tsconfig.12.0.json", withPaths({ "@lib/*": ["lib/*"] })]]),
  );
  assert.ok(performance.now() - began < 2000);
  assert.deepEqual([...paths.keys()], [""]);
  assert.equal(paths.get("")?.length, 1);
});
