import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readHistory } from "../../../src/where-to-start/git/history.ts";
import { openTree } from "../../../src/where-to-start/git/open.ts";
import { readOwners } from "../../../src/where-to-start/git/owners.ts";
import { git, repositoryOf, temporaryFolder } from "../repository.ts";

/** A program that leaves a trace when it is started. */
function trap(): { program: string; trace: string } {
  const folder = temporaryFolder();
  const [program, trace] = [join(folder, "program"), join(folder, "trace")];
  writeFileSync(program, `#!/bin/sh\necho "$0 $@" >> ${trace}\nexit 1\n`);
  chmodSync(program, 0o755);
  return { program, trace };
}

function settingsOf(program: string): string {
  return `
[core]
  fsmonitor = ${program}
  pager = ${program}
  editor = ${program}
  sshCommand = ${program}
  askPass = ${program}
  hooksPath = ${join(program, "..", "hooks")}
  alternateRefsCommand = ${program}
[alias]
  log = !${program}
  status = !${program}
  ls-files = !${program}
[diff]
  external = ${program}
[diff "evil"]
  textconv = ${program}
  command = ${program}
[filter "evil"]
  clean = ${program}
  smudge = ${program}
  process = ${program}
  required = true
[log]
  showSignature = true
[gpg]
  program = ${program}
[credential]
  helper = !${program}
[pager]
  log = ${program}
  status = ${program}
[protocol "ext"]
  allow = always
[remote "origin"]
  url = ext::${program}
  promisor = true
  partialclonefilter = blob:none
`;
}

/** With files that git has to look into, a signed commit and every setting that starts a program. */
function hostile(program: string): string {
  const folder = repositoryOf([
    { files: { "a/one.py": "1\n", ".gitattributes": "* diff=evil filter=evil\n" } },
    { files: { "a/one.py": "2\n" } },
  ]);
  const commit = git(folder, "cat-file", "commit", "HEAD");
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n";
  const [head = "", ...body] = commit.split("\n\n");
  const signed = join(folder, ".git", "signed");
  writeFileSync(signed, `${head}\n${signature}\n${body.join("\n\n")}\n`);
  git(folder, "reset", "-q", "--soft", git(folder, "hash-object", "-t", "commit", "-w", signed));
  writeFileSync(join(folder, ".git/config"), settingsOf(program), { flag: "a" });
  const hooks = join(program, "..", "hooks");
  mkdirSync(hooks);
  for (const hook of ["post-index-change", "reference-transaction", "fsmonitor-watchman"]) {
    writeFileSync(join(hooks, hook), `#!/bin/sh\nexec ${program} ${hook}\n`);
    chmodSync(join(hooks, hook), 0o755);
  }
  writeFileSync(join(folder, "a/one.py"), "3\n"); // as long as before: git has to read it
  utimesSync(join(folder, "a/one.py"), 1, 1);
  return folder;
}

test("nothing that the settings of a repository name is started", async () => {
  const { program, trace } = trap();
  const folder = hostile(program);
  for (const at of [undefined, "HEAD", "HEAD~1"]) {
    const { tree, repository } = await openTree(folder, { at });
    assert.ok(repository);
    await tree.read(tree.files, () => undefined);
    const { commits } = await readHistory(repository, { units: [{ path: "a" }] });
    assert.equal(commits.length, at === "HEAD~1" ? 1 : 2);
    await readOwners(tree, repository);
  }
  assert.equal(existsSync(trace), false);
});

test("settings that name what never ends are not followed", { timeout: 20_000 }, async () => {
  const folder = repositoryOf([{ files: { "a/x.py": "1" } }]);
  const pipe = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const name of ["core.excludesFile", "core.attributesFile", "mailmap.file"])
    git(folder, "config", name, pipe);
  writeFileSync(join(folder, "new.py"), "2");
  const { tree, repository } = await openTree(folder);
  assert.ok(repository);
  assert.deepEqual(tree.files, ["a/x.py", "new.py"]);
  assert.equal((await readHistory(repository, { units: [{ path: "a" }] })).commits.length, 1);
});

test("the trap works: git by itself starts what the settings name", () => {
  const { program, trace } = trap();
  const folder = hostile(program);
  assert.throws(() => git(folder, "-c", "core.fsmonitor=false", "add", "a/one.py"));
  assert.ok(existsSync(trace));
  const other = trap();
  assert.ok(git(hostile(other.program), "log", "-1").length > 0);
  assert.ok(existsSync(other.trace), "gpg");
});

test("a repository that lies in the folder as files is not trusted more", async () => {
  const { program, trace } = trap();
  const folder = repositoryOf([{ files: { "a.py": "1" } }], { bare: true });
  writeFileSync(join(folder, "config"), settingsOf(program), { flag: "a" });
  const { tree, repository } = await openTree(folder);
  assert.ok(repository);
  await tree.read(tree.files, (_, text) => assert.equal(text, "1"));
  await readHistory(repository, { units: [] });
  assert.equal(existsSync(trace), false);
});

test("variables that a hook sets do not lead to another repository", async () => {
  const folder = repositoryOf([{ files: { "a.py": "1" } }]);
  const other = repositoryOf([{ files: { "b.py": "1" } }]);
  process.env["GIT_DIR"] = join(other, ".git");
  process.env["GIT_WORK_TREE"] = other;
  try {
    assert.deepEqual((await openTree(folder)).tree.files, ["a.py"]);
  } finally {
    delete process.env["GIT_DIR"];
    delete process.env["GIT_WORK_TREE"];
  }
});
