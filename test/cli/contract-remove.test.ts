/** `marcot contract remove --break`: the reason in the lock is what `check` reads, which asks no database. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Broken } from "../../src/lock/stored.ts";
import type { Checked } from "../../src/project/check/check.ts";
import { withConnection } from "../../src/data/database.ts";
import { testDatabase } from "../../src/data/testing.ts";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "./command.ts";

const contractOf = (
  retired: string,
) => `import { contract, extend, integer, post, retire } from "marcot/contract";
export const v1 = contract("numbers/v1", {
  twice: post("/twice/", { input: { number: integer() }, output: { number: integer() } }),
});
${retired}
export const v2 = extend(v1, "numbers/v2", { twice: { output: { more: integer() } } });
`;
const KEEP = "void retire;";

const place = tempFolder({
  ".gitignore": "node_modules\n",
  "package.json": packageJson,
  "settings.ts": settingsOf(["numbers"]),
  ...tinyApp("numbers"),
  "apps/numbers/contract.ts": contractOf(KEEP),
  "apps/numbers/views.ts": `import { view } from "marcot";
import { v2 } from "./contract.ts";
export const twice = view(v2.twice, async ({ number }) => ({ number: number * 2, more: 1 }));
`,
  "apps/numbers/app.ts": `import { app } from "marcot";
import { v2 } from "./contract.ts";
import * as views from "./views.ts";
export default app("numbers", { contract: v2, views });
`,
});
const cwd = place.folder;
const database = await testDatabase("empty", async () => {});
const environment = { DATABASE_URL: database.url };
after(async () => {
  await database.drop();
  place.remove();
});

const run = (...args: string[]) => marcot(args, { cwd, environment });

function git(...args: string[]): void {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  execFileSync("git", [...who, ...args], { cwd });
}

const write = (retired: string) => place.write({ "apps/numbers/contract.ts": contractOf(retired) });

function broken(): readonly Broken[] {
  const text = readFileSync(join(cwd, "apps/numbers/contract.lock"), "utf8");
  return (JSON.parse(text) as { broken?: readonly Broken[] }).broken ?? [];
}

async function breaks() {
  const { stdout } = await run("check", "--json");
  const { findings } = JSON.parse(stdout) as Checked;
  return findings.map(({ id, what }) => `${id} ${what}`);
}

const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
const today = day(0);

before(async () => {
  assert.equal((await run("migrate")).code, 0);
  assert.equal((await run("contract", "lock")).code, 0);
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "numbers");
  git("switch", "-q", "-c", "work");
});

test("without a reason it refuses; with one it says what to write, and check accepts that alone", async () => {
  assert.equal((await run("contract", "remove", "numbers/v1")).code, 1);
  assert.deepEqual(broken(), []);
  const removed = `retire(v1, { deprecated: "${today}", sunset: "${today}", gone: true });`;
  write(removed);
  const refused = await breaks();
  assert.match(
    refused.join("\n"),
    /^contracts\.E004 numbers\/v1: the version is removed: .* \[131\]$/m,
  );

  write(KEEP);
  const { code, stdout } = await run(
    "contract",
    "remove",
    "numbers/v1",
    "--break",
    " moved by phone ",
  );
  assert.equal(code, 0, stdout);
  assert.equal(
    stdout,
    `numbers/v1 cannot be removed:
  it is not deprecated: say retire(…) in its contract
  the ledger is empty: nothing is known of its callers
It is removed all the same: moved by phone
  Write in the contract: ${removed}
  Paths without a version, which mean the first one, end with it too.
  The declaration of v1 stays where later versions are built from it. Callers then get 410.
  contract.lock has the reason. Then run \`marcot contract lock numbers\`.
`,
  );
  write(removed);
  assert.equal((await run("contract", "lock", "numbers")).code, 0);
  const [only, ...more] = broken();
  assert.deepEqual([only?.rule, only?.version, only?.reason], [131, "v1", "moved by phone"]);
  assert.deepEqual(more, []);
  assert.deepEqual(await breaks(), []);
});

test("a reason that is never used is not kept", async () => {
  write(KEEP);
  assert.equal((await run("contract", "lock", "numbers")).code, 0);
  assert.deepEqual(broken(), []);
});

test("an end without a day gets one", async () => {
  write(`retire(v1, { deprecated: "${day(-9)}" });`);
  const { stdout } = await run("contract", "remove", "numbers/v1", "--break", "so");
  const fresh = `retire(v1, { deprecated: "${day(-9)}", sunset: "${today}", gone: true })`;
  assert.ok(stdout.includes(`+ ${fresh}`), stdout);
});

test("what nobody calls goes with what the ledger says", async () => {
  write(`retire(v1, { deprecated: "${day(-90)}", sunset: "${day(-1)}" });`);
  assert.equal((await run("contract", "lock", "numbers")).code, 0);
  await withConnection(database.url, async (sql) => {
    await sql`INSERT INTO numbers.contract_usage (day, version, endpoint, consumer, calls, errors, last_at, sent)
      VALUES (current_date - 60, 'v1', 'twice', 'curl', 1, 0, now() - interval '60 days', '{}')`;
  });
  const needless = await run("contract", "remove", "numbers/v1", "--break", "so");
  assert.equal(needless.code, 2);
  assert.match(needless.stderr, /nothing stands in the way/);
  assert.equal((await run("contract", "remove", "numbers/v1")).code, 0);
  write(`retire(v1, { deprecated: "${day(-90)}", sunset: "${day(-1)}", gone: true });`);
  assert.equal((await run("contract", "lock", "numbers")).code, 0);
  assert.deepEqual(await breaks(), []);
  assert.equal(broken()[0]?.reason, `nobody called it in 30 days, by the ledger of ${today}`);
});

test("the newest version goes for no reason, and an empty one is none", async () => {
  const newest = await run("contract", "remove", "numbers/v2", "--break", "so");
  assert.equal(newest.code, 1);
  assert.match(newest.stdout, /it is the newest version\n$/);
  assert.equal((await run("contract", "remove", "numbers/v2", "--break", " ")).code, 2);
});
