import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");

const documents = [...globSync("*.md", { cwd: root }), ...globSync("docs/**/*.md", { cwd: root })];

/** `[text](path)`, and `: "name"` behind it, which is the name of a test in that file. */
const LINK = /\]\(([^()\s#:]+)\)(?:: "([^"]+)")?/g;

test("every link of a document leads to a file, and every test that one names is there", () => {
  let names = 0;
  for (const document of documents) {
    const text = readFileSync(join(root, document), "utf8");
    for (const [, path = "", name] of text.matchAll(LINK)) {
      const file = join(root, dirname(document), path);
      assert.ok(existsSync(file), `${document} links to ${path}`);
      if (name === undefined) continue;
      names += 1;
      const tests = readFileSync(file, "utf8");
      assert.ok(tests.includes(`test("${name}"`), `${path} has no test "${name}"`);
    }
  }
  assert.ok(names > 10, "talk.md names tests");
});
