import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtures } from "./fixtures.ts";
import { compareWithPython, hasPython } from "./oracle.ts";

test("every import and foreign key is what Python's own ast finds", { skip: !hasPython }, () => {
  const { differences, unread, files, imports, keys } = compareWithPython(fixtures);
  assert.deepEqual(differences, []);
  assert.deepEqual(unread, []);
  assert.equal(files, Object.keys(fixtures).length);
  assert.ok(imports > 50 && keys > 15);
});

test("the comparison sees what is missed and what is invented", { skip: !hasPython }, () => {
  const { differences } = compareWithPython({
    "a.py": "x = exec('import a')\nf(import_module('b'))",
  });
  assert.deepEqual(differences, []);
  // An escape in a name: Python reads it, and we do not.
  const wrong = compareWithPython({ "a.py": "import_module('\\x61b')" });
  assert.equal(wrong.differences.length, 1);
});
