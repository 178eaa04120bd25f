import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import { type Plan, planChecks, planOf } from "../../src/extract/plan/plan.ts";
import { readProject } from "../../src/project/plan.ts";
import { packageJson, settingsOf, tempFolder, tinyApp } from "../cli/command.ts";
import { APP, openSides, type TwoSides } from "./two-sides.ts";

const clean = {
  "package.json": packageJson,
  "settings.ts": settingsOf([APP, "other", "hears"]),
  ...tinyApp(APP),
  ...tinyApp("other"),
  ...tinyApp("hears"),
  [`apps/${APP}/contract.ts`]: `import { contract, event, integer, post } from "marcot/contract";
export const v1 = contract("${APP}/v1", {
  twice: post("/twice/", { input: { number: integer() }, output: { number: integer() } }),
  sold: event({ number: integer() }),
});
`,
  [`apps/${APP}/ask.ts`]: `import { v1 } from "#apps/other";\nexport const ask = () => v1.twice({ number: 1 });\n`,
  "apps/hears/hear.ts": `import { v1 } from "#apps/${APP}";\nexport const heard = v1.sold;\n`,
};
const place = tempFolder(clean);
after(() => place.remove());

let sides: TwoSides;
const roles: string[] = [];

beforeEach(async () => {
  const more = { "apps/other/more.ts": "", [`apps/${APP}/more.ts`]: "" };
  place.write({ ...clean, ...more });
  sides = await openSides();
  await sides.from.own`create table entries (id int primary key, title text)`;
  await sides.from.own`insert into entries select n, 'title' from generate_series(1, 1000) n`;
  await sides.from.own`analyze entries`;
  // As it is before a start: the target has nothing.
  await sides.to.sql`drop schema shop cascade`;
});

afterEach(async () => {
  for (const role of roles.splice(0)) {
    await sides.from.sql.unsafe(`DROP OWNED BY ${role}`);
    await sides.to.sql.unsafe(`DROP OWNED BY ${role}`);
    await sides.to.sql.unsafe(`DROP ROLE ${role}`);
  }
  await sides.drop();
});

async function plan(
  to: string | undefined = sides.to.ownerUrl,
  database = sides.from.ownerUrl,
  more: Readonly<Record<string, string>> = {},
  folder = place.folder,
): Promise<Plan> {
  const environment = { DATABASE_URL: database, ...more };
  const read = await readProject({ folder, environment });
  return planOf({ plan: read, app: APP, to, home: `https://example.org/${APP}` });
}

const idsOf = (list: Plan["blockers"]) => list.map(({ id, where }) => `${id} ${where}`);

test("an app that can move has no blockers, and the plan says what it costs", async () => {
  const found = await plan();
  assert.deepEqual(found.blockers, []);
  assert.deepEqual([found.mode, found.reasons], ["stream", []]);
  const entries = found.tables.find(({ table }) => table === "entries");
  assert.equal(entries?.rows, 1000);
  assert.equal(entries?.identity, "id");
  assert.ok(found.rows >= 1000 && found.bytes > 0 && found.seconds >= 1);
  assert.ok(found.pauseMs < 1000);
  assert.ok(Object.isFrozen(found));
  assert.doesNotThrow(() => JSON.stringify(found));
});

test("the command that starts the service has its variables, and no password", async () => {
  const { service, to } = await plan();
  assert.equal(service.command, `marcot runserver --only ${APP} --port 8001`);
  assert.deepEqual(service.variables, {
    DATABASE_URL: "${TARGET}",
    EVENTS_SECRET: "${EVENTS_SECRET}",
    HEARS_API: "https://example.org/hears",
    OTHER_API: "https://example.org/other",
  });
  assert.match(service.line, /^DATABASE_URL="\$\{TARGET\}" /);
  assert.ok(!JSON.stringify([service, to]).includes(new URL(sides.to.ownerUrl).password));
});

test("code that goes around the contract is found with file and line, and without any database", async () => {
  place.write({
    "apps/other/more.ts": `\nimport { views } from "#apps/${APP}/views";\nexport const x = views;\n`,
    [`apps/${APP}/more.ts`]: `import "../other/views.ts";\nexport const y = 1;\n`,
  });
  const nowhere = "postgres://marcot:secret@127.0.0.1:1/marcot";
  const found = await plan(nowhere, nowhere);
  assert.deepEqual(idsOf(found.blockers), [
    `code.reaches apps/${APP}/more.ts:1`,
    "code.around apps/other/more.ts:2",
    "source.unreachable postgres://marcot@127.0.0.1:1/marcot",
    "target.unreachable postgres://marcot@127.0.0.1:1/marcot",
  ]);
  assert.ok(!JSON.stringify(found).includes("secret@"));
});

test("a write that gives up before a switch would is told, with what to do", async () => {
  const hasty = tempFolder({
    ...clean,
    [`apps/${APP}/contract.ts`]: `import { contract, event, integer, post } from "marcot/contract";
export const v1 = contract("${APP}/v1", {
  twice: post("/twice/", { input: { number: integer() }, output: { number: integer() }, deadlineMs: 600 }),
  sold: event({ number: integer() }),
});
`,
  });
  after(() => hasty.remove());
  const found = await plan(undefined, sides.from.ownerUrl, {}, hasty.folder);
  const told = found.warnings.find(({ id }) => id === "code.deadline");
  assert.equal(told?.where, `apps/${APP}/contract.ts`);
  assert.match(told?.what ?? "", /shop\.v1\.twice is given up after 600 ms/);
  assert.match(told?.fix ?? "", /--budget 300/);
  assert.ok(!idsOf((await plan()).warnings).some((id) => id.startsWith("code.deadline")));
});

test("an app that is provided elsewhere does not move from here", async () => {
  const found = await plan(undefined, undefined, { SHOP_API: "http://127.0.0.1:9" });
  assert.deepEqual(idsOf(found.blockers), ["code.elsewhere (environment)"]);
});

test("what crosses the border of the schema is found where it is", async () => {
  const { sql, own } = sides.from;
  await sql.unsafe(`CREATE SCHEMA others; CREATE TABLE others.people (id int PRIMARY KEY);
    CREATE TYPE others.mood AS ENUM ('good');
    CREATE FUNCTION others.next() RETURNS int LANGUAGE sql AS 'select 1';
    CREATE FUNCTION others.reads() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM shop.entries); END';
    CREATE FUNCTION others.fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE VIEW others.titles AS SELECT title FROM shop.entries;
    CREATE TABLE others.refs (entry int CONSTRAINT to_entry REFERENCES shop.entries);
    CREATE TABLE others.base (a int);
    ALTER TABLE shop.entries ADD person int CONSTRAINT to_person REFERENCES others.people;
    ALTER TABLE shop.entries ADD feels others.mood[];
    ALTER TABLE shop.entries ADD number int DEFAULT others.next();
    CREATE TRIGGER fires BEFORE INSERT ON shop.entries FOR EACH ROW EXECUTE FUNCTION others.fires();
    CREATE VIEW shop.people AS SELECT * FROM others.people;
    CREATE TABLE shop.child () INHERITS (others.base);
    ALTER TABLE shop.child ADD PRIMARY KEY (a);`);
  await own`select 1`;
  const { blockers, warnings } = await plan(undefined);
  assert.deepEqual(idsOf(blockers), [
    "border.keyOut entries.to_person",
    "border.keyIn entries",
    "border.viewIn entries",
    "border.viewOut people",
    "border.trigger entries.fires",
    "border.type entries.feels",
    "border.default entries.number",
    "border.inheritance child",
  ]);
  assert.deepEqual(
    idsOf(warnings).filter((id) => id.startsWith("border")),
    ["border.function shop"],
  );
  assert.match(blockers[1]?.what ?? "", /others\.refs\.to_entry/);
  assert.ok([...blockers, ...warnings].every(({ fix }) => /^[A-Z][a-z]+ /.test(fix)));
});

test("rows that would not go along, or only by a copy, are found", async () => {
  const { sql, own } = sides.from;
  await own.unsafe(`CREATE TABLE loose (a int); CREATE TABLE fine (a int); ALTER TABLE fine REPLICA IDENTITY FULL;
    CREATE UNLOGGED TABLE quick (id int PRIMARY KEY);
    CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9);
    CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
    CREATE TABLE files (id int PRIMARY KEY, content oid, twice int GENERATED ALWAYS AS (id * 2) STORED);
    CREATE MATERIALIZED VIEW seen AS SELECT 1 AS a;
    CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER again BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION again();
    ALTER TABLE entries ENABLE ALWAYS TRIGGER again`);
  assert.deepEqual(idsOf((await plan(undefined)).blockers), ["rows.firesTwice entries.again"]);
  await sql`select lo_create(0)`;
  const { blockers, warnings, mode, reasons, pauseMs } = await plan(undefined);
  assert.deepEqual(idsOf(blockers), [
    "rows.largeObject files.content",
    "rows.firesTwice entries.again",
  ]);
  assert.deepEqual(
    idsOf(warnings).filter((id) => id.startsWith("rows")),
    [
      "rows.identity loose",
      "rows.unlogged quick",
      "rows.stay seen",
      "rows.partitioned parts",
      "rows.inherited child",
      "rows.computed files.twice",
    ],
  );
  assert.equal(mode, "copy");
  assert.equal(reasons.length, 2);
  assert.ok(pauseMs > 60);
});

test("an owner without rights over replication can move by a copy alone", async () => {
  const boss = `planner_${process.pid}`;
  roles.push(boss);
  await sides.to.sql.unsafe(`CREATE ROLE ${boss} LOGIN CREATEROLE PASSWORD 'secret'`);
  const url = new URL(sides.to.ownerUrl);
  await sides.to.sql.unsafe(`GRANT ALL ON DATABASE "${url.pathname.slice(1)}" TO ${boss}`);
  [url.username, url.password] = [boss, "secret"];
  const { mode, warnings, blockers } = await plan(url.href);
  assert.equal(mode, "copy");
  const ids = warnings.map(({ id }) => id);
  assert.ok(ids.includes("server.publish") && ids.includes("server.subscribe"), ids.join());
  assert.deepEqual(blockers, []);
  await sides.to.sql.unsafe(
    `ALTER ROLE ${boss} REPLICATION NOCREATEROLE; GRANT pg_create_subscription TO ${boss}`,
  );
  const other = await plan(url.href);
  assert.equal(other.mode, "stream");
  assert.deepEqual(
    other.blockers.map(({ id }) => id),
    ["server.provision"],
  );
});

test("a target that is not empty, or is the source, is refused", async () => {
  const { from, to } = sides;
  assert.deepEqual(
    (await plan(from.ownerUrl)).blockers.map(({ id }) => id),
    ["target.same", "target.rows"],
  );
  await to.sql.unsafe(
    "CREATE SCHEMA shop; CREATE TABLE shop.entries (id int); INSERT INTO shop.entries VALUES (1)",
  );
  const { blockers } = await plan();
  assert.deepEqual(
    blockers.map(({ id }) => id),
    ["target.schema", "target.rows"],
  );
  assert.match(blockers[1]?.what ?? "", /rows in entries$/);
});

test("a migration that is not applied is a blocker, and a new embedded target none", async () => {
  place.write({
    [`apps/${APP}/migrations/0001_more.sql`]: "create table more (id int primary key);",
  });
  const found = await plan("embedded:./service");
  assert.deepEqual(
    found.blockers.map(({ id }) => id),
    ["source.pending"],
  );
  assert.equal(found.service.variables["DATABASE_URL"], "embedded:./service");
  const none = await plan(undefined, "embedded:./none");
  assert.ok(none.blockers.some(({ id }) => id === "source.missing"));
});

test("each check has an id of its own and says what it means", () => {
  const ids = planChecks.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, means } of planChecks) {
    assert.match(id, /^(?:code|source|border|rows|server|target)\.[a-zA-Z]+$/);
    assert.match(means, /^[A-Z].*\.$/);
  }
});
