/** A folder of a repository, whose configuration lies above it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { whereToStart } from "../../../../src/where-to-start/where-to-start.ts";
import { repositoryOf, written } from "../../repository.ts";
import { tiesOf, tiny } from "../reports.ts";

const FILES = {
  "tsconfig.base.json": '{ "compilerOptions": { "paths": { "@api/*": ["apps/api/src/*"] } } }',
  "package.json": '{ "workspaces": ["apps/*", "libs/*"] }',
  "libs/mail/package.json": '{ "name": "@acme/mail" }',
  "libs/mail/index.ts": tiny,
  "apps/api/package.json": '{ "name": "@acme/api" }',
  "apps/api/tsconfig.json": '{ "extends": "../../tsconfig.base.json" }',
  "apps/api/src/a/a.ts": `import { x } from "@api/b/b";\nimport "@acme/mail";\nimport "left-pad";\n`,
  "apps/api/src/b/b.ts": tiny,
  "apps/api/src/c/c.ts": `import { x } from "@acme/api/src/b/b";\n`,
};

const TIES = ["a>b src/a/a.ts:1", "c>b src/c/c.ts:1"];

test("what configuration above a folder says of it counts, on disk and in a commit", async () => {
  const root = repositoryOf([{ files: FILES }]);
  for (const at of [undefined, "HEAD"]) {
    const { report } = await whereToStart(join(root, "apps/api"), { at, units: ["src/*"] });
    assert.deepEqual(tiesOf(report), TIES);
    assert.deepEqual(report.problems, []);
    const [a] = report.units.filter(({ name }) => name === "a");
    assert.deepEqual(
      a?.ownWorld.map(({ what }) => what),
      ["left-pad"],
    );
  }
});

test("the nearest configuration may lie above all that is read", async () => {
  const root = repositoryOf([{ files: FILES }]);
  const { report } = await whereToStart(join(root, "apps/api/src"), { units: ["*"] });
  assert.deepEqual(tiesOf(report), ["a>b a/a.ts:1", "c>b c/c.ts:1"]);
});

test("what is extended and not there is said", async () => {
  const own = Object.entries(FILES).flatMap(([file, text]) =>
    file.startsWith("apps/api/") ? [[file.slice("apps/api/".length), text]] : [],
  );
  const folder = written(Object.fromEntries(own) as Record<string, string>);
  const { report } = await whereToStart(folder, { units: ["src/*"] });
  assert.deepEqual(tiesOf(report), ["c>b src/c/c.ts:1"]);
  assert.deepEqual(report.problems, [
    "tsconfig.json extends ../../tsconfig.base.json, which was not read: what is imported by its paths is not found.",
  ]);
});
