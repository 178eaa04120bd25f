import assert from "node:assert/strict";
import { after, test } from "node:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Checked, checkProject } from "../../../src/project/check/check.ts";
import { findingTable } from "../../../src/project/check/findings.ts";
import { marcot, packageJson, root, settingsOf, tempFolder, tinyApp } from "../../cli/command.ts";

const places: { remove(): void }[] = [];
after(() => places.forEach((place) => place.remove()));

/** In the tests' own process: every project has a folder of its own, so nothing is loaded twice. */
async function check(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Checked & { readonly places: readonly string[] }> {
  const place = tempFolder({ "package.json": packageJson, ...files });
  places.push(place);
  const checked = await checkProject({ folder: place.folder, environment });
  assert.ok(!existsSync(join(place.folder, ".data")), "nothing is opened");
  for (const finding of checked.findings) assert.ok(finding.what && finding.hint, finding.id);
  return {
    ...checked,
    places: checked.findings.map(
      ({ id, where: { file, line } }) => `${id} ${file}${line ? `:${line}` : ""}`,
    ),
  };
}

const good = { "settings.ts": settingsOf(["numbers"]), ...tinyApp("numbers") };

/** A new app has no lock. */
const NOT_COMPARED =
  "contracts: numbers not compared (no contract.lock; `marcot contract lock` writes it)\n";

test("a good project has no findings", async () => {
  const { contracts, ...found } = await check(good);
  assert.deepEqual(found, { findings: [], silenced: [], places: [] });
  assert.deepEqual(contracts, [
    { app: "numbers", why: "no contract.lock; `marcot contract lock` writes it", accepted: 0 },
  ]);
});

test("findings are printed with their place, their id and a hint", async () => {
  const place = tempFolder({
    "package.json": packageJson,
    ...good,
    "apps/numbers/views.ts": `import "#apps/other/views";\n`,
    ...tinyApp("other"),
    "settings.ts": settingsOf(["numbers", "other"]),
  });
  places.push(place);
  const { code, stdout } = await marcot(["check"], { cwd: place.folder });
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^apps\/numbers\/views\.ts:1: \(boundaries\.E001\) numbers imports .*\n {4}hint: Only the contract/m,
  );
  assert.match(stdout, /\n2 errors, 0 warnings\n$/);
});

test("all findings come at once, sorted by place", async () => {
  const { places: found } = await check(
    {
      ...good,
      "settings.ts": settingsOf(["numbers", "broken", "missing"]),
      ...tinyApp("broken"),
      "apps/broken/contract.ts": "export const = 3;\n",
      "apps/numbers/views.ts": 'import "../broken/tables.ts";\n',
      ...tinyApp("forgotten"),
    },
    { NUMBER_API: "http://127.0.0.1:1", BROKEN_API: "nowhere" },
  );
  assert.deepEqual(found, [
    "settings.E002 (environment)",
    "settings.W001 (environment)",
    "boundaries.E005 apps/broken/contract.ts:1",
    "apps.W001 apps/forgotten",
    "apps.E003 apps/numbers/views.ts",
    "boundaries.E003 apps/numbers/views.ts:1",
    "apps.E001 settings.ts",
  ]);
});

test("a view that is missing is a finding, at the app's file", async () => {
  const { findings } = await check({ ...good, "apps/numbers/views.ts": "export {};\n" });
  assert.deepEqual(
    findings.map(({ id, where, what }) => ({ id, where, what })),
    [
      {
        id: "apps.E003",
        where: { file: "apps/numbers/app.ts", line: 4 },
        what: "numbers: no view answers twice",
      },
    ],
  );
});

test("settings that are wrong do not hide what else is wrong", async () => {
  const { places: found } = await check({
    ...good,
    "settings.ts": settingsOf(["numbers", "No App"]),
    "apps/numbers/views.ts": "export {};\n",
  });
  assert.deepEqual(found, ["apps.E003 apps/numbers/app.ts:4", "settings.E001 settings.ts"]);
  const unreadable = { ...good, "apps/numbers/views.ts": "export {};\n" };
  const other = await check({ ...unreadable, "settings.ts": "export default 1;\n" });
  assert.deepEqual(other.places, ["apps.E003 apps/numbers/app.ts:4", "settings.E001 settings.ts"]);
  const broken = await check({ ...good, "settings.ts": "\nexport default settings({ ;\n" });
  assert.deepEqual(broken.places, ["settings.E001 settings.ts:2"]);
});

test("a variable that nobody reads is a warning, with the one that may be meant", async () => {
  const { findings } = await check(good, {
    NUMERBS_API: "http://x",
    WEATHER_API: "http://x",
  });
  assert.deepEqual(
    findings.map(({ id, what, hint }) => [id, what.split(" ")[0], hint]),
    [
      ["settings.W001", "NUMERBS_API", "Did you mean NUMBERS_API?"],
      [
        "settings.W001",
        "WEATHER_API",
        "Nothing reads it here; unset it, or add the app to settings.ts.",
      ],
    ],
  );
});

test("a remote app whose code is not there is no finding", async () => {
  const files = { ...good, "settings.ts": settingsOf(["numbers", "elsewhere"]) };
  assert.deepEqual((await check(files, { ELSEWHERE_API: "http://127.0.0.1:1" })).findings, []);
  assert.deepEqual((await check(files)).places, ["apps.E001 settings.ts"]);
});

function silencing(silenced: Readonly<Record<string, string>>): string {
  const options = JSON.stringify({ apps: ["numbers"], silenced });
  return `import { settings } from "marcot";\nexport default settings(${options});\n`;
}

test("a finding is silenced by its id, with a reason, and is counted", async () => {
  const files = {
    ...good,
    ...tinyApp("draft"),
    "settings.ts": silencing({ "apps.W001": "draft is not finished" }),
  };
  const { places: found, silenced } = await check(files);
  assert.deepEqual(found, []);
  assert.deepEqual(
    silenced.map(({ id, where, reason }) => [id, where.file, reason]),
    [["apps.W001", "apps/draft", "draft is not finished"]],
  );
  const place = tempFolder({ "package.json": packageJson, ...files });
  places.push(place);
  const { code, stdout } = await marcot(["check"], { cwd: place.folder });
  assert.deepEqual([code, stdout], [0, `${NOT_COMPARED}no findings, 1 silenced\n`]);
});

test("what is silenced must be a finding, need a reason, and not stop the start", async () => {
  const { findings } = await check({
    ...good,
    "settings.ts": silencing({ "apps.W00": "x", "apps.W001": " ", "apps.E001": "x" }),
  });
  assert.deepEqual(
    findings.map(({ id, what }) => `${id} ${what}`),
    [
      "settings.E001 silenced is wrong: apps.E001 cannot be silenced, because it stops the start",
      'settings.E001 silenced is wrong: apps.W001 needs a reason, such as "not finished yet"',
      "settings.E001 silenced is wrong: there is no finding apps.W00; did you mean apps.W001?",
    ],
  );
});

test("a silence that hides nothing is a finding", async () => {
  const { places: found } = await check({
    ...good,
    "settings.ts": silencing({ "data.E004": "later" }),
  });
  assert.deepEqual(found, ["settings.W002 settings.ts"]);
});

test("every finding that the code can make is in the table, and the other way round", () => {
  const folder = join(root, "src");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /^(?:project|where-to-start)\b.*(?<!findings)\.ts$/.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const used = [...sources.join("").matchAll(/"([a-z]+\.[EW]\d{3})"/g)];
  assert.deepEqual(
    [...new Set(used.map(([, id]) => id))].toSorted(),
    Object.keys(findingTable).toSorted(),
  );
});

/** The tiny app with tables. */
function withTables(tables: string): Record<string, string> {
  const app = tinyApp("numbers")["apps/numbers/app.ts"] ?? "";
  return {
    ...good,
    "apps/numbers/tables.ts": `import { foreignKey, integer, schema } from "marcot/tables";\n${tables}`,
    "apps/numbers/app.ts": app
      .replace("import * as views", 'import * as tables from "./tables.ts";\nimport * as views')
      .replace("views }", "views, tables }"),
  };
}

const id = 'id: integer("id").primaryKey()';

test("a table in another schema, and a foreign key to one, are findings", async () => {
  const { places: found } = await check(
    withTables(`export const other = schema("other").table("rows", { ${id} });
export const own = schema("numbers").table("rows", { ${id} }, (t) => [
  foreignKey({ columns: [t.id], foreignColumns: [other.id] }),
]);
`),
  );
  assert.deepEqual(found, ["data.E001 apps/numbers/tables.ts", "data.E002 apps/numbers/tables.ts"]);
});

test("tables without migrations, and tables that have changed since, are findings", async () => {
  const files = withTables(`export const own = schema("numbers");
export const rows = own.table("rows", { ${id} });\n`);
  assert.deepEqual((await check(files)).places, ["data.E003 apps/numbers/tables.ts"]);
  const place = tempFolder({ "package.json": packageJson, ...files });
  places.push(place);
  const cwd = place.folder;
  assert.equal((await marcot(["makemigrations", "numbers"], { cwd })).code, 0);
  assert.equal((await marcot(["check"], { cwd })).stdout, `${NOT_COMPARED}no findings\n`);
  const changed =
    files["apps/numbers/tables.ts"]?.replace(id, `${id}, more: integer("more")`) ?? "";
  place.write({ "apps/numbers/tables.ts": changed });
  const { stdout } = await marcot(["check"], { cwd });
  assert.match(stdout, /data\.E004\) the tables of numbers have changed/);
  assert.equal(
    (await marcot(["makemigrations", "numbers"], { cwd })).code,
    0,
    "nothing was written",
  );
});
