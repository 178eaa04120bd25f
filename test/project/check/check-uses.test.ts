/** What `marcot check` makes of uses.lock: whom a break touches, and what is named and not used any more. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import type { Checked } from "../../../src/project/check/check.ts";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "../../cli/command.ts";

const place = tempFolder({
  ".gitignore": "node_modules\n",
  "package.json": packageJson,
  "settings.ts": settingsOf(["faq", "tickets"]),
  ...tinyApp("faq"),
  ...tinyApp("tickets"),
});
const cwd = place.folder;
after(() => place.remove());

function git(...args: string[]): void {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  execFileSync("git", [...who, ...args], { cwd });
}

const faq = (output: string) => ({
  "apps/faq/contract.ts": `import { contract, integer, post } from "marcot/contract";
export const v1 = contract("faq/v1", {
  twice: post("/twice/", { input: { number: integer() }, output: { ${output} } }),
  other: post("/other/"),
});
`,
  "apps/faq/views.ts": `import { view } from "marcot";
import { v1 } from "./contract.ts";
export const twice = view(v1.twice, async () => ({ number: 1, source: 1 }));
export const other = view(v1.other, async () => ({}));
`,
});

const tickets = (reads: readonly string[], endpoint = "twice") => ({
  "apps/tickets/calls.ts": `import { v1 as faq } from "#apps/faq";
export const ask = async () => (await faq.twice({ number: 1 })).number;
`,
  "apps/tickets/uses.lock": JSON.stringify({
    faq: { v1: { [endpoint]: { reads, sends: ["number"] } } },
  }),
});

const run = (...args: string[]) => marcot(args, { cwd });

async function findings() {
  const { stdout } = await run("check", "--json");
  return (JSON.parse(stdout) as Checked).findings;
}

place.write({ ...faq("number: integer(), source: integer()"), ...tickets(["number"]) });

test("without a change there is nothing to say", async () => {
  assert.equal((await run("contract", "lock")).code, 0);
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "both");
  const { code, stdout } = await run("check");
  assert.deepEqual([code, /no findings/.test(stdout)], [0, true], stdout);
});

test("a break that touches no recorded use is one still, for nobody, and passes with a reason", async () => {
  git("switch", "-q", "-c", "work");
  place.write(faq("number: integer()"));
  const strict = await run("check");
  assert.equal(strict.code, 1);
  assert.match(
    strict.stdout,
    /\(contracts\.E004\) faq\/v1 twice reply: field "source" removed \[5\][^]*used by: tickets apps\/tickets\/calls\.ts:2 \(reads only number\)\n +breaking for nobody that is known here\n/,
  );
  place.write(tickets(["number", "source"]));
  const touched = await run("check");
  assert.equal(touched.code, 1);
  assert.match(touched.stdout, /used by: tickets apps\/tickets\/calls\.ts:2\n +since:/);
  place.write(tickets(["*"]));
  assert.doesNotMatch((await run("check")).stdout, /for nobody/);
  place.write({ "apps/tickets/uses.lock": "{}" });
  assert.doesNotMatch((await run("check")).stdout, /for nobody/, "not recorded is used whole");
  place.write(tickets(["number"]));
  assert.equal((await run("contract", "lock", "faq", "--break", "nobody reads it")).code, 0);
  assert.equal((await run("check")).code, 0);
});

test("what the file names and the app does not use is a warning, what nobody can read an error", async () => {
  place.write(tickets(["number"], "other"));
  const [only, ...more] = await findings();
  assert.deepEqual(more, []);
  assert.equal(only?.id, "contracts.W007");
  assert.equal(only?.where.file, "apps/tickets/uses.lock");
  assert.equal(only?.what, "tickets does not use faq v1 other any more");
  for (const torn of ["<<<<<<< HEAD", '{ "faq": { "v1": { "twice": {} } } }']) {
    place.write({ "apps/tickets/uses.lock": torn });
    const found = await findings();
    assert.deepEqual(
      found.map(({ id }) => id),
      ["contracts.E006"],
    );
  }
});
