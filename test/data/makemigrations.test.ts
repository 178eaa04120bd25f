import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeMigration } from "../../src/data/makemigrations.ts";
import { migrate } from "../../src/data/migrate.ts";
import { boolean, index, integer, schema, text } from "../../src/data/tables.ts";
import { testDatabase, type TestDatabase } from "../../src/data/testing.ts";

const faq = schema("faq");
const id = () => integer().primaryKey().generatedAlwaysAsIdentity();
const first = { faq, entries: faq.table("entries", { id: id(), question: text().notNull() }) };
const entries = faq.table(
  "entries",
  { id: id(), title: text(), open: boolean().notNull().default(true) },
  (t) => [index("entries_title").on(t.title)],
);
const marks = faq.table("marks", { id: id(), entry: integer().references(() => entries.id) });
const second = { faq, entries, marks };
const third = { faq, entries, notes: faq.table("notes", { id: id() }) };

let database: TestDatabase;
let folder: string;

before(async () => {
  database = await testDatabase("empty", async () => undefined);
  folder = join(await mkdtemp(join(tmpdir(), "marcot-make-")), "migrations");
});
after(async () => {
  await rm(join(folder, ".."), { recursive: true });
  await database.drop();
});

const apply = (): Promise<readonly string[]> =>
  migrate({ ownerUrl: database.url, app: "faq", folder });

test("the first migration makes the tables, and not the schema", async () => {
  const made = await makeMigration({ app: "faq", folder, tables: first });
  assert.equal(made?.name, "0001_initial");
  assert.deepEqual(made?.destroys, []);
  const text = await readFile(made?.file ?? "", "utf8");
  assert.match(text, /CREATE TABLE "faq"\."entries"/);
  assert.doesNotMatch(text, /CREATE SCHEMA/);
  assert.deepEqual(await apply(), ["0001_initial"]);
});

test("no change makes no file", async () => {
  assert.equal(await makeMigration({ app: "faq", folder, tables: first }), undefined);
});

test("what may be a rename is a drop and an add, and the drop is said", async () => {
  const made = await makeMigration({ app: "faq", folder, tables: second });
  assert.equal(made?.name, "0002_add_marks_add_entries_title");
  assert.deepEqual(made?.destroys, ["entries.question"]);
  assert.deepEqual(await apply(), [made?.name]);
});

test("a dropped table is said once, without its columns", async () => {
  const made = await makeMigration({ app: "faq", folder, tables: third, name: "Notes, not marks" });
  assert.equal(made?.name, "0003_notes_not_marks");
  assert.deepEqual(made?.destroys, ["marks"]);
  assert.deepEqual(await apply(), [made?.name]);
  assert.equal(await makeMigration({ app: "faq", folder, tables: third }), undefined);
});

test("a table of another schema, a key into one, and a table named migrations are refused", async () => {
  const tickets = schema("tickets");
  const lines = tickets.table("lines", { id: id() });
  const refs = faq.table("refs", { line: integer().references(() => lines.id) });
  const migrations = faq.table("migrations", { id: id() });
  for (const tables of [
    { faq, lines },
    { faq, refs },
    { faq, migrations },
  ]) {
    await assert.rejects(makeMigration({ app: "faq", folder, tables }), { code: "AppInvalid" });
  }
});
