import assert from "node:assert/strict";
import { after, test } from "node:test";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "./command.ts";
import { testDatabase } from "../../src/data/testing.ts";

const place = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["numbers"]),
  ...tinyApp("numbers"),
});
const database = await testDatabase("empty", async () => {});
const environment = { DATABASE_URL: database.url };
after(async () => {
  await database.drop();
  place.remove();
});

function shell(input: string) {
  return marcot(["shell"], { cwd: place.folder, environment, input });
}

test("the database has to be migrated before the project opens", async () => {
  const early = await shell("1");
  assert.equal(early.code, 1);
  assert.match(early.stderr, /no schema and no role .*\n {2}Run `marcot migrate`/);
  const { code } = await marcot(["migrate"], { cwd: place.folder, environment });
  assert.equal(code, 0);
});

test("a script calls apps, line by line, with await and statements of several lines", async () => {
  const { code, stdout, stderr } = await shell(
    "const first = await numbers.twice({ number: 2 })\n" +
      "function again({ number }) {\n\n  return numbers.twice({ number });\n}\n" +
      "await again(first)\nfirst.number + 1\n",
  );
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "{ number: 8 }\n5\n");
});

test("the first error ends a script with 1", async () => {
  for (const wrong of ['throw new Error("no")', 'await numbers.twice({ number: "x" })', "a b"]) {
    const { code, stdout } = await shell(`1 + 1\n${wrong}\n40 + 2\n`);
    assert.equal(code, 1, wrong);
    assert.match(stdout, /^2\n/);
    assert.doesNotMatch(stdout, /^42$/m);
  }
});

test("a script that ends in the middle of a statement is wrong", async () => {
  const { code, stderr } = await shell("({\n");
  assert.equal(code, 1);
  assert.match(stderr, /middle of a statement/);
});
