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
