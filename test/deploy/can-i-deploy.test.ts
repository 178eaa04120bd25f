/** `marcot can-i-deploy` and `marcot deployed` in a real repository: three apps, and what became of their contracts. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { appsAt, isUnknown } from "../../src/deploy/apps-at.ts";
import { deployedFile, readDeployed, record } from "../../src/deploy/deployed.ts";
import { matrixOf } from "../../src/deploy/matrix.ts";
import {
  linkMarcot,
  marcot,
  packageJson,
  settingsOf,
  tempFolder,
  tinyApp,
} from "../cli/command.ts";

const place = tempFolder({
  ".gitignore": "node_modules\n",
  "package.json": packageJson,
  "settings.ts": settingsOf(["faq", "tickets", "mobile"]),
  ...tinyApp("tickets"),
  ...tinyApp("mobile"),
});
const cwd = place.folder;
const copies: { remove(): void }[] = [place];
after(() => copies.forEach((copy) => copy.remove()));

function git(...args: string[]): string {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  return execFileSync("git", [...who, ...args], { cwd, encoding: "utf8" }).trim();
}

interface Content {
  /** Fields of the answer of `create`. */
  readonly output: string;
  /** Further endpoints. */
  readonly more?: string;
  /** What tickets does. */
  readonly tickets?: string;
  readonly isLocked?: boolean;
}

async function commit({ output, more = "", tickets = "", isLocked = true }: Content) {
  place.write({
    "apps/faq/contract.ts": `import { contract, get, integer, post, text } from "marcot/contract";
export const v1 = contract("faq/v1", {
  create: post("/create/", { input: { question: text() }, output: { ${output} } }),
  entry: get("/entries/:id/", { input: { id: integer() }, output: { question: text() } }),
  ${more}
});
`,
    "apps/tickets/calls.ts": `import { v1 as faq } from "#apps/faq";
export const ask = async () => faq.create({ question: "?" });
${tickets}
`,
    "apps/mobile/calls.ts": `import { v1 as faq } from "#apps/faq";
export const show = async () => faq.entry({ id: 1 });
`,
  });
  if (isLocked) {
    const { code, stderr } = await marcot(["contract", "lock"], { cwd });
    assert.equal(code, 0, stderr);
  }
  git("add", "-A");
  git("commit", "-q", "-m", "next");
  return git("rev-parse", "HEAD");
}

git("init", "-q", "-b", "main");
const unlocked = await commit({ output: "id: integer(), source: integer()", isLocked: false });
const first = await commit({ output: "id: integer(), source: integer()" });
const dropped = await commit({ output: "id: integer()" });
const search = 'search: get("/search/", { output: { total: integer() } }),';
const added = await commit({
  output: "id: integer()",
  more: search,
  tickets: "export const find = async () => faq.search({});",
});
const retyped = await commit({ output: "id: text()", more: search });

async function run(...args: string[]) {
  const { code, stdout, stderr } = await marcot(args, { cwd });
  return { code, stdout, stderr };
}

/** What runs in production, and nothing else. */
function deploy(commits: Readonly<Record<string, string | readonly string[]>>): void {
  rmSync(join(cwd, "deploy"), { recursive: true, force: true });
  for (const [app, all] of Object.entries(commits)) {
    for (const one of [all].flat()) {
      const running = { commit: one, at: "2026-11-24T00:00:00.000Z" };
      record(file, { apps: [app], running, isRolling: true });
    }
  }
}

const file = deployedFile(cwd, "production");

/** Each pair with its verdict, without a process of its own. */
async function verdicts(apps: readonly string[], at: string): Promise<string[]> {
  const to = await appsAt(cwd, at);
  assert.ok(!isUnknown(to));
  const question = {
    project: cwd,
    apps,
    environment: "production",
    deployed: readDeployed(file) ?? {},
  };
  const { rows } = await matrixOf(question, to);
  return rows.map(({ consumer, provider, verdict }) => `${consumer} ${provider} ${verdict}`);
}

const ask = (app: string, at: string, ...more: string[]) =>
  run("can-i-deploy", app, "--to", "production", "--at", at, ...more);

const short = (commit: string) => commit.slice(0, 7);

test("a caller that runs and would break is a no, with the message, its line, and who goes first", async () => {
  deploy({ faq: first, tickets: first, mobile: first });
  const { code, stdout } = await ask("faq", dropped);
  assert.equal(code, 1);
  assert.equal(
    stdout,
    `CONSUMER  AT       USES       PROVIDER  AT       VERDICT
mobile    ${short(first)}  v1 entry   faq       ${short(dropped)}  yes
tickets   ${short(first)}  v1 create  faq       ${short(dropped)}  NO
  breaking v1 create reply: field "source" removed [5], used at apps/tickets/calls.ts:2
    faq may send: {"id":0}
    tickets expects: "source" (required) {"maximum":9007199254740991,"minimum":-9007199254740991,"type":"integer"}

No. faq at ${short(dropped)} would break tickets with faq in production.
Deploy tickets at ${short(dropped)} first: callers first for removals.
`,
  );
  // What it advises works.
  assert.deepEqual(await verdicts(["tickets"], dropped), ["tickets faq yes"]);
  deploy({ faq: first, tickets: dropped, mobile: first });
  const then = await ask("faq", dropped);
  assert.equal(then.code, 0);
  assert.match(then.stdout, /\nYes\. faq at \w{7} gets along with what runs in production\.\n$/);
});

test("a caller that needs what the provider there does not serve is a no, and the provider goes first", async () => {
  deploy({ faq: dropped, tickets: dropped, mobile: first });
  const { code, stdout } = await ask("tickets", added);
  assert.equal(code, 1);
  assert.match(
    stdout,
    new RegExp(`  breaking faq at ${short(dropped)} does not serve v1 search, used at apps/tickets/calls.ts:3
\\nNo\\. .*\nDeploy faq at ${short(added)} first: providers first for additions\\.\n$`),
  );
  assert.deepEqual(await verdicts(["faq"], added), ["mobile faq yes", "tickets faq yes"]);
  deploy({ faq: added, tickets: dropped, mobile: first });
  assert.deepEqual(await verdicts(["tickets"], added), ["tickets faq yes"]);
});

test("where neither can go first, a new version is advised, and both together are asked for as one", async () => {
  deploy({ faq: added, tickets: added, mobile: added });
  const { code, stdout } = await ask("faq", retyped);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /faq may send: {"id":""}\n +tickets expects: "id" \(required\) {.*"type":"integer"}/,
  );
  assert.match(stdout, /\ntickets at \w{7} cannot go first either: keep the version as it was/);
  assert.deepEqual(await verdicts(["faq", "tickets"], retyped), ["mobile faq yes"]);
});

test("while a deploy rolls, both commits of a caller count, and of a provider", async () => {
  deploy({ faq: first, tickets: [first, dropped] });
  assert.deepEqual(await verdicts(["faq"], dropped), ["tickets faq no", "tickets faq yes"]);
  deploy({ faq: first, tickets: dropped });
  assert.deepEqual(await verdicts(["faq"], dropped), ["tickets faq yes"]);
  deploy({ faq: [dropped, added], tickets: dropped });
  assert.deepEqual(await verdicts(["tickets"], added), ["tickets faq no", "tickets faq yes"]);
});

test("what cannot be known is a warning, and with --strict a no", async () => {
  deploy({ faq: first, tickets: unlocked });
  const { code, stdout } = await ask("faq", dropped);
  assert.equal(code, 0);
  assert.match(
    stdout,
    new RegExp(`unknown\n  there is no apps/faq/contract.lock of ${short(unlocked)}\n`),
  );
  assert.match(stdout, /Yes\. .*, as far as is known \(1 unknown; --strict makes that a no\)\.\n$/);
  assert.match(stdout, /mobile calls it at this commit, and is not deployed in production\./);
  const strict = await ask("faq", dropped, "--strict");
  assert.equal(strict.code, 1);
  assert.match(strict.stdout, /No\. Not everything is known \(1 unknown\)/);

  deploy({ tickets: dropped });
  const absent = await ask("tickets", dropped);
  assert.equal(absent.code, 0);
  assert.match(absent.stdout, /faq +- +unknown\n  faq is not deployed there\n/);
  assert.match((await ask("faq", dropped)).stdout, /faq is not deployed in production yet\./);

  deploy({});
  const nothing = await ask("faq", dropped, "--strict");
  assert.equal(nothing.code, 1);
  assert.match(nothing.stdout, /deploy\/production\.lock is missing/);
});

test("a shallow clone says that it is one", async () => {
  deploy({ faq: first, tickets: first });
  const copy = tempFolder({}, () => {});
  copies.push(copy);
  git("clone", "-q", "--depth", "1", `file://${cwd}`, join(copy.folder, "clone"));
  const folder = join(copy.folder, "clone");
  linkMarcot(folder);
  copy.write({
    "clone/deploy/production.lock": readFileSync(join(cwd, "deploy/production.lock"), "utf8"),
  });
  const asked = await marcot(["can-i-deploy", "faq", "--to", "production"], { cwd: folder });
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(
    asked.stdout,
    new RegExp(
      `  git does not have the commit ${short(first)}: the clone is shallow \\(git fetch --unshallow\\)\n`,
    ),
  );
});

test("for scripts the answer is JSON, with the witness", async () => {
  deploy({ faq: first, tickets: first });
  const { code, stdout } = await ask("faq", dropped, "--json");
  assert.equal(code, 1);
  const {
    answer,
    rows,
    first: before,
  } = JSON.parse(stdout) as {
    answer: string;
    rows: { consumer: string; broken: { witness: unknown; rule: number; line: number }[] }[];
    first: unknown;
  };
  assert.equal(answer, "no");
  assert.deepEqual(before, [{ app: "tickets", as: "callers" }]);
  const [row] = rows;
  assert.deepEqual(
    row?.broken.map(({ witness, rule, line }) => [witness, rule, line]),
    [[{ id: 0 }, 5, 2]],
  );
});

test("what runs is written down canonically, beside what ran before, in its place, and taken away", async () => {
  deploy({});
  const say = async (...args: string[]) => {
    const { code, stderr } = await run("deployed", ...args, "--to", "production");
    assert.equal(code, 0, stderr);
    return readFileSync(file, "utf8").replaceAll(/"at": "20[^"]+Z"/g, '"at": "then"');
  };
  const entry = (at: string) => `{\n      "at": "then",\n      "commit": "${at}"\n    }`;
  assert.equal(
    await say("tickets", "faq", "--commit", first),
    `{\n  "faq": [\n    ${entry(first)}\n  ],\n  "tickets": [\n    ${entry(first)}\n  ]\n}\n`,
  );
  assert.equal(await say("tickets", "--remove"), `{\n  "faq": [\n    ${entry(first)}\n  ]\n}\n`);
  const both = `{\n  "faq": [\n    ${entry(first)},\n    ${entry(retyped)}\n  ]\n}\n`;
  assert.equal(await say("faq", "--rolling"), both);
  assert.equal(await say("faq"), `{\n  "faq": [\n    ${entry(retyped)}\n  ]\n}\n`);
});

test("wrong usage exits with 2", async () => {
  deploy({ faq: first });
  const wrong = [
    ["can-i-deploy", "faq"],
    ["can-i-deploy", "faq", "--to", "../x"],
    ["can-i-deploy", "fax", "--to", "production"],
    ["can-i-deploy", "faq", "--to", "production", "--at", "no-such"],
    ["can-i-deploy", "faq", "--to", "production", "--at", "--help"],
    ["deployed", "fax", "--to", "production"],
    ["deployed", "faq", "--to", "Production"],
    ["deployed", "faq", "--to", "production", "--commit", "no-such"],
    ["deployed", "faq", "--to", "production", "--rolling", "--remove"],
  ];
  for (const { code, stderr } of await Promise.all(wrong.map((args) => run(...args)))) {
    assert.equal(code, 2, stderr);
    assert.match(stderr, /\[CommandInvalid\]\n$/);
  }
  place.write({ "deploy/production.lock": "<<<<<<< HEAD\n" });
  assert.equal((await ask("faq", first)).code, 2);
});
