/** What a project of ours wrote down while it ran counts, and only where it was asked for. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { withConnection } from "../../src/data/database.ts";
import { testDatabase } from "../../src/data/testing.ts";
import type { Report } from "../../src/where-to-start/types/report.ts";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "./command.ts";

const names = ["numbers", "callers", "mails", "bills"];
const files: Readonly<Record<string, string>> = {
  "package.json": packageJson,
  "settings.ts": settingsOf(names),
  ...Object.assign({}, ...names.map(tinyApp)),
  "apps/callers/views.ts": `import { view } from "marcot";
import { v1 as numbers } from "#apps/numbers";
import { v1 } from "./contract.ts";
export const twice = view(v1.twice, async (input) => numbers.twice(input));
`,
};
const place = tempFolder(
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`project/${file}`, text])),
);
const cwd = join(place.folder, "project");
const database = await testDatabase("empty", async () => {});
const environment = { DATABASE_URL: database.url };
after(async () => {
  await database.drop();
  place.remove();
});

before(async () => {
  const { code, stderr } = await marcot(["migrate"], { cwd, environment });
  assert.equal(code, 0, stderr);
  await withConnection(database.url, async (sql) => {
    for (const [app, calls, errors, milliseconds] of [
      ["numbers", 80, 4, 3000],
      ["mails", 20, 0, 1000],
    ] as const) {
      await sql.unsafe(`INSERT INTO ${app}.endpoint_times (day, version, endpoint, milliseconds, slow)
        VALUES (current_date, 'v1', 'twice', ${milliseconds}, 2), (current_date - 40, 'v1', 'twice', 9e9, 9)`);
      await sql.unsafe(`INSERT INTO ${app}.contract_usage
        (day, version, endpoint, consumer, calls, errors, last_at, sent)
        VALUES (current_date, 'v1', 'twice', 'callers', ${calls}, ${errors}, now(), '{}')`);
    }
  });
});

async function ask(environmentOf: Readonly<Record<string, string>>, ...args: string[]) {
  const options = { cwd, environment: environmentOf };
  return marcot(["where-to-start", "--json", ...args], options);
}

test("calls, errors and times are shares of those of all apps", async () => {
  const { stdout, stderr, code } = await ask(environment, "--measured");
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout) as Report;
  assert.equal(report.evidence.traffic, "measured");
  const critical = Object.fromEntries(
    report.units.map(({ name, score }) => [name, score.critical]),
  );
  assert.deepEqual(critical, { numbers: 0.8, mails: 0.2, callers: 0, bills: 0 });
  const numbers = report.units.find(({ name }) => name === "numbers");
  assert.deepEqual(numbers?.traffic, {
    days: 30,
    calls: 80,
    share: 0.8,
    errors: 4,
    slow: 2,
    milliseconds: 3000,
    timeShare: 0.75,
  });
  const sentence = "80 calls in 30 days, 80 % of all, 4 errors, 2 over 1 s, 37.5 ms each";
  assert.ok(numbers.why.includes(sentence), numbers.why.join("; "));
  const silent = report.units.find(({ name }) => name === "bills");
  assert.ok(silent?.why.includes("no call in 30 days"));
  assert.doesNotMatch(report.evidence.missing.join(" "), /traffic/);
});

test("tables show how much is to be moved", async () => {
  place.write({
    "project/apps/numbers/tables.ts": `import { integer, schema } from "marcot/tables";
export const numbers = schema("numbers");
export const bigEntries = numbers.table("big_entries", { id: integer("id") });
`,
  });
  await withConnection(database.url, async (sql) => {
    // Nobody has analyzed it: PostgreSQL itself does not know how many there are.
    await sql.unsafe(`CREATE TABLE numbers.big_entries AS SELECT generate_series(1, 500) AS id`);
  });
  const { stdout } = await ask(environment, "--measured");
  const { units } = JSON.parse(stdout) as Report;
  const [table] = units.find(({ name }) => name === "numbers")?.tables ?? [];
  assert.equal(table?.rows, 500);
  assert.ok((table.bytes ?? 0) >= 8192);
});

test("without the option no database is asked, and no settings are loaded", async () => {
  const { stdout, code } = await ask({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
  assert.equal(code, 0);
  const report = JSON.parse(stdout) as Report;
  assert.equal(report.evidence.traffic, "none");
  assert.equal(report.units.find(({ name }) => name === "numbers")?.score.critical, 0.333);
  const refused = await ask({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" }, "--measured");
  assert.equal(refused.code, 1);
});

test("of a folder that the project lies in, the project is asked that the command is started in", async () => {
  const { stdout, code, stderr } = await ask(environment, place.folder, "--measured");
  assert.equal(code, 0, stderr);
  const { units } = JSON.parse(stdout) as Report;
  assert.equal(units.find(({ name }) => name === "numbers")?.traffic?.calls, 80);
  const other = tempFolder({ "src/a/x.ts": "1;" });
  const elsewhere = await ask(environment, other.folder, "--measured");
  other.remove();
  assert.match(elsewhere.stderr, /have no settings\.ts/);
});
