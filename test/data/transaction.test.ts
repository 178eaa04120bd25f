/** A connection that breaks inside a transaction ends the transaction, and not the process. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { type Database, openDatabase } from "../../src/data/database.ts";
import { migrate } from "../../src/data/migrate.ts";
import { appUrl } from "../../src/data/roles.ts";
import { type Scope, scopeBeneath } from "../../src/data/scope.ts";
import { type TestDatabase, testDatabase } from "../../src/data/testing.ts";

let rows: TestDatabase;
let owner: Sql;
let database: Database;
const uncaught: unknown[] = [];

before(async () => {
  rows = await testDatabase("empty", async () => {});
  await migrate({ ownerUrl: rows.url, app: "shop", folder: import.meta.dirname });
  owner = postgres(rows.url, { max: 1 });
  await owner`create table shop.things (id integer primary key deferrable initially deferred)`;
  await owner`grant all on shop.things to public`;
  database = await openDatabase({ url: appUrl(rows.url, "shop"), app: "shop", max: 2 });
  process.on("uncaughtException", (error) => uncaught.push(error));
});
after(async () => {
  await database.close();
  await owner.end();
  await rows.drop();
});

async function pidOf(scope: Scope): Promise<number> {
  const [row] = await scope.unsafe<{ pid: number }[]>("select pg_backend_pid() as pid");
  return row?.pid ?? 0;
}

async function kill(pid: number): Promise<void> {
  await owner`select pg_terminate_backend(${pid})`;
  await sleep(50);
}

const ENDS: Readonly<Record<string, (scope: Scope) => PromiseLike<unknown>>> = {
  "is used again": (scope) => scope.unsafe("select 1"),
  "is used, and what fails is not told": (scope) => scope.unsafe("select 1").catch(() => undefined),
  "is not used again": async () => "done",
  "has a savepoint made in it": (scope) => scope.savepoint(async () => "done"),
  "fails for another reason": () => Promise.reject(new Error("another")),
};

for (const [name, work] of Object.entries(ENDS)) {
  test(`a transaction whose connection broke and that ${name} fails`, async () => {
    const atomic = database.atomic();
    const scope = await atomic.scope();
    await kill(await pidOf(scope));
    await Promise.resolve()
      .then(() => work(scope))
      .catch(() => {});
    await assert.rejects(atomic.commit(), /CONNECTION_CLOSED|terminating/);
    assert.deepEqual(await database.sql`select 1 as one`.then((found) => [...found]), [{ one: 1 }]);
    await sleep(20);
    assert.deepEqual(uncaught, []);
  });
}

test("a connection that breaks under a statement fails the transaction", async () => {
  const atomic = database.atomic();
  const scope = await atomic.scope();
  const pid = await pidOf(scope);
  const slow = scope.unsafe("select pg_sleep(5)").catch((error: unknown) => error);
  await sleep(20);
  await kill(pid);
  assert.ok((await slow) instanceof Error);
  await atomic.rollback();
  await assert.rejects(atomic.commit());
  await sleep(20);
  assert.deepEqual(uncaught, []);
});

test("a statement that nobody waits for fails the transaction, and nothing is written", async () => {
  const atomic = database.atomic();
  const scope = await atomic.scope();
  await scope.unsafe("insert into shop.things values (1)");
  let isTold = false;
  scope.committed(() => (isTold = true));
  scope.later("insert into shop.things values ($1::int, $2::int)", [1, 2]);
  await assert.rejects(atomic.commit(), { code: "42601" });
  assert.equal(isTold, false);
  assert.deepEqual([...(await owner`select * from shop.things`)], []);
});

test("what PostgreSQL finds at COMMIT fails the transaction", async () => {
  const atomic = database.atomic();
  const scope = await atomic.scope();
  await scope.unsafe("insert into shop.things values (1), (1)");
  await assert.rejects(atomic.commit(), { code: "23505" });
});

test("what comes behind ROLLBACK is refused, and does not stay", async () => {
  for (let round = 0; round < 20; round += 1) {
    const atomic = database.atomic();
    const scope = await atomic.scope();
    let isRunning = true;
    const loop = (async () => {
      for (let id = 1000; isRunning; id += 1)
        await scope.unsafe("insert into shop.things values ($1::int)", [id]);
    })().catch((error: unknown) => error);
    await sleep(5);
    await atomic.rollback();
    isRunning = false;
    const error = await loop;
    assert.ok(error === undefined || (error as { code?: string }).code === "TransactionEnded");
  }
  assert.deepEqual([...(await owner`select * from shop.things where id >= 1000`)], []);
});

test("a transaction takes no statement after its end, and none before its first costs anything", async () => {
  const unused = database.atomic();
  await unused.commit();
  await unused.rollback();
  const atomic = database.atomic();
  const scope = await atomic.scope();
  await atomic.commit();
  assert.throws(() => scope.unsafe("select 1"), { code: "TransactionEnded" });
  await assert.rejects(
    scope.savepoint(async () => {}),
    { code: "TransactionEnded" },
  );
  assert.equal(scopeBeneath(database.db), undefined);
  assert.notEqual(scopeBeneath(database.atomic().db), undefined);
});
