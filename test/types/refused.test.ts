import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const file = "test/types/refused.ts";
const root = join(import.meta.dirname, "..", "..");

test("what loses a caller, and a mistake in a call, are compile errors of at most three lines", () => {
  const options =
    "--noEmit --ignoreConfig --strict --skipLibCheck --module nodenext --target es2024 --types node --allowImportingTsExtensions --pretty false";
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), ...options.split(" "), file],
    { cwd: root, encoding: "utf8" },
  );
  const errors = stdout
    .split(/^(?=\S+\(\d+,\d+\): error)/m)
    .filter((error) => error.includes("error TS"));
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  const expected = lines.flatMap((line, index) => {
    const [, words] = /\/\/ refused: (.*)$/.exec(line) ?? [];
    return words === undefined ? [] : [{ line: index + 1, words }];
  });
  assert.equal(errors.length, expected.length, stdout);
  for (const [index, { line, words }] of expected.entries()) {
    const error = errors[index] ?? "";
    assert.ok(error.includes(`refused.ts(${line},`), `line ${line}: ${error}`);
    assert.ok(error.includes(words), `line ${line} says ${words}: ${error}`);
    assert.ok(error.trim().split("\n").length <= 3, error);
  }
});
