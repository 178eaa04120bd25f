import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect, openDatabase, withoutPassword, type Database } from "../../src/data/database.ts";
import { databaseError } from "../../src/data/database.ts";
import { placeholder, prepared } from "../../src/data/query.ts";
import { eq, integer, jsonb, schema, sql, text, timestamp } from "../../src/data/tables.ts";
import { appUrl, provision } from "../../src/data/roles.ts";
import { testDatabase, type TestDatabase } from "../../src/data/testing.ts";

const faq = schema("faq");
const entries = faq.table("entries", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  question: text().notNull(),
  extra: jsonb(),
  tags: text().array(),
  at: timestamp({ withTimezone: true, mode: "date" }),
});
const insertEntry = prepared("insert_entry", (db) =>
  db
    .insert(entries)
    .values({
      question: placeholder("question"),
      extra: placeholder("extra"),
      tags: placeholder("tags"),
      at: placeholder("at"),
    })
    .returning(),
);
const countEntries = prepared("count", (db) =>
  db.select({ rows: sql<number>`count(*)::int` }).from(entries),
);
const renameEntry = prepared("rename", (db) =>
  db
    .update(entries)
    .set({ question: "fixed" })
    .where(eq(entries.id, placeholder("id"))),
);

let test1: TestDatabase;
let database: Database;

before(async () => {
  test1 = await testDatabase("empty", async () => undefined);
  await provision(test1.url, "faq");
  database = await openDatabase({ url: appUrl(test1.url, "faq"), app: "faq", max: 1 });
  await database.sql`create table entries (id integer primary key generated always as identity,
    question text not null, extra jsonb, tags text[], at timestamptz)`;
});
after(async () => {
  await database.close();
  await test1.drop();
});

test("values go out and rows come back as the columns say", async () => {
  const at = new Date("2026-01-02T03:04:05.678Z");
  const given = { question: "Why?", extra: { a: [1, "2"] }, tags: ["x", "y,z"], at };
  const [row] = await insertEntry(database.db, given);
  assert.deepEqual(row, { id: row?.id, ...given });
  const [plain] = await database.db
    .select()
    .from(entries)
    .where(eq(entries.id, row?.id ?? 0));
  assert.deepEqual(plain, row);
  const nulls = { question: "", extra: null, tags: null, at: null };
  assert.deepEqual(await insertEntry(database.db, nulls), [{ id: (row?.id ?? 0) + 1, ...nulls }]);
});

test("a query is one statement of the server, prepared once", async () => {
  const values = { question: "q", extra: null, tags: null, at: null };
  for (let turn = 0; turn < 5; turn += 1) await insertEntry(database.db, values);
  for (let turn = 0; turn < 3; turn += 1) await countEntries(database.db, {});
  await database.db.transaction((tx) => insertEntry(tx, values));
  const found = await database.sql`
    select statement from pg_prepared_statements
    where statement like 'insert into "faq"%' or statement like 'select count%'`;
  // The insert has other parameter types with a Date than with null: the driver types by value.
  const inserts = found.filter((row) => String(row["statement"]).startsWith("insert"));
  assert.ok(inserts.length <= 2, String(inserts.length));
  assert.equal(found.length - inserts.length, 1);
});

test("in a transaction it belongs to the transaction", async () => {
  const [before] = await countEntries(database.db, {});
  const values = { question: "lost", extra: null, tags: null, at: null };
  const failed = database.db.transaction(async (tx) => {
    await insertEntry(tx, values);
    await tx.transaction((inner) => insertEntry(inner, values));
    const [inside] = await countEntries(tx, {});
    assert.equal(inside?.rows, (before?.rows ?? 0) + 2);
    throw new Error("undo");
  });
  await assert.rejects(failed, { message: "undo" });
  assert.deepEqual(await countEntries(database.db, {}), [before]);
});

test("fixed values are part of the query, and a query without rows has none", async () => {
  const values = { question: "broken", extra: null, tags: null, at: null };
  const [row] = await insertEntry(database.db, values);
  await renameEntry(database.db, { id: row?.id });
  const [renamed] = await database.db
    .select()
    .from(entries)
    .where(eq(entries.id, row?.id ?? 0));
  assert.equal(renamed?.question, "fixed");
});

test("a missing value is named", () => {
  assert.throws(
    () => insertEntry(database.db, { question: "q" }),
    /insert_entry: no value for "extra"/,
  );
});

test("a database that cannot be reached is named without its password", async () => {
  const url = "postgres://me:hush@127.0.0.1:1/shop";
  await assert.rejects(openDatabase({ url }), (error: Error & { code?: string }) => {
    assert.equal(error.code, "DatabaseUnavailable");
    assert.match(error.message, /127\.0\.0\.1:1\/shop.*ECONNREFUSED/);
    assert.doesNotMatch(error.message, /hush/);
    assert.ok(error.cause instanceof Error);
    return true;
  });
  await assert.rejects(openDatabase({ url: "mysql://x:hush@h/d" }), { code: "SettingInvalid" });
});

test("a failed connection is recognised inside Drizzle's error; a failed query is none", async () => {
  const lost = await openDatabase({ url: appUrl(test1.url, "faq"), max: 1 });
  await lost.close();
  const error: unknown = await lost.db
    .select()
    .from(entries)
    .catch((thrown: unknown) => thrown);
  assert.equal(databaseError(error, lost.url)?.code, "DatabaseUnavailable");
  const wrong: unknown = await database.db.execute(sql`select nothing`).catch((e: unknown) => e);
  assert.equal(databaseError(wrong, database.url), undefined);
});

test("the open database says who it is, and no secret", async () => {
  assert.equal(database.app, "faq");
  assert.match(database.role, /^t\d+_.*_faq$/);
  assert.equal(database.url, withoutPassword(appUrl(test1.url, "faq")));
  const sql1 = connect(test1.url);
  const [row] = await sql1`
    select count(*)::int as rows from pg_stat_activity
    where application_name = ${`marcot/${process.pid}/faq`}`;
  assert.equal(row?.["rows"], 1);
  await sql1.end();
});
