/** Rows to begin with: all of a fixture or nothing of it, by the app's own role. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { withConnection } from "../../src/data/database.ts";
import { loadFixture } from "../../src/data/fixtures.ts";
import { migrate } from "../../src/data/migrate.ts";
import { appUrl } from "../../src/data/roles.ts";
import { testDatabase, type TestDatabase } from "../../src/data/testing.ts";
import { tempFolder } from "../cli/command.ts";

const { folder, remove } = tempFolder({
  "migrations/0001_initial.sql": `create table notes (
    id integer primary key generated always as identity,
    word text not null, tags text[] not null default '{}', at timestamptz not null default now());
  create table plain (word text);`,
});
let database: TestDatabase;

before(async () => {
  database = await testDatabase("empty", async () => {});
  for (const app of ["notes", "other"])
    await migrate({ ownerUrl: database.url, app, folder: join(folder, "migrations") });
});
after(async () => {
  await database.drop();
  remove();
});

function load(content: unknown, name = "some") {
  mkdirSync(join(folder, "fixtures"), { recursive: true });
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(join(folder, "fixtures", `${name}.json`), text);
  return loadFixture({ ownerUrl: database.url, app: "notes", folder, name });
}

async function rows(): Promise<unknown[]> {
  return withConnection(appUrl(database.url, "notes"), async (sql) => [
    ...(await sql`select id, word, array_to_string(tags, ' ') as tags from notes order by id`),
  ]);
}

test("an app without the fixture is left alone", async () => {
  const options = { ownerUrl: database.url, app: "notes", folder, name: "absent" };
  assert.equal(await loadFixture(options), undefined);
});

test("rows keep their ids, columns their defaults, and the next row gets the next id", async () => {
  const first = { id: 7, word: "ein Wort \u{1F600}", tags: ["a", "b"], at: "2026-11-01T00:00:00Z" };
  const count = await load({ notes: [first, { word: "two" }], plain: [{ word: null }] });
  assert.equal(count, 3);
  await withConnection(
    appUrl(database.url, "notes"),
    (sql) => sql`insert into notes (word) values ('next')`,
  );
  assert.deepEqual(await rows(), [
    { id: 1, word: "two", tags: "" },
    { id: 7, word: first.word, tags: "a b" },
    { id: 8, word: "next", tags: "" },
  ]);
});

test("nothing of a wrong fixture is written, and the file and the table are named", async () => {
  const wrong: [content: unknown, message: RegExp][] = [
    ["{", /some\.json: it is not JSON/],
    [[], /an object, with a list of rows for each table/],
    [{ notes: [1] }, /"notes" must be a list of rows/],
    [{ notes: [{ word: "x" }], absent: [{ word: "x" }] }, /"absent": relation .* does not exist/],
    [{ notes: [{ word: "x" }, { id: "seven", word: "x" }] }, /"notes": invalid input syntax/],
    [{ notes: [{ word: "x" }, { wrong: 1 }] }, /"notes": column "wrong"/],
    [{ notes: [{ word: "x" }, { id: 7, word: "x" }] }, /\(id\)=\(7\) already exists/],
    [{ 'notes" select': [{ word: "x" }] }, /relation .* does not exist/],
  ];
  const before = await rows();
  for (const [content, message] of wrong) {
    await assert.rejects(load(content), { code: "FixtureInvalid", message });
    assert.deepEqual(await rows(), before);
  }
});

test("a fixture cannot reach into another app", async () => {
  await assert.rejects(load({ "other.notes": [{ word: "x" }] }), { code: "FixtureInvalid" });
  await assert.rejects(load({ 'notes"."other': [{ word: "x" }] }), { code: "FixtureInvalid" });
});
