/** Events follow an app that moves: none is lost, none counts as failed because the app was on its way. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, beforeEach, suite, test } from "node:test";
import type { Provider } from "../../src/app/types.ts";
import { ensureControl, FENCE } from "../../src/data/control.ts";
import { isMoved } from "../../src/data/moved.ts";
import { MarcotError } from "../../src/errors.ts";
import { natsServer, withoutNats } from "../events/nats-server.ts";
import { openRows, type Part, type Rows, startPart, until } from "../events/letters.ts";
import { v2 as writer } from "../events/project/apps/writer/contract.ts";
import { type Beside, openBeside } from "./beside.ts";

interface Delivery {
  readonly state: string;
  readonly attempts: number;
}

const deliveries = ({ sql }: Rows, receiver = "keep") =>
  sql<Delivery[]>`
    select state, attempts from writer.event_deliveries where receiver = ${receiver}
    order by position`;

const heard = async ({ sql }: Rows) => {
  const rows = await sql<{ line: number }[]>`
    select line from reader.heard where receiver = 'keep' order by id`;
  return rows.map(({ line }) => line);
};

const write = ({ project }: Beside | Part, line: number) =>
  project.run(() => writer.write({ box: "b", line }));

const allDone = (found: readonly Delivery[]) =>
  found.length > 0 && found.every(({ state }) => state === "completed");

/** Switches the fence of an app's tables on, as a move does. */
async function fence({ sql }: Rows, app: string): Promise<void> {
  await ensureControl(sql);
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = ${app}`;
  for (const { name } of tables)
    await sql.unsafe(`CREATE TRIGGER ${FENCE} BEFORE INSERT OR UPDATE OR DELETE ON ${app}.${name}
      FOR EACH STATEMENT EXECUTE FUNCTION marcot.refuse_moved()`);
}

async function unfence({ sql }: Rows, app: string): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = ${app}`;
  for (const { name } of tables) await sql.unsafe(`DROP TRIGGER ${FENCE} ON ${app}.${name}`);
}

function held(served: ReturnType<Beside["served"]> | undefined) {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const provider: Provider = {
    is: "held",
    app: "reader",
    why: "it is just moving",
    served,
    remote: undefined,
    opened,
  };
  return { provider, open };
}

suite("a receiving app", () => {
  let rows: Rows;
  let beside: Beside;
  const secret = randomBytes(32).toString("hex");
  before(async () => {
    rows = await openRows(["writer", "reader"]);
    beside = await openBeside({ environment: { DATABASE_URL: rows.url }, secret });
  });
  after(async () => {
    await beside.stop();
    await rows.drop();
  });
  beforeEach(async () => {
    beside.providers.set("reader", { is: "local", served: beside.served("reader") });
    await until(
      () => rows.sql<Delivery[]>`select state from writer.event_deliveries`,
      (found) => found.every(({ state }) => state === "completed"),
    );
    await rows.sql`truncate writer.event_deliveries, writer.event_outbox, reader.heard`;
  });

  test("that is held takes no events until it is released, and no attempt is counted", async () => {
    const served = beside.served("reader");
    const { provider, open } = held(served);
    beside.providers.set("reader", provider);
    await write(beside, 1);
    await until(
      () => deliveries(rows),
      (found) => found[0]?.state === "processing",
    );
    await sleep(300);
    assert.deepEqual(await heard(rows), []);
    assert.equal(served.flight.writes, 0, "what waits is no write yet");
    beside.providers.set("reader", { is: "local", served });
    open();
    await until(() => deliveries(rows), allDone);
    assert.deepEqual(await heard(rows), [1]);
    assert.deepEqual([...(await deliveries(rows))], [{ state: "completed", attempts: 1 }]);
  });

  test("whose events are being handled counts a write, and says when there is none", async () => {
    const { flight } = beside.served("reader");
    const counts: number[] = [];
    const lock = await rows.sql.reserve();
    await lock`begin`;
    await lock`lock table reader.heard in exclusive mode`;
    await write(beside, 2);
    await until(
      async () => flight.writes,
      (writes) => writes > 0,
    );
    flight.onIdle = () => counts.push(flight.writes);
    await lock`commit`;
    lock.release();
    await until(() => deliveries(rows), allDone);
    await until(
      async () => flight.writes,
      (writes) => writes === 0,
    );
    assert.ok(counts.length > 0 && counts.every((count) => count === 0));
    flight.onIdle = undefined;
  });

  test("that has moved is reached at its address without a restart, and here when it is back", async () => {
    const there = await openRows(["reader"]);
    const part = await startPart({ DATABASE_URL: there.url, EVENTS_SECRET: secret }, ["reader"]);
    try {
      const { provider, open } = held(beside.served("reader"));
      beside.providers.set("reader", provider);
      await write(beside, 1);
      const address = new URL(part.service.address);
      beside.providers.set("reader", { is: "remote", app: "reader", address });
      open();
      await until(() => deliveries(rows), allDone);
      await write(beside, 2);
      await until(
        () => heard(there),
        (lines) => lines.length === 2,
      );
      assert.deepEqual(await heard(rows), []);
      const back = held(undefined);
      beside.providers.set("reader", back.provider);
      await write(beside, 3);
      beside.providers.set("reader", { is: "local", served: beside.served("reader") });
      back.open();
      await until(
        () => heard(rows),
        (lines) => lines.length === 1,
      );
      await until(() => deliveries(rows), allDone);
      assert.deepEqual(
        (await deliveries(rows)).map(({ attempts }) => attempts),
        [1, 1, 1],
      );
      assert.deepEqual([await heard(there), await heard(rows)], [[1, 2], [3]]);
    } finally {
      await part.stop();
      await there.drop();
    }
  });

  test("that moves to another address is followed", async () => {
    const places = [await openRows(["reader"]), await openRows(["reader"])] as const;
    const parts: Part[] = [];
    try {
      for (const [index, place] of places.entries()) {
        const environment = { DATABASE_URL: place.url, EVENTS_SECRET: secret };
        const part = await startPart(environment, ["reader"]);
        parts.push(part);
        const address = new URL(part.service.address);
        beside.providers.set("reader", { is: "remote", app: "reader", address });
        await write(beside, index);
        await until(
          () => heard(place),
          (lines) => lines.length === 1,
        );
      }
      assert.deepEqual([await heard(places[0]), await heard(places[1])], [[0], [1]]);
    } finally {
      for (const part of parts) await part.stop();
      for (const place of places) await place.drop();
    }
  });

  test("whose fence refuses a batch has done nothing, and no attempt is counted", async () => {
    await fence(rows, "reader");
    await write(beside, 1);
    await until(
      async () => beside.logged,
      (logged) => logged.some(({ data }) => String(Object(data).err).includes("has moved")),
    );
    await sleep(500);
    const waiting = await deliveries(rows);
    assert.ok(
      waiting.every(({ state, attempts }) => /published|processing/.test(state) && attempts === 0),
    );
    await unfence(rows, "reader");
    await until(() => deliveries(rows), allDone);
    assert.deepEqual([...(await deliveries(rows))], [{ state: "completed", attempts: 1 }]);
    assert.deepEqual(await heard(rows), [1]);
  });

  test("that has moved, and this process has missed it, does nothing and complains of nothing", async () => {
    beside.logged.length = 0;
    for (const app of ["reader", "writer"]) await fence(rows, app);
    await rows.sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`; // as what is replicated comes in
      await tx`insert into reader.job_queue (name, data, due_at) values ('remind', '{"box":"x","line":1}', now())`;
      await tx`insert into writer.event_outbox (event, version, key, data, trace_id)
        select 'written', 'v2', 'b', '{"number":1,"box":"b","position":5}', ${"1".repeat(32)}`;
      await tx`select pg_notify('marcot_events_reader', ''), pg_notify('marcot_events_writer', '')`;
    });
    await sleep(1500);
    assert.deepEqual(
      beside.logged.filter(({ message }) => /could not/.test(message)),
      [],
    );
    assert.deepEqual(await heard(rows), []);
    for (const app of ["reader", "writer"]) await unfence(rows, app);
    await until(
      () => heard(rows),
      (lines) => lines.length === 1,
    );
    const [job] = await until(
      () => rows.sql`select state, attempts from reader.job_queue where name = 'remind'`,
      (found) => found[0]?.["state"] === "done",
    );
    assert.equal(job?.["attempts"], 1);
  });

  test("that this process cannot reach any more is left to one that can", async () => {
    const other = await openBeside({ environment: { DATABASE_URL: rows.url }, secret });
    try {
      beside.providers.set("reader", { is: "absent", app: "reader", why: "it has moved" });
      await write(beside, 1);
      await until(() => deliveries(rows), allDone);
      assert.deepEqual(await heard(rows), [1]);
    } finally {
      await other.stop();
    }
  });
});

test("an endpoint that takes events waits while its app is held, and refuses them when it is gone", async () => {
  const [told, heardRows] = [await openRows(["writer"]), await openRows(["reader"])];
  const secret = randomBytes(32).toString("hex");
  const environment = { DATABASE_URL: heardRows.url, EVENTS_SECRET: secret };
  const hearer = await startPart(environment, ["reader"]);
  const teller = await startPart(
    { DATABASE_URL: told.url, EVENTS_SECRET: secret, READER_API: hearer.service.address },
    ["writer"],
  );
  try {
    const providers = hearer.project.providers as Map<string, Provider>;
    const home = providers.get("reader");
    assert.ok(home?.is === "local");
    const short = held(home.served);
    providers.set("reader", short.provider);
    await write(teller, 0);
    await sleep(300);
    assert.deepEqual(await heard(heardRows), []);
    providers.set("reader", home);
    short.open();
    await until(() => deliveries(told), allDone);
    assert.deepEqual(await heard(heardRows), [0]);
    assert.deepEqual(teller.logged, [], "who tells has only waited");
    const { provider, open } = held(home.served);
    providers.set("reader", provider);
    await write(teller, 1);
    await sleep(300);
    assert.deepEqual(await heard(heardRows), [0]);
    providers.set("reader", { is: "absent", app: "reader", why: "it has moved" });
    open();
    await sleep(500);
    assert.deepEqual(await heard(heardRows), [0]);
    providers.set("reader", home);
    await until(
      () => heard(heardRows),
      (lines) => lines.length === 2,
    );
    await until(() => deliveries(told), allDone);
    assert.ok((await deliveries(told)).every(({ attempts }) => attempts === 1));
  } finally {
    await teller.stop();
    await hearer.stop();
    await told.drop();
    await heardRows.drop();
  }
});

test(
  "through a broker events go to whichever process has resumed the app",
  { skip: withoutNats },
  async () => {
    const server = await natsServer();
    await server.start();
    const told = await openRows(["writer"]);
    const sides = [await openRows(["reader"]), await openRows(["reader"])] as const;
    const shared = { EVENTS_URL: server.url, EVENTS_SECRET: randomBytes(32).toString("hex") };
    const hearers: Part[] = [];
    const teller = await startPart({ DATABASE_URL: told.url, ...shared }, ["writer"]);
    try {
      for (const { url } of sides)
        hearers.push(await startPart({ DATABASE_URL: url, ...shared }, ["reader"]));
      const [first, second] = hearers;
      assert.ok(first && second);
      await second.service.background.pause("reader");
      for (let line = 0; line < 3; line += 1) {
        await write(teller, line);
        await until(
          () => heard(sides[0]),
          (lines) => lines.length === line + 1,
        );
      }
      const begun = performance.now();
      await first.service.background.pause("reader");
      assert.ok(performance.now() - begun < 1500, "nothing is on its way");
      await write(teller, 3);
      await sleep(300);
      await second.service.background.resume("reader");
      for (let line = 4; line < 8; line += 1) await write(teller, line);
      await until(
        () => heard(sides[1]),
        (lines) => lines.length === 5,
      );
      await until(() => deliveries(told), allDone);
      assert.deepEqual(await heard(sides[0]), [0, 1, 2]);
      assert.ok((await deliveries(told)).every(({ attempts }) => attempts === 1));
    } finally {
      await teller.stop();
      for (const part of hearers) await part.stop();
      for (const rows of [told, ...sides]) await rows.drop();
      await server.drop();
    }
  },
);

test("a moved app is known by the error of its database, and not by that of another app", () => {
  const refused = Object.assign(new Error("the app has moved"), { code: "MV001" });
  assert.ok(isMoved(refused));
  assert.ok(
    isMoved(new Error("query failed", { cause: new Error("wrapped", { cause: refused }) })),
  );
  assert.ok(!isMoved(new MarcotError("Unavailable", "another app", { cause: refused })));
  assert.ok(!isMoved(new Error("something else")));
  assert.ok(!isMoved("MV001"));
});
