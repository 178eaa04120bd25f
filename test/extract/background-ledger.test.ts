/** The ledger of callers loses no count while its app moves, and counts none twice. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { Sql } from "postgres";
import { newTally } from "../../src/app/usage.ts";
import { serve } from "../../src/app/served.ts";
import { ensureControl, FENCE } from "../../src/data/control.ts";
import { type Database, openDatabase } from "../../src/data/database.ts";
import { type Counted, keepLedger } from "../../src/project/usage/ledger.ts";
import { takeLeft } from "../../src/project/usage/left.ts";
import writerApp from "../events/project/apps/writer/app.ts";
import { openRows, type Rows } from "../events/letters.ts";

let here: Rows;
let there: Rows;
let database: Database;
let counted: Counted;
const logged: string[] = [];
const log = { info() {}, warn: (_: object, said: string) => void logged.push(said), error() {} };

before(async () => {
  [here, there] = [await openRows(["writer"]), await openRows(["writer"])];
  for (const { sql } of [here, there]) await ensureControl(sql);
  database = await openDatabase({ url: here.url, app: "writer" });
  counted = { served: serve(writerApp, database), database };
});
after(async () => {
  await database.close();
  await here.drop();
  await there.drop();
});
beforeEach(async () => {
  logged.length = 0;
  for (const { sql } of [here, there])
    await sql`truncate writer.contract_usage, marcot.usage_left, marcot.usage_taken`;
});

function call(times: number, caller = "tickets"): void {
  const route = counted.served.routes.find(({ name }) => name === "writer.v1.write");
  assert.ok(route);
  newTally(route, caller).calls += times;
}

const callsOf = async ({ sql }: Rows): Promise<number> => {
  const [found] = await sql`
    select coalesce(sum(calls), 0)::int as calls from writer.contract_usage`;
  return Number(found?.["calls"]);
};

const leftOf = async ({ sql }: Rows): Promise<number> => {
  const rows = await sql`select from marcot.usage_left where app = 'writer'`;
  return rows.length;
};

async function withFence(work: () => Promise<void>): Promise<void> {
  await here.sql.unsafe(`CREATE TRIGGER ${FENCE} BEFORE INSERT OR UPDATE OR DELETE
    ON writer.contract_usage FOR EACH STATEMENT EXECUTE FUNCTION marcot.refuse_moved()`);
  await work().finally(() => here.sql.unsafe(`DROP TRIGGER ${FENCE} ON writer.contract_usage`));
}

test("counts that the fence refuses are kept, and left for the app", async () => {
  const ledger = keepLedger([counted], log);
  call(3);
  await ledger.flush("writer");
  await ledger.flush("another");
  assert.equal(await callsOf(here), 3);
  await withFence(async () => {
    call(4);
    await ledger.flush();
    await ledger.flush();
    assert.deepEqual([await callsOf(here), logged], [3, []]);
    call(5);
    await ledger.leave("writer", here.sql);
    await ledger.leave("writer", here.sql);
    assert.equal(await leftOf(here), 1, "a day is one parcel");
  });
  await ledger.close();
  assert.equal(await callsOf(here), 3, "what was left is not written here too");
  assert.equal(await takeLeft(here.sql, there.sql, "writer"), 1);
  assert.equal(await takeLeft(here.sql, there.sql, "writer"), 0);
  assert.deepEqual([await callsOf(there), await leftOf(here)], [9, 0]);
});

test("counts of an app that is elsewhere are not written here, and are when it is back", async () => {
  let isHere = false;
  const ledger = keepLedger([counted], log, () => isHere);
  call(2);
  await ledger.flush();
  call(1);
  await ledger.flush();
  assert.equal(await callsOf(here), 0);
  isHere = true;
  await ledger.close();
  assert.equal(await callsOf(here), 3);
});

test("a parcel that could not be left is kept, and left later once", async () => {
  const ledger = keepLedger([counted], log, () => false);
  call(2);
  await here.sql`alter table marcot.usage_left rename to away`;
  await assert.rejects(ledger.leave("writer", here.sql));
  await here.sql`alter table marcot.away rename to usage_left`;
  call(1);
  await ledger.leave("writer", here.sql);
  await ledger.close();
  await takeLeft(here.sql, there.sql, "writer");
  assert.equal(await callsOf(there), 3);
});

test("what is left is added once, wherever whoever takes it is killed", async () => {
  const ledger = keepLedger([counted], log, () => false);
  for (let day = 0; day < 3; day += 1) {
    call(10 ** day);
    await ledger.leave("writer", here.sql);
  }
  await ledger.close();
  // Killed after it was added there, and before it was deleted here.
  await assert.rejects(takeLeft(failing(here.sql, "delete"), there.sql, "writer"), /killed/);
  assert.equal(await callsOf(there), 1);
  // Killed in the transaction there.
  await there.sql`alter table writer.contract_usage rename to away`;
  await assert.rejects(takeLeft(here.sql, there.sql, "writer"));
  await there.sql`alter table writer.away rename to contract_usage`;
  assert.deepEqual([await callsOf(there), await leftOf(here)], [1, 2]);
  await Promise.all([
    takeLeft(here.sql, there.sql, "writer"),
    takeLeft(here.sql, there.sql, "writer"),
  ]);
  assert.deepEqual([await callsOf(there), await leftOf(here)], [111, 0]);
});

test("a parcel whose arrival was not heard of may be left twice, and is added once", async () => {
  const ledger = keepLedger([counted], log, () => false);
  call(7);
  await ledger.leave("writer", here.sql);
  await ledger.close();
  await here.sql`insert into marcot.usage_left (app, day, usage) select app, day, usage from marcot.usage_left`;
  assert.equal(await takeLeft(here.sql, there.sql, "writer"), 2);
  assert.equal(await callsOf(there), 7);
});

test("the days and the latest time are kept, and rehearsals are no use of a version", async () => {
  const ledger = keepLedger([counted], log, () => false);
  call(1, "old");
  call(50, "marcot-rehearsal");
  await ledger.leave("writer", here.sql);
  await here.sql`
    update marcot.usage_left set usage =
      replace(usage::text, ${today()}, '2026-01-02')::jsonb`;
  await takeLeft(here.sql, there.sql, "writer");
  await ledger.close();
  const [row, ...others] = await there.sql`
    select to_char(day, 'YYYY-MM-DD') as day, consumer, calls::int as calls,
      to_char(last_at at time zone 'UTC', 'YYYY-MM-DD') as last
    from writer.contract_usage`;
  assert.deepEqual(
    [{ ...row }, others.length],
    [{ day: "2026-01-02", consumer: "old", calls: 1, last: "2026-01-02" }, 0],
  );
});

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** A pool that dies at the first statement that begins so. */
function failing(sql: Sql, word: string): Sql {
  const tag = (strings: TemplateStringsArray, ...values: never[]) => {
    if (strings[0]?.trim().startsWith(word)) throw new Error("killed");
    return sql(strings, ...values);
  };
  return tag as unknown as Sql;
}
