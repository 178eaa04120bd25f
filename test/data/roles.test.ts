import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Sql } from "postgres";
import { connect, withConnection } from "../../src/data/database.ts";
import { appUrl, provision, roleOf } from "../../src/data/roles.ts";
import { testDatabase, type TestDatabase } from "../../src/data/testing.ts";

let database: TestDatabase;
let faq: Sql;
let tickets: Sql;

before(async () => {
  database = await testDatabase("empty", async () => undefined);
  await Promise.all(["faq", "tickets"].map((app) => provision(database.url, app)));
  faq = connect(appUrl(database.url, "faq"));
  tickets = connect(appUrl(database.url, "tickets"));
  await faq`create table entries (id integer primary key)`;
  await tickets`create table lines (id integer primary key)`;
});

after(async () => {
  await faq.end();
  await tickets.end();
  await database.drop();
});

async function refused(sql: Sql, statement: string): Promise<void> {
  await assert.rejects(sql.unsafe(statement), { code: "42501" }, statement);
}

test("an app's tables lie in its schema without being told", async () => {
  const [row] = await faq`select schemaname, tableowner from pg_tables where tablename = 'entries'`;
  assert.deepEqual({ ...row }, { schemaname: "faq", tableowner: roleOf(database.url, "faq") });
});

test("an app cannot read, write or refer to another app's table", async () => {
  await refused(faq, "select * from tickets.lines");
  await refused(faq, "insert into tickets.lines values (1)");
  await refused(faq, "create table refs (line integer references tickets.lines (id))");
  await refused(tickets, "drop table faq.entries");
});

test("an app can create nothing outside its schema", async () => {
  await refused(faq, "create table public.stray (id integer)");
  await refused(faq, "create table tickets.stray (id integer)");
  await refused(faq, "create schema stray");
  await refused(faq, "create temporary table stray (id integer)");
  await refused(faq, "create role stray");
  await refused(faq, `set role ${roleOf(database.url, "tickets")}`);
});

test("provisioning again, and by many at once, changes nothing", async () => {
  await Promise.all(Array.from({ length: 6 }, () => provision(database.url, "faq")));
  const [row] = await faq`select count(*)::int as rows from entries`;
  assert.equal(row?.["rows"], 0);
});

test("a name with quotes stays a name", async () => {
  const app = `o"dd; drop schema faq; --`;
  await provision(database.url, app);
  const [row] = await withConnection(
    appUrl(database.url, app),
    (sql) => sql`select current_schema`,
  );
  assert.equal(row?.["current_schema"], app);
});

test("a role whose name PostgreSQL would cut is refused", () => {
  assert.throws(() => roleOf(database.url, "a".repeat(60)), { code: "SettingInvalid" });
});

test("an owner without a password is refused", async () => {
  await assert.rejects(provision("postgres://marcot@127.0.0.1:1/x", "faq"), {
    code: "SettingInvalid",
  });
});

test("a wrong password is said without the password", async () => {
  const wrong = appUrl(database.url.replace(/:[^:@/]+@/, ":wrong@"), "faq");
  await assert.rejects(
    withConnection(wrong, (sql) => sql`select 1`),
    (error: Error) => {
      assert.match(error.message, /127\.0\.0\.1:\d+\/t\d+_/);
      assert.ok(!error.message.includes(new URL(wrong).password));
      assert.equal((error as Error & { code: string }).code, "DatabaseUnavailable");
      return true;
    },
  );
});

test("a copy of a database belongs to the copy's own roles", async () => {
  const copy = await testDatabase("with-faq", async (url) => {
    await provision(url, "faq");
    await withConnection(appUrl(url, "faq"), async (sql) => {
      await sql`create type mood as enum ('good', 'bad')`;
      await sql`create table entries (id integer generated always as identity, m mood)`;
      await sql`create view all_entries as select * from entries`;
      await sql`create function one() returns integer language sql as 'select 1'`;
    });
  });
  try {
    await provision(copy.url, "faq");
    await withConnection(appUrl(copy.url, "faq"), async (sql) => {
      await sql`insert into entries (m) values ('good')`;
      await sql`alter table entries add column note text`;
      await sql`alter type mood add value 'fair'`;
      await sql`drop function one()`;
      const owners = await sql`
        select distinct relowner::regrole::text as owner from pg_class
        where relnamespace = 'faq'::regnamespace`;
      assert.deepEqual(
        owners.map((row) => row["owner"]),
        [roleOf(copy.url, "faq")],
      );
    });
  } finally {
    await copy.drop();
  }
});

test("an owner that is no superuser can provision", async () => {
  const [name, password] = [`boss_${process.pid}`, "secret"];
  const admin = connect(database.url);
  await admin.unsafe(`create role ${name} login createrole password '${password}'`);
  await admin.unsafe(`create database ${name} owner ${name}`);
  const url = new URL(database.url);
  [url.username, url.password, url.pathname] = [name, password, `/${name}`];
  try {
    await provision(url.href, "faq");
    await provision(url.href, "faq");
    await withConnection(appUrl(url.href, "faq"), (sql) => sql`create table entries (id integer)`);
  } finally {
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.unsafe(`drop role ${name}_faq`);
    await admin.unsafe(`drop role ${name}`);
    await admin.end();
  }
});
