import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openTree } from "../../../src/where-to-start/git/open.ts";
import { readOwners } from "../../../src/where-to-start/git/owners.ts";
import { repositoryOf } from "../repository.ts";

async function ownersOf(files: Record<string, string>, part = "", at?: string) {
  const folder = repositoryOf([{ files: { "a/x.py": "", ...files } }]);
  const { tree, repository } = await openTree(join(folder, part), { at });
  return readOwners(tree, repository);
}

test("the last line that matches a path counts, with its number", async () => {
  const ownerOf = await ownersOf({
    CODEOWNERS: `# all
*            @acme/all
*.js         @js          # inline
/build/logs/ @doctocat
docs/*       docs@example.com
apps/        @octocat
/apps/github
**/deep/*.py @deep
/a/**/z      @between
with\\ blank/ @blank @two
`,
  });
  const expected: Record<string, string> = {
    "README.md": "@acme/all 2",
    "x/y.js": "@js 3",
    "build/logs/x": "@doctocat 4",
    "x/build/logs/x": "@acme/all 2",
    "docs/a.md": "docs@example.com 5",
    "docs/b/a.md": "@acme/all 2",
    "x/apps/y/z": "@octocat 6",
    apps: "@acme/all 2",
    "apps/": "@octocat 6",
    "apps/github": " 7",
    "apps/github/x": " 7",
    "apps/githubs": "@octocat 6",
    "q/deep/m.py": "@deep 8",
    "deep/m.py": "@deep 8",
    "a/z": "@between 9",
    "a/b/c/z/f": "@between 9",
    "with blank/x": "@blank @two 10",
  };
  for (const [path, owner] of Object.entries(expected)) {
    const found = ownerOf(path);
    assert.equal(`${found?.owners.join(" ")} ${found?.line}`, owner, path);
    assert.equal(found?.file, "CODEOWNERS");
  }
});

test("three places, the first that is there; also for a part, and at a commit", async () => {
  const three = {
    ".github/CODEOWNERS": "a/ @one\n",
    CODEOWNERS: "* @two\n",
    "docs/CODEOWNERS": "* @three",
  };
  const { ".github/CODEOWNERS": _, ...two } = three;
  assert.equal((await ownersOf(three))("a/x.py")?.file, ".github/CODEOWNERS");
  assert.equal((await ownersOf(three))("b/x.py"), undefined);
  assert.equal((await ownersOf(two))("b")?.file, "CODEOWNERS");
  assert.equal((await ownersOf({ "docs/CODEOWNERS": "* @three" }))("b")?.file, "docs/CODEOWNERS");
  assert.deepEqual((await ownersOf(three, "a"))("x.py")?.owners, ["@one"]);
  assert.deepEqual((await ownersOf(three, "", "main"))("a/x.py")?.owners, ["@one"]);
  assert.equal((await ownersOf({}))("a/x.py"), undefined);
});

test("sections of GitLab give owners to lines without any", async () => {
  const ownerOf = await ownersOf({
    CODEOWNERS: "[Database][2] @dba\n/db/\n/db/own/ @own\n^[Docs]\n*.md @doc\n",
  });
  assert.deepEqual(ownerOf("db/x")?.owners, ["@dba"]);
  assert.deepEqual(ownerOf("db/own/x")?.owners, ["@own"]);
  assert.deepEqual(ownerOf("x.md")?.owners, ["@doc"]);
});

test("each section has owners of its own, and sections of one name are one", async () => {
  const ownerOf = await ownersOf({
    CODEOWNERS: "* @all\n[Code]\n/db/ @dba\n[Docs] @doc\n*.md\n/db/\n[code]\n/db/own/ @own\n",
  });
  assert.deepEqual(ownerOf("db/x"), {
    owners: ["@all", "@dba", "@doc"],
    file: "CODEOWNERS",
    line: 6,
  });
  assert.deepEqual(ownerOf("db/own/x")?.owners, ["@all", "@own", "@doc"]);
  assert.deepEqual(ownerOf("other")?.owners, ["@all"]);
});

test("patterns of strangers are not slow", async () => {
  const ownerOf = await ownersOf({ CODEOWNERS: `${"**/".repeat(200)}${"*a".repeat(500)}b @x\n` });
  const start = performance.now();
  assert.equal(ownerOf(`${"a/".repeat(200)}${"a".repeat(2000)}`), undefined);
  assert.ok(performance.now() - start < 1000);
});
