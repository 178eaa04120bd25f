import assert from "node:assert/strict";
import { test } from "node:test";
import type { MarcotError } from "../../src/errors.ts";
import { withoutBraces } from "../../src/where-to-start/braces.ts";
import type { WhereToStartOptions } from "../../src/where-to-start/where-to-start.ts";
import { whereToStart } from "../../src/where-to-start/where-to-start.ts";
import { repositoryOf } from "./repository.ts";

/** What is said of code in which no unit was found, and how many were. */
async function told(
  files: Readonly<Record<string, string>>,
  options: WhereToStartOptions = {},
): Promise<{ units: number; text: string }> {
  const { report } = await whereToStart(repositoryOf([{ files }]), options);
  return { units: report.units.length, text: report.problems.join("\n") };
}

const django = {
  "settings.py": 'INSTALLED_APPS = ["shop.a", "shop.b"]',
  "shop/a/models.py": "class A(models.Model): pass",
  "shop/b/models.py": "class B(models.Model): pass",
};

test("of a kind that is not there it is said what is there instead", async () => {
  await assert.rejects(told(django, { kind: "nest" }), (error: MarcotError) => {
    assert.equal(error.code, "UnitsNotFound");
    assert.equal(error.message, "no units were found: no modules of Nest, or too few of them");
    assert.match(error.fix, /Leave --kind away.* as 2 apps of Django \(2 lines\): --kind django\./);
    return true;
  });
});

test("a glob that no folder fits is named", async () => {
  await assert.rejects(told(django, { units: ["nope/*"] }), (error: MarcotError) => {
    assert.equal(error.code, "UnitsNotFound");
    assert.equal(error.message, "no folder is called as --units says: 'nope/*'");
    assert.match(error.fix, /counted from PATH.* The largest folders: shop \(2 lines\), shop\/a/);
    return true;
  });
});

test("braces in a glob are several globs", async () => {
  assert.equal((await told(django, { units: ["shop/{a,b}"] })).units, 2);
  assert.deepEqual(withoutBraces(["{a,b{c,d}}/*", "!x/{y}", "z/{,w}"]), [
    "a/*",
    "bc/*",
    "bd/*",
    "!x/{y}",
    "z/",
    "z/w",
  ]);
  const start = performance.now();
  assert.equal(withoutBraces(["{a,b}".repeat(40)]).length, 1000);
  withoutBraces([`{${"a,".repeat(100_000)}`, "{".repeat(100_000)]);
  assert.ok(performance.now() - start < 1000);
});

test("code that lies in no folder is not taken for none", async () => {
  const flat = await told({ "models.py": "class A(models.Model): pass\n", "views.py": "x = 1\n" });
  assert.match(flat.text, /All code here \(2 files, 2 lines\) lies directly in this folder/);
  const ours = await told({
    "settings.ts": 'export default settings({ apps: ["tickets", "faq"] });\n',
    "manage.ts": "run();\n",
  });
  assert.match(ours.text, /these do not lie here, and were not read: tickets, faq/);
  assert.match(ours.text, /All code here \(2 files, 2 lines\) lies directly/);
  for (const { text } of [flat, ours]) assert.doesNotMatch(text, /No folder here/);
});

test("tests alone are told from no code at all", async () => {
  assert.match((await told({ "tests/test_a.py": "x = 1" })).text, /only code here is tests/);
  assert.match((await told({ "a.txt": "x" })).text, /No folder here has Python/);
});

test("two modules of Nest are too few, which is not none", async () => {
  const { text } = await told({
    "src/a/a.module.ts": "@Module({})\nexport class A {}\n",
    "src/b/b.module.ts": "@Module({})\nexport class B {}\n",
  });
  assert.match(text, /not three packages of a workspace or modules of Nest/);
});
