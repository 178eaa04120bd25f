import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readHistory } from "../../../src/where-to-start/git/history.ts";
import { isBot, readSubject } from "../../../src/where-to-start/git/log/repairs.ts";
import { monthsBefore } from "../../../src/where-to-start/git/log/calendar.ts";
import { openTree } from "../../../src/where-to-start/git/open.ts";
import { type Change, DAY, git, NOW, repositoryOf, temporaryFolder } from "../repository.ts";

interface Asked {
  readonly months?: number;
  readonly at?: string;
}

async function historyOf(folder: string, units: readonly string[], { at, months }: Asked = {}) {
  const { repository } = await openTree(folder, { at });
  assert.ok(repository);
  return readHistory(repository, { units: units.map((path) => ({ path })), months });
}

function many(
  count: number,
  file: (index: number) => string,
  ago: (index: number) => number,
): Change[] {
  return Array.from({ length: count }, (_, index) => ({
    files: { [file(index)]: String(index) },
    ago: ago(index),
    subject: `Change ${index}`,
  }));
}

test("commits of each unit are those that git counts, on branches too", async () => {
  const folder = repositoryOf(
    [
      ...many(
        60,
        (i) => `src/${"abc"[i % 3]}/f${i % 7}.py`,
        (i) => 200 - i,
      ),
      { branch: "side", files: { "src/a/side.py": "1" }, ago: 130 },
      { branch: "side", files: { "src/a/side.py": "2", "src/ab/x.py": "1" }, ago: 129 },
      { files: { "README.md": "1" }, ago: 128 },
      { merge: "side", subject: "Merge", ago: 127 },
      {
        files: { "src/a/odd \n\u00e9\t.py": "", "latin1:src/b/\u00e9.py": "" },
        ago: 126,
        subject: "",
      },
      {
        files: { "src/c/one.py": "", "src/b/one.py": "" },
        ago: 125,
        author: "Bob <bob@example.com>",
      },
    ],
    { checkout: false },
  );
  const units = ["src/a", "src/b", "src/c", "src/ab"];
  const history = await historyOf(folder, units, { at: "main" });
  for (const [index, path] of units.entries()) {
    const ids = git(
      folder,
      "log",
      "--no-merges",
      "--full-history",
      "--format=%H",
      "main",
      "--",
      path,
    );
    const own = [...history.commits].filter(({ units: touched }) => touched.includes(index));
    assert.deepEqual(
      own.map(({ id }) => id),
      ids.split("\n"),
      path,
    );
    assert.equal(history.units[index]?.commits, ids.split("\n").length);
  }
  assert.equal(history.total, Number(git(folder, "rev-list", "--count", "main")));
  assert.equal(history.commits.length, history.total - 1);
  assert.deepEqual(history.skipped, { merges: 1, bots: 0, bulk: 0, boundary: 0 });
  assert.deepEqual(history.together, [
    { units: [0, 1], commits: 1 },
    { units: [0, 3], commits: 1 },
    { units: [1, 2], commits: 1 },
  ]);
  assert.equal(history.units[2]?.authors, 2);
  assert.deepEqual(history.units[2].mainAuthor, { author: "Ann <ann@example.com>", commits: 20 });
});

test("the window is doubled until there are a hundred commits, or exactly as asked", async () => {
  const folder = repositoryOf(
    many(
      150,
      () => "a/x.py",
      (i) => (i < 50 ? 800 : i < 100 ? 500 : 1) - i / 1000,
    ),
  );
  const asked = async (months?: number) => {
    const { commits, window, total } = await historyOf(folder, ["a"], months ? { months } : {});
    assert.equal(total, 150);
    return [commits.length, window.months];
  };
  assert.deepEqual(await asked(), [100, 24]);
  assert.deepEqual(await asked(1), [50, 1]);
  assert.deepEqual(await asked(48), [150, 48]);
  const small = await historyOf(
    repositoryOf(
      many(
        3,
        () => "a/x",
        (i) => 2000 * (3 - i),
      ),
    ),
    ["a"],
  );
  assert.equal(small.commits.length, 3);
  assert.equal(small.window.from, NOW - 6000 * DAY);
  assert.ok(monthsBefore(small.window.to, small.window.months) <= small.window.from);
  assert.deepEqual(small.dropped, [
    "Only 3 commits: the history says little.",
    "One author made every commit: people say nothing.",
  ]);
});

test("a commit with a wrong clock does not end the reading", async () => {
  const folder = repositoryOf(
    many(
      300,
      () => "a/x.py",
      (i) => (i === 290 ? 9000 : 300 - i),
    ),
  );
  const { commits, window } = await historyOf(folder, ["a"]);
  assert.deepEqual([commits.length, window.months], [299, 12]);
});

test("a long history is read no further than the window, and still counted", async () => {
  const changes = many(
    5000,
    () => "a/x.py",
    (i) => (5000 - i) / 13,
  );
  const wide = "\u00e9\u{1f600}".repeat(60);
  const subjects = (index: number) => (index % 9 === 0 ? `${index} ${wide}` : `Change ${index}`);
  const folder = repositoryOf(
    changes.map((change, index) => ({ ...change, subject: subjects(index) })),
    { bare: true },
  );
  const { commits, total, units } = await historyOf(folder, ["a"]);
  assert.equal(total, 5000);
  const since = `--since=${monthsBefore(NOW - DAY / 13, 12)}`;
  const told = git(folder, "log", since, "--format=%H %at %an <%ae> %s", "main").split("\n");
  assert.ok(told.length > 4096 && told.length < 5000);
  assert.deepEqual([commits.length, units[0]?.commits], [told.length, told.length]);
  for (const [index, { id, time, author, subject }] of [...commits].entries()) {
    const line = `${id} ${time} ${author} ${subject}`;
    // Long subjects are cut, but never within a sign.
    if (subject.startsWith("Change ")) assert.equal(line, told[index]);
    else assert.ok(told[index]?.startsWith(line) && !line.includes("\ufffd"), line);
    assert.ok(Buffer.byteLength(subject) <= 300 && subject.length > 7);
  }
});

test("bots and sweeps through the code do not count", async () => {
  const wide = (count: number, name: (i: number) => string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), "x"]));
  const folder = repositoryOf([
    { files: wide(101, (i) => `a/${i}.py`) },
    { files: wide(6, (i) => `u${i}/x.py`) },
    { files: wide(100, (i) => `a/n${i}.py`) },
    {
      files: { "a/0.py": "y" },
      author: "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
    },
    { files: wide(5, (i) => `u${i}/y.py`) },
  ]);
  const { skipped, commits, units } = await historyOf(folder, [
    "a",
    "u0",
    "u1",
    "u2",
    "u3",
    "u4",
    "u5",
  ]);
  assert.deepEqual(skipped, { merges: 0, bots: 1, bulk: 2, boundary: 0 });
  assert.equal(commits.length, 2);
  assert.deepEqual(
    units.map((unit) => unit.commits),
    [1, 1, 1, 1, 1, 1, 0],
  );
});

test("people are told apart as .mailmap says", async () => {
  const folder = repositoryOf([
    { files: { ".mailmap": "Ann A <ann@example.com> <old@example.com>\n", "a/x": "1" } },
    { files: { "a/x": "2" }, author: "annie <old@example.com>" },
  ]);
  const { units, commits } = await historyOf(folder, ["a"]);
  assert.equal(units[0]?.authors, 1);
  assert.equal([...commits][0]?.author, "Ann A <ann@example.com>");
});

test("a folder that moved keeps its history, one that was split does not take another's", async () => {
  const files = (folder: string, version: string) => ({
    [`${folder}/models.py`]: "models\n",
    [`${folder}/views.py`]: `views of ${version}\n`,
    [`${folder}/urls.py`]: "urls\n",
    [`${folder}/__init__.py`]: "",
  });
  const gone = (folder: string) =>
    Object.fromEntries(Object.keys(files(folder, "")).map((path) => [path, null]));
  const folder = repositoryOf([
    {
      files: {
        ...files("apps/users", "1"),
        "apps/core/a.py": "a",
        "apps/core/b.py": "b",
        "apps/core/c.py": "c",
        "apps/core/d.py": "d",
        "apps/core/e.py": "e",
      },
    },
    { files: { "apps/users/models.py": "models\n\n" }, subject: "Fix users" },
    { files: { "apps/users/models.py": "models\n" } },
    { files: { ...files("src/users", "2"), ...gone("apps/users") }, subject: "Move" },
    {
      files: {
        "src/site/a.py": "a",
        "src/site/b.py": "b",
        "apps/core/a.py": null,
        "apps/core/b.py": null,
      },
      subject: "Split",
    },
    { files: { "src/users/views.py": "3" } },
  ]);
  const { units } = await historyOf(folder, ["src/users", "src/site", "apps/core"]);
  assert.deepEqual(
    units.map(({ commits }) => commits),
    [5, 1, 2],
  );
  assert.equal(units[0]?.fixes, 1);
  const moved = git(folder, "log", "--format=%H", "--grep=Move");
  assert.deepEqual(units[0].movedFrom, [{ path: "apps/users", commit: moved }]);
  assert.deepEqual(units[1]?.movedFrom, []);
});

test("a part of a repository has the commits of that part", async () => {
  const folder = repositoryOf([
    { files: { "shop/a/x.py": "1", "other/a/x.py": "1" } },
    { files: { "other/a/x.py": "2" } },
    { files: { "shop/manage.py": "2" } },
  ]);
  const { commits, units } = await historyOf(join(folder, "shop"), ["a"]);
  assert.deepEqual([commits.length, units[0]?.commits], [2, 1]);
});

test("the commit at which a shallow clone ends does not count", async () => {
  const origin = repositoryOf(
    many(
      10,
      (i) => `${"ab"[i % 2]}/${i}.py`,
      (i) => 10 - i,
    ),
  );
  const folder = temporaryFolder();
  git(folder, "clone", "-q", "--depth=4", `file://${origin}`, "clone");
  const { skipped, commits, dropped, total } = await historyOf(join(folder, "clone"), ["a", "b"]);
  assert.deepEqual([skipped.boundary, commits.length, total], [1, 3, 4]);
  assert.match(dropped[0] ?? "", /shallow, with 4 commits: `git fetch --unshallow`/);
});

test("a clone without blobs tells its whole history, one without trees an error", async () => {
  const origin = repositoryOf(
    many(
      10,
      () => "a/x.py",
      (i) => 10 - i,
    ),
  );
  git(origin, "config", "uploadpack.allowFilter", "true");
  const folder = temporaryFolder();
  for (const filter of ["blob:none", "tree:0"])
    git(folder, "clone", "-q", "--bare", `--filter=${filter}`, `file://${origin}`, filter);
  assert.equal((await historyOf(join(folder, "blob:none"), ["a"])).units[0]?.commits, 10);
  await assert.rejects(historyOf(join(folder, "tree:0"), ["a"]), { code: "CodeUnreadable" });
});

test("references to tickets are no repairs", () => {
  const repairs = [
    "Fix crash on login",
    "[bug 123] Fix the search",
    "Bug 4711 - broken links in mails",
    "Hotfix: totals",
    "fix UTF-8 names (#12)",
  ];
  const others = [
    "[bug 123] Add search",
    "[fix bug 123] Add search",
    "Fixes #123",
    "Fix ABC-12: new page",
    "fixes bug 12 - Add page",
    "Prefix names",
    "Add GH-3",
    "Closes #1, fixes #2",
  ];
  for (const subject of repairs) assert.ok(readSubject(subject).isRepair, subject);
  for (const subject of others) assert.ok(!readSubject(subject).isRepair, subject);
  assert.equal(readSubject("fix(api)!: totals").type, "fix");
  assert.equal(readSubject("feat: fix").type, "other");
  assert.equal(readSubject("users: fix").type, undefined);
  for (const name of ["renovate[bot]", "pyup-bot", "dependabot"])
    assert.ok(isBot(name, "x@y"), name);
  for (const name of ["Abbot", "Bob Talbot"]) assert.ok(!isBot(name, "x@y"), name);
});

test("types of commits count where most have one, and repairs nothing where most are some", async () => {
  const of = async (subjects: readonly string[]) => {
    const changes = subjects.map((subject, index) => ({
      subject,
      files: { "a/x": String(index) },
    }));
    const { fixRate, units, dropped } = await historyOf(repositoryOf(changes), ["a"]);
    return {
      fixRate,
      fixes: units[0]?.fixes,
      isDropped: dropped.some((why) => /repairs/.test(why)),
    };
  };
  const typed = await of(["feat: fix of nothing", "fix: x", "chore: y", "Fix z"]);
  assert.deepEqual(typed, { fixRate: 0.25, fixes: 1, isDropped: false });
  const often = await of(["Fix a", "Fix b", "Fix c", "Add d"]);
  assert.deepEqual(often, { fixRate: undefined, fixes: 0, isDropped: true });
});

test("months are of the calendar", () => {
  const at = (text: string) => Date.parse(`${text}T10:00:00Z`) / 1000;
  assert.equal(monthsBefore(at("2026-05-31"), 3), at("2026-02-28"));
  assert.equal(monthsBefore(at("2024-02-29"), 12), at("2023-02-28"));
  assert.equal(monthsBefore(at("2026-01-15"), 24), at("2024-01-15"));
});
