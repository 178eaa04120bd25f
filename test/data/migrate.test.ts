import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { withConnection } from "../../src/data/database.ts";
import { checkMigrated, migrate, pending } from "../../src/data/migrate.ts";
import { appUrl, provision } from "../../src/data/roles.ts";
import { testDatabase, type TestDatabase } from "../../src/data/testing.ts";

let database: TestDatabase;
let folder: string;
let app: string;
let count = 0;

before(async () => {
  database = await testDatabase("empty", async () => undefined);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "marcot-migrations-"));
  app = `app${++count}`;
});
afterEach(() => rm(folder, { recursive: true }));
after(() => database.drop());

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const run = (): Promise<readonly string[]> => migrate({ ownerUrl: database.url, app, folder });
const open = (): Promise<readonly string[]> => pending({ ownerUrl: database.url, app, folder });

test("migrations are applied once, in order, and a late one is not skipped", async () => {
  await write("0001_initial.sql", "create table entries (id integer);");
  await write("0003_third.sql", "alter table entries add column third text;");
  assert.deepEqual(await open(), ["0001_initial", "0003_third"]);
  await assert.rejects(checkMigrated({ ownerUrl: database.url, app, folder }), {
    code: "MigrationsPending",
  });
  assert.deepEqual(await run(), ["0001_initial", "0003_third"]);
  assert.deepEqual(await run(), []);
  await write("0002_second.sql", "alter table entries add column second text;");
  assert.deepEqual(await open(), ["0002_second"]);
  assert.deepEqual(await run(), ["0002_second"]);
  assert.deepEqual(await open(), []);
});

test("the history lies in the app's schema and belongs to its role", async () => {
  await write("0001_initial.sql", "create table entries (id integer);");
  await run();
  const rows = await withConnection(
    appUrl(database.url, app),
    (sql) => sql`select name, length(hash) as hash, applied_at is not null as at from migrations`,
  );
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [{ name: "0001_initial", hash: 64, at: true }],
  );
});

test("a failing statement is named by file and line, and leaves nothing", async () => {
  await write("0001_initial.sql", "create table entries (id integer);");
  await write(
    "0002_bad.sql",
    "-- a comment; with a semicolon\ncreate table kept (id integer);\n\n" +
      "insert into kept\n  values ('x;y');\n",
  );
  await assert.rejects(run(), (error: Error) => {
    assert.match(error.message, /0002_bad\.sql:5: invalid input syntax for type integer.*22P02/);
    assert.equal((error as Error & { code: string }).code, "MigrationFailed");
    return true;
  });
  assert.deepEqual(await open(), ["0002_bad"]);
  const [row] = await withConnection(
    appUrl(database.url, app),
    (sql) => sql`select to_regclass('kept') as kept`,
  );
  assert.equal(row?.["kept"], null);
});

test("a failure without a position is named by the line of its statement", async () => {
  await write("0001_bad.sql", "create table a (id integer);\n\n\ninsert into a select 1 / 0;\n");
  await assert.rejects(run(), { message: /0001_bad\.sql:4: division by zero/ });
});

test("a migration cannot touch another app", async () => {
  await provision(database.url, "other");
  await write("0001_bad.sql", "create table other.stray (id integer);");
  await assert.rejects(run(), { message: /permission denied for schema other \(42501\)/ });
});

test("a migration cannot end its own transaction", async () => {
  await write("0001_bad.sql", "create table a (id integer);\nCOMMIT;");
  await assert.rejects(run(), { code: "MigrationFailed", message: /:2: / });
});

test("functions, dollar quotes and nested comments are not cut", async () => {
  await write(
    "0001_initial.sql",
    `/* a; /* b; */ c; */ create function f() returns text language plpgsql as $x$
     begin return ';'; end; $x$;
     create function g(n integer) returns integer language sql begin atomic
       select case when n > 0 then 1 else 2 end; select 3; end;
     create table "od;d" (t text default E'\\';');`,
  );
  assert.deepEqual(await run(), ["0001_initial"]);
});

test("an edited or removed file is refused by name", async () => {
  await write("0001_initial.sql", "create table entries (id integer);");
  await run();
  await write("0001_initial.sql", "create table entries (id bigint);");
  await assert.rejects(run(), { code: "MigrationEdited", message: /0001_initial\.sql/ });
  await rm(join(folder, "0001_initial.sql"));
  await assert.rejects(run(), { code: "MigrationEdited", message: /0001_initial/ });
  await assert.rejects(open(), { code: "MigrationEdited" });
});

test("line ends of Windows are no edit", async () => {
  await write("0001_initial.sql", "create table a (id integer);\n-- end\n");
  await run();
  await write("0001_initial.sql", "create table a (id integer);\r\n-- end\r\n");
  assert.deepEqual(await run(), []);
});

test("a file with another name is refused, and a missing folder is empty", async () => {
  assert.deepEqual(await migrate({ ownerUrl: database.url, app, folder: "/nowhere" }), []);
  await write("first.sql", "");
  await assert.rejects(run(), { code: "AppInvalid" });
});

test("two processes at once apply each migration once", async () => {
  for (let number = 1; number <= 5; number += 1) {
    await write(
      `000${number}_step.sql`,
      `create table t${number} as select 1 as x from pg_sleep(0.02);`,
    );
  }
  const source = `
    import { migrate } from ${JSON.stringify(import.meta.resolve("../../src/data/migrate.ts"))};
    const [ownerUrl, app, folder] = process.argv.slice(1);
    console.log(JSON.stringify(await migrate({ ownerUrl, app, folder })));`;
  const args = ["--input-type=module", "-e", source, database.url, app, folder];
  const both = await Promise.all([1, 2].map(() => promisify(execFile)(process.execPath, args)));
  const applied = both.flatMap(({ stdout }) => JSON.parse(stdout) as string[]);
  assert.equal(applied.length, 5);
  assert.equal(new Set(applied).size, 5);
});
