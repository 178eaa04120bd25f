/** The outbox where a person, or an app that was asked late, comes between. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Outbox, outboxOf } from "../../src/events/outbox.ts";
import { openRows, type Rows } from "./letters.ts";

let rows: Rows;
let outbox: Outbox;
before(async () => {
  rows = await openRows(["writer"]);
  outbox = outboxOf(rows.sql, "writer");
});
after(() => rows.drop());

const keep = { name: "keep", event: "written", version: "v2", attempts: 3 };

/** As `emit` stores it, and spread to whoever is known. */
async function tell(key: string): Promise<string> {
  const [told] = await rows.sql<{ position: string }[]>`
    insert into writer.event_outbox (event, version, key, data, trace_id)
    values ('written', 'v2', ${key}, '{}', 'trace') returning position::text`;
  await outbox.spread();
  return String(told?.position);
}

const deliveriesTo = (app: string) =>
  rows.sql<{ position: string; receiver: string; state: string }[]>`
    select position::text, receiver, state from writer.event_deliveries
    where app = ${app} order by position`;

test("what is dropped while it is being claimed does not go out", async () => {
  const lane = { app: "reader", receiver: "keep" };
  await outbox.register("reader", [keep]);
  const [first, second] = [await tell("a"), await tell("b")];
  const claimed = await rows.sql.begin(async (tx) => {
    await tx`update writer.event_deliveries set state = 'dropped' where position = ${first}`;
    const claiming = outbox.claim(lane);
    while ((await tx`select 1 from pg_locks where not granted`).length === 0) await sleep(10);
    return [claiming]; // in a list, so that COMMIT does not wait for it
  });
  const positions = (await claimed[0])?.map(({ position }) => position);
  assert.deepEqual(positions, [second]);
  assert.deepEqual(
    (await deliveriesTo("reader")).map(({ state }) => state),
    ["dropped", "processing"],
  );
});

test("an app that hears nothing leaves nothing behind of what was kept for it", async () => {
  await outbox.expect("shop");
  await tell("c");
  assert.equal((await deliveriesTo("shop")).length, 1);
  await outbox.register("shop", []);
  assert.deepEqual([...(await deliveriesTo("shop"))], []);
  // Of a transaction that had begun before the app was asked.
  await rows.sql`insert into writer.event_deliveries (position, app, receiver) values (99, 'shop', '*')`;
  await outbox.clean();
  assert.deepEqual([...(await deliveriesTo("shop"))], []);
});

test("what was kept for an app goes to its receivers, without what a person has dropped", async () => {
  await outbox.expect("desk");
  const [first, second] = [await tell("d"), await tell("d")];
  await outbox.clean();
  await rows.sql`update writer.event_deliveries set state = 'dropped'
    where app = 'desk' and position = ${first}`;
  await outbox.register("desk", [keep]);
  assert.deepEqual(
    (await deliveriesTo("desk")).map(({ state }) => state),
    ["dropped", "published"],
    "nothing is parked that has only waited for its receiver",
  );
  assert.equal(await outbox.spread(), 1);
  const third = await tell("d");
  const claimed = await outbox.claim({ app: "desk", receiver: "keep" });
  assert.deepEqual(
    claimed.map(({ position }) => position),
    [second, third],
  );
});

test("an app that the settings do not list any more is told nothing, and what was open waits for a person", async () => {
  await outbox.register("moved", [keep]);
  await tell("e");
  await outbox.forget(["reader", "desk"]);
  assert.equal((await deliveriesTo("moved"))[0]?.state, "published", "it may be another release");
  await rows.sql`update writer.event_receivers set since = now() - interval '1 hour' where app = 'moved'`;
  await outbox.forget(["reader", "desk"]);
  await tell("f");
  assert.deepEqual(
    (await deliveriesTo("moved")).map(({ state }) => state),
    ["parked"],
  );
});

test("a receiver that another release does not name stays for a while", async () => {
  const other = { ...keep, name: "other" };
  await outbox.register("shop", [keep, other]);
  await outbox.register("shop", [keep]);
  await tell("g");
  const receivers = async () =>
    (await deliveriesTo("shop")).map(({ receiver }) => receiver).toSorted();
  assert.deepEqual(await receivers(), ["keep", "other"]);
  await rows.sql`update writer.event_receivers set since = now() - interval '1 hour' where name = 'other'`;
  await outbox.register("shop", [keep]);
  await tell("h");
  assert.deepEqual(await receivers(), ["keep", "keep", "other"]);
  const [parked] = await rows.sql`
    select state from writer.event_deliveries where app = 'shop' and receiver = 'other'`;
  assert.equal(parked?.["state"], "parked");
});

test("an error that PostgreSQL would not take is stored all the same", async () => {
  await outbox.register("reader", [keep]);
  const position = await tell("odd");
  const lane = { app: "reader", receiver: "keep" };
  const claimed = await outbox.claim(lane);
  const row = claimed.find((one) => one.position === position);
  assert.ok(row);
  const error = `${"x".repeat(1999)}\u{1f600}\0`;
  await outbox.settle(lane, claimed, [{ id: row.id, is: "failed", error }]);
  const [found] = await rows.sql`
    select state, length(error) as length from writer.event_deliveries
    where position = ${position} and app = 'reader'`;
  assert.deepEqual({ ...found }, { state: "failed", length: 2000 });
});
