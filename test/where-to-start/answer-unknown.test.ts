/** What is not known is said to be missing, and never taken for nothing. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { whyLines } from "../../src/cli/commands/where-to-start/why.ts";
import { answerLines } from "../../src/cli/commands/where-to-start/table.ts";
import { toHtml } from "../../src/where-to-start/report/html.ts";
import { whereToStart } from "../../src/where-to-start/where-to-start.ts";
import { git, repositoryOf, temporaryFolder, written } from "./repository.ts";
import { djangoFiles, djangoShop } from "./shops.ts";

const schemaFile = join(import.meta.dirname, "../../docs/reference/where-to-start.schema.json");
const isReport = new Ajv2020({ strict: true }).compile(
  JSON.parse(readFileSync(schemaFile, "utf8")) as object,
);

async function asked(folder: string, options: { at?: string; units?: string[] } = {}) {
  const answer = await whereToStart(folder, options);
  const { report } = answer;
  const { evidence, start, repository } = report;
  assert.ok(isReport(JSON.parse(JSON.stringify(report))), JSON.stringify(isReport.errors));
  assert.match(await toHtml(report), /^<!doctype html>/i);
  for (const unit of report.units) assert.ok(whyLines(unit, answer).length > 0);
  return {
    evidence,
    start,
    repository,
    text: answerLines(report, "npx marcot where-to-start").join("\n"),
  };
}

test("a clone of one commit has a window, and says that it is shallow", async () => {
  const folder = temporaryFolder();
  git(folder, "clone", "-q", "--depth", "1", `file://${djangoShop()}`, "shop");
  const { evidence, text } = await asked(join(folder, "shop"));
  assert.equal(evidence.confidence, "low");
  assert.match(text, /0 commits on 20\d\d-\d\d-\d\d/);
});

test("one commit is no history to be confident of", async () => {
  const { evidence, repository, text } = await asked(repositoryOf([{ files: djangoFiles() }]));
  assert.deepEqual([repository?.commits, evidence.confidence], [1, "low"]);
  assert.match(text, /1 commit on 20\d\d/);
});

test("sources that git does not have here are told, and lower the confidence", async () => {
  const origin = djangoShop();
  git(origin, "config", "uploadpack.allowFilter", "true");
  const folder = temporaryFolder();
  git(folder, "clone", "-q", "--bare", "--filter=blob:none", `file://${origin}`, "shop");
  const { evidence, text } = await asked(join(folder, "shop"));
  assert.equal(evidence.confidence, "low");
  assert.match(
    text.replaceAll(/\s+/g, " "),
    /\d+ sources were not read.*git does not have it here/,
  );
});

test("a few sources that are not read are told, and most is known", async () => {
  const numbered = (count: number, name: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => [name(index), `x = ${index}\n`] as const);
  const folder = repositoryOf([
    {
      files: {
        ...djangoFiles(),
        ...Object.fromEntries(numbered(40, (i) => `shop/orders/more${i}.py`)),
      },
    },
    ...numbered(30, (index) => `shop/payments/new${index}.py`).map(([file, text]) => ({
      files: { [file]: text },
    })),
  ]);
  writeFileSync(join(folder, "shop/orders/data.py"), `x = "${"x".repeat(1_000_001)}"\n`);
  const { evidence, text } = await asked(folder);
  assert.match(text, /missing: 1 source was not read/);
  assert.match(evidence.missing.join(" "), /shop\/orders\/data\.py \(larger than 1 MB\)/);
  assert.equal(evidence.confidence, "medium");
});

test("without a history nothing is said of commits, nor that one hurts less", async () => {
  const { start, text } = await asked(written(djangoFiles()));
  assert.equal(start.unit, "payments");
  assert.doesNotMatch(text, /\d commits?|\d fix|\d people/);
  assert.doesNotMatch(`${start.why} ${start.runnerUp?.why}`, /hurts less/);
});

test("without a history and a world outside nobody goes first", async () => {
  const units = ["a", "b", "c", "d"].map((name) => [`src/${name}/x.ts`, "export const x = 1;\n"]);
  const { start } = await asked(written(Object.fromEntries(units)), { units: ["src/*"] });
  assert.deepEqual([start.unit, start.answer], [null, "stay"]);
  assert.match(start.why, /nothing is known to hurt/);
});

test("of a unit that hurts and cannot go first it is not said that no unit has an outside world", async () => {
  const asking = 'import { key } from "../pay/pay";\nexport const x = key;\n';
  const units = ["a", "b", "c"].map((name) => [`src/${name}/x.ts`, asking]);
  const largest = `export const key = process.env.STRIPE_KEY;\n${"key;\n".repeat(100)}`;
  const { start } = await asked(
    written({ ...Object.fromEntries(units), "src/pay/pay.ts": largest }),
    { units: ["src/*"] },
  );
  assert.equal(start.unit, null);
  assert.equal(
    start.why,
    "what is known to hurt (pay) is behind a gate or scores 0 by another rule; no other unit has an outside world of its own, or a history",
  );
});

/** Commits one whose dates no calendar has on top of what is there. */
function strangeCommit(folder: string, seconds: string): string {
  const tree = git(folder, "rev-parse", "HEAD^{tree}");
  const parent = git(folder, "rev-parse", "HEAD");
  const who = `Ann <ann@example.com> ${seconds} +0000`;
  const text = `tree ${tree}\nparent ${parent}\nauthor ${who}\ncommitter ${who}\n\nFix\n`;
  const args = ["hash-object", "-t", "commit", "-w", "--stdin", "--literally"];
  return execFileSync("git", args, { cwd: folder, input: text, encoding: "utf8" }).trim();
}

for (const seconds of ["9000000000000", "99999999999999999999", "0", "-5", ""])
  test(`a commit with the date "${seconds}" is read`, async () => {
    const folder = djangoShop();
    const top = strangeCommit(folder, seconds);
    const { repository } = await asked(folder, { at: top });
    assert.equal(repository?.head, top);
    git(folder, "update-ref", "refs/heads/main", top);
    execFileSync("git", ["commit", "-q", "--allow-empty", "-m", "On top"], {
      cwd: folder,
      env: {
        ...process.env,
        GIT_AUTHOR_NAME: "A",
        GIT_AUTHOR_EMAIL: "a@b",
        GIT_COMMITTER_NAME: "A",
        GIT_COMMITTER_EMAIL: "a@b",
      },
    });
    await asked(folder);
  });

test("what is no commit by its name is refused", async () => {
  const folder = djangoShop();
  for (const at of ["^HEAD", "--all", "-1", "HEAD\n", ""])
    await assert.rejects(asked(folder, { at }), { code: "CodeUnreadable" }, at);
});
