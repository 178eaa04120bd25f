import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { MarcotError } from "../../../src/errors.ts";
import { openTree } from "../../../src/where-to-start/git/open.ts";
import { addressOf } from "../../../src/where-to-start/git/repository.ts";
import type { Tree } from "../../../src/where-to-start/types/tree.ts";
import { git, NOW, DAY, repositoryOf, temporaryFolder } from "../repository.ts";

async function textsOf(tree: Tree, files = tree.files) {
  const texts: [string, string | undefined][] = [];
  await tree.read(files, (file, text) => void texts.push([file, text]));
  return texts;
}

function fill(folder: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const unreadable = (message: RegExp) => ({ code: "CodeUnreadable", message });

test("a working tree: what is tracked and what could be, as it lies on disk", async () => {
  const folder = repositoryOf([
    { files: { "a/one.py": "1\n", "b/two.py": "2\n", ".gitignore": "*.log\n", "gone.py": "" } },
  ]);
  const clean = await openTree(folder);
  assert.equal(clean.repository?.isDirty, false);
  assert.deepEqual(clean.tree.files, [".gitignore", "a/one.py", "b/two.py", "gone.py"]);

  fill(folder, { "a/one.py": "changed", "c/new.py": "3", "x.log": "" });
  rmSync(join(folder, "gone.py"));
  const { tree, repository, missing } = await openTree(folder);
  assert.deepEqual(tree.files, [".gitignore", "a/one.py", "b/two.py", "c/new.py", "gone.py"]);
  assert.deepEqual(await textsOf(tree, ["c/new.py", "a/one.py", "gone.py"]), [
    ["c/new.py", "3"],
    ["a/one.py", "changed"],
    ["gone.py", undefined],
  ]);
  assert.deepEqual(tree.skipped, [{ file: "gone.py", why: "it is gone" }]);
  assert.deepEqual(missing, []);
  const { head, headTime, isDirty, isShallow, root, prefix } = repository ?? {};
  assert.equal(head, git(folder, "rev-parse", "HEAD"));
  assert.deepEqual(
    [headTime, isDirty, isShallow, root, prefix],
    [NOW - DAY, true, false, folder, ""],
  );
});

test("submodules are told and not read, in a working tree as in a commit", async () => {
  const inner = repositoryOf([{ files: { "x.py": "1\n" } }]);
  const folder = repositoryOf([{ files: { "a/one.py": "1\n" } }]);
  git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "b/sub.py");
  git(folder, "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "-qm", "Add");
  fill(folder, { "new.py": "2" });
  const told = [{ file: "b/sub.py", why: "a submodule" }];
  const { tree } = await openTree(folder);
  assert.deepEqual([tree.files, tree.skipped], [[".gitmodules", "a/one.py", "new.py"], told]);
  const { tree: ofCommit } = await openTree(folder, { at: "HEAD" });
  assert.deepEqual([ofCommit.files, ofCommit.skipped], [[".gitmodules", "a/one.py"], told]);
});

test("a commit: by its name, without a checkout, in a part of the repository", async () => {
  const folder = repositoryOf([
    { files: { "a/one.py": "old\n", "b/two.py": "2\n" } },
    { files: { "a/one.py": "new\n", "b/two.py": null } },
  ]);
  const { tree, repository } = await openTree(folder, { at: "main~1" });
  assert.deepEqual(await textsOf(tree), [
    ["a/one.py", "old\n"],
    ["b/two.py", "2\n"],
  ]);
  assert.deepEqual(await textsOf(tree, ["none.py"]), [["none.py", undefined]]);
  assert.equal(repository?.head, git(folder, "rev-parse", "main~1"));
  const part = await openTree(join(folder, "a"), { at: "main" });
  assert.deepEqual(await textsOf(part.tree), [["one.py", "new\n"]]);
  assert.equal(part.repository?.prefix, "a/");
  const live = await openTree(join(folder, "a"));
  assert.deepEqual(await textsOf(live.tree), [["one.py", "new\n"]]);

  for (const at of ["--output=x", "-1", "", "a\0b", "none", "main:a/one.py"])
    await assert.rejects(openTree(folder, { at }), unreadable(/no name of a commit|does not have/));
});

test("a bare repository is read at its head", async () => {
  const folder = repositoryOf([{ files: { "a/one.py": "1\n" } }], { bare: true });
  const { tree, repository } = await openTree(folder);
  assert.deepEqual(await textsOf(tree), [["a/one.py", "1\n"]]);
  assert.equal(repository?.root, folder);
  assert.equal(repository.isDirty, false);
});

test("a clone without blobs: what is not there is counted, and not fetched", async () => {
  const origin = repositoryOf([{ files: { "a.py": "old" } }, { files: { "b.py": "new" } }]);
  git(origin, "config", "uploadpack.allowFilter", "true");
  const folder = temporaryFolder();
  const flags = ["-q", "--bare", "--filter=blob:none"];
  git(folder, "clone", ...flags, `file://${origin}`, "clone");
  const { tree } = await openTree(join(folder, "clone"));
  assert.deepEqual(await textsOf(tree), [
    ["a.py", undefined],
    ["b.py", undefined],
  ]);
  assert.deepEqual(
    tree.skipped.map(({ why }) => why),
    Array(2).fill("git does not have it here: the clone is partial"),
  );
  const objects = git(join(folder, "clone"), "rev-list", "--objects", "--missing=print", "HEAD");
  assert.equal(objects.match(/^\?/gm)?.length, 2, "none of them was fetched");
});

test("names that are not UTF-8, binary and large files are left out and counted", async () => {
  const files = {
    "latin1:caf\u00e9.py": "x",
    "ok\n\u00e9.py": "caf\u00e9",
    "bin.py": "a\0b",
    "q\"'$(x).py": "q",
  };
  const folder = repositoryOf([{ files: { ...files, "big.py": "x".repeat(1_000_001) } }]);
  for (const at of [undefined, "main"]) {
    const { tree } = await openTree(folder, { at });
    assert.deepEqual(tree.files, ["big.py", "bin.py", "ok\n\u00e9.py", "q\"'$(x).py"]);
    assert.deepEqual(await textsOf(tree), [
      ["big.py", undefined],
      ["bin.py", undefined],
      ["ok\n\u00e9.py", "caf\u00e9"],
      ["q\"'$(x).py", "q"],
    ]);
    await textsOf(tree);
    assert.deepEqual(tree.skipped, [
      { file: "caf\ufffd.py", why: "its name is not UTF-8" },
      { file: "big.py", why: "larger than 1 MB" },
      { file: "bin.py", why: "a binary file" },
    ]);
  }
});

test("old encodings and byte order marks become text", async () => {
  const folder = temporaryFolder();
  fill(folder, {
    "latin.py": Buffer.from("# caf\u00e9\n", "latin1"),
    "mark.py": Buffer.from("\ufeffx = 1\n"),
  });
  const { tree } = await openTree(folder);
  assert.deepEqual(await textsOf(tree), [
    ["latin.py", "# caf\u00e9\n"],
    ["mark.py", "x = 1\n"],
  ]);
});

test("a folder without git: links are not followed, and what others wrote is not read", async () => {
  const folder = temporaryFolder();
  const outside = temporaryFolder();
  fill(outside, { "secret.py": "secret" });
  fill(folder, {
    "a/one.py": "1",
    "node_modules/x/i.js": "",
    "venv/lib/y.py": "",
    "dist/z.js": "",
  });
  symlinkSync("..", join(folder, "a/loop"));
  symlinkSync(outside, join(folder, "out"));
  symlinkSync(join(outside, "secret.py"), join(folder, "secret.py"));
  execFileSync("mkfifo", [join(folder, "pipe.py")]);
  const { tree, repository, missing } = await openTree(folder);
  assert.deepEqual(tree.files, ["a/one.py"]);
  assert.equal(repository, undefined);
  assert.deepEqual(missing, ["This is not in a git repository: the history is unknown."]);
  assert.deepEqual(tree.skipped.map(({ file, why }) => `${file}: ${why}`).toSorted(), [
    "a/loop: a symbolic link",
    "out: a symbolic link",
    "secret.py: a symbolic link",
  ]);
  await assert.rejects(openTree(folder, { at: "main" }), unreadable(/cannot be read at main/));
});

test("no link and no pipe of a working tree leads out of it, or stops it", async () => {
  const outside = temporaryFolder();
  fill(outside, { "secret.py": "secret" });
  const folder = repositoryOf([{ files: { "a/secret.py": "x", "b.py": "x", "pipe.py": "x" } }]);
  for (const path of ["a", "b.py", "pipe.py"]) rmSync(join(folder, path), { recursive: true });
  symlinkSync(outside, join(folder, "a"));
  symlinkSync(join(outside, "secret.py"), join(folder, "b.py"));
  execFileSync("mkfifo", [join(folder, "pipe.py")]);
  const { tree } = await openTree(folder);
  const files = ["a/secret.py", "b.py", "pipe.py", "../secret.py"];
  assert.deepEqual(
    await textsOf(tree, files),
    files.map((file) => [file, undefined]),
  );
  assert.deepEqual(
    tree.skipped.map(({ why }) => why),
    ["it lies behind a link", "a symbolic link", "not a file", "it lies behind a link"],
  );
});

test("of a clone of which nothing is checked out, its HEAD is read", async () => {
  const folder = repositoryOf([{ files: { "a/one.py": "1\n" } }], { checkout: false });
  const { tree, repository, missing } = await openTree(folder);
  assert.deepEqual(await textsOf(tree), [["a/one.py", "1\n"]]);
  assert.equal(repository?.head, git(folder, "rev-parse", "HEAD"));
  assert.deepEqual(missing, ["Nothing is checked out here: HEAD was read."]);
});

test("a bare repository that git refuses is an error, and no folder without code", async (t) => {
  const folder = repositoryOf([{ files: { "a/one.py": "1\n" } }], { bare: true });
  t.after(() => delete process.env["GIT_TEST_ASSUME_DIFFERENT_OWNER"]);
  process.env["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1";
  const command = `git config --global --add safe.directory ${folder}`;
  await assert.rejects(openTree(folder), ({ code, message }: MarcotError) => {
    assert.equal(code, "CodeUnreadable");
    assert.ok(message.includes(command), message);
    return true;
  });
});

test("a path that is no folder, or an empty one, gets a clear error", async () => {
  const folder = temporaryFolder();
  await assert.rejects(openTree(join(folder, "none")), unreadable(/none does not exist/));
  await assert.rejects(openTree(folder), unreadable(/is empty/));
  fill(folder, { "file.py": "" });
  await assert.rejects(openTree(join(folder, "file.py")), unreadable(/is not a folder/));
  const empty = temporaryFolder();
  git(empty, "init", "-q");
  await assert.rejects(openTree(empty), unreadable(/is empty/));
  fill(empty, { "file.py": "" });
  const { repository, missing } = await openTree(empty);
  assert.equal(repository, undefined);
  assert.deepEqual(missing, ["There is no commit yet: the history is unknown."]);
});

test("without the program git, files are read and the history is missing", async () => {
  const folder = repositoryOf([{ files: { "a.py": "1" } }]);
  const path = process.env["PATH"];
  process.env["PATH"] = temporaryFolder();
  try {
    const { tree, repository, missing } = await openTree(folder);
    assert.deepEqual(await textsOf(tree), [["a.py", "1"]]);
    assert.equal(repository, undefined);
    assert.deepEqual(missing, ["There is no program git here: the history is unknown."]);
    await assert.rejects(openTree(folder, { at: "main" }), unreadable(/no program git/));
  } finally {
    process.env["PATH"] = path;
  }
});

test("a broken repository is read as a folder, with what git says of it", async () => {
  const folder = repositoryOf([{ files: { "a.py": "1" } }]);
  writeFileSync(join(folder, ".git/config"), "[core\n");
  const { tree, missing } = await openTree(folder);
  assert.deepEqual(tree.files, ["a.py"]);
  assert.match(missing[0] ?? "", /^Git refuses: bad config.*the history is unknown\.$/);
});

test("a folder that git ignores is read without a history", async () => {
  const folder = repositoryOf([{ files: { ".gitignore": "made/\n", "a.py": "" } }]);
  fill(folder, { "made/b.py": "" });
  const { tree, repository, missing } = await openTree(join(folder, "made"));
  assert.deepEqual(tree.files, ["b.py"]);
  assert.equal(repository, undefined);
  assert.match(missing[0] ?? "", /^Git ignores this folder/);
});

test("100,000 files of a folder are found in seconds", async () => {
  const folder = temporaryFolder();
  for (let part = 0; part < 100; part += 1) {
    mkdirSync(join(folder, `p${part}`));
    for (let file = 0; file < 1000; file += 1) truncateSync(create(folder, part, file), 0);
  }
  const start = performance.now();
  const { tree } = await openTree(folder);
  assert.equal(tree.files.length, 100_000);
  assert.ok(performance.now() - start < 20_000);
});

function create(folder: string, part: number, file: number): string {
  const path = join(folder, `p${part}`, `f${file}.py`);
  writeFileSync(path, "");
  return path;
}

test("an origin becomes an address for people, without the password in it", () => {
  const expected = "https://github.com/mozilla/kitsune";
  for (const url of [
    "git@github.com:mozilla/kitsune.git",
    "https://user:secret@github.com/mozilla/kitsune.git",
    "ssh://git@github.com:22/mozilla/kitsune",
    "https://github.com/mozilla/kitsune/",
  ])
    assert.equal(addressOf(url), expected);
  for (const url of ["/srv/git/x.git", "../x", "file:///srv/x", "", "javascript:alert(1)", "C:/x"])
    assert.equal(addressOf(url), undefined, url);
});
