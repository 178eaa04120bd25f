/** What an app does beside its calls stops before it moves, and begins where it arrives. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { serve } from "../../src/app/served.ts";
import { openDatabase } from "../../src/data/database.ts";
import { migrate } from "../../src/data/migrate.ts";
import { testDatabase } from "../../src/data/testing.ts";
import { startEvents } from "../../src/events/events.ts";
import readerApp from "../events/project/apps/reader/app.ts";
import { folder, openRows, type Rows, until } from "../events/letters.ts";
import { v1 as reader } from "../events/project/apps/reader/contract.ts";
import { v2 as writer } from "../events/project/apps/writer/contract.ts";
import { type Beside, openBeside } from "./beside.ts";

const apps = ["writer", "reader"];

/** Sessions that lead, and the locks that they hold. */
async function leads({ sql }: Rows): Promise<{ sessions: number; locks: number }> {
  const [found] = await sql<{ sessions: number; locks: number }[]>`
    select count(distinct a.pid)::int as sessions, count(l.pid)::int as locks
    from pg_stat_activity a left join pg_locks l on l.pid = a.pid and l.locktype = 'advisory'
    where a.datname = current_database() and a.application_name like '% events'`;
  return { sessions: found?.sessions ?? 0, locks: found?.locks ?? 0 };
}

const each = (beside: Beside, act: "pause" | "resume") =>
  Promise.all(apps.map((app) => beside.events[act](app)));

interface Load {
  readonly letters: number[];
  readonly jobs: string[];
  end(): Promise<void>;
}

/** Letters and jobs, as fast as one caller sends them, until it is ended. */
function load(beside: Beside): Load {
  const letters: number[] = [];
  const jobs: string[] = [];
  let isOpen = true;
  const run = async () => {
    for (let line = 0; isOpen; line += 1) {
      const box = `box-${line % 7}`;
      const { number } = await beside.project.run(() => writer.write({ box, line }));
      letters.push(number);
      const job = `job-${line}`;
      await beside.project.run(() => reader.ask({ box: job, line }));
      jobs.push(job);
      await sleep(2);
    }
  };
  const done = run();
  return {
    letters,
    jobs,
    async end() {
      isOpen = false;
      await done;
    },
  };
}

const heardBy = ({ sql }: Rows, receiver: string) =>
  sql<{ number: number; box: string }[]>`
    select number, box from reader.heard where receiver = ${receiver} order by id`;

test("paused and resumed under load, in two processes by turns, nothing is lost or done twice", async () => {
  const rows = await openRows(apps);
  const environment = { DATABASE_URL: rows.url };
  const first = await openBeside({ environment });
  const second = await openBeside({ environment, paused: () => true });
  const work = load(first);
  try {
    await until(
      () => heardBy(rows, "keep"),
      (heard) => heard.length > 20,
    );
    for (const [from, to] of [
      [first, second],
      [second, first],
    ] as const) {
      await each(from, "pause");
      assert.deepEqual(await leads(rows), { sessions: 0, locks: 0 });
      const [before] = await rows.sql`select count(*)::int as count from reader.heard`;
      const told = work.letters.length;
      await until(
        async () => work.letters.length,
        (count) => count > told + 20,
      );
      const [after] = await rows.sql`select count(*)::int as count from reader.heard`;
      assert.equal(after?.["count"], before?.["count"], "nobody works while both are paused");
      const [open] = await rows.sql`
        select (select count(*) from reader.job_queue where state = 'running')::int as jobs,
          (select count(*) from writer.event_deliveries where state = 'processing')::int as events`;
      assert.deepEqual({ ...open }, { jobs: 0, events: 0 });
      await each(to, "resume");
      await until(
        () => heardBy(rows, "keep"),
        (heard) => heard.length > told,
      );
    }
    await work.end();
    for (const receiver of ["keep", "old", "tally"]) {
      const heard = await until(
        () => heardBy(rows, receiver),
        (found) => found.length >= work.letters.length,
      );
      assert.deepEqual(
        heard.map(({ number }) => number).toSorted((a, b) => a - b),
        work.letters.toSorted((a, b) => a - b),
      );
    }
    const done = await until(
      () => heardBy(rows, "remind"),
      (found) => found.length >= work.jobs.length,
    );
    assert.deepEqual(done.map(({ box }) => box).toSorted(), work.jobs.toSorted());
    assert.ok(
      done.every(({ number }) => number === 1),
      "each at its first attempt",
    );
    const boxes = Map.groupBy(await heardBy(rows, "keep"), ({ box }) => box);
    for (const heard of boxes.values())
      assert.deepEqual(
        heard.map(({ number }) => number),
        heard.map(({ number }) => number).toSorted((a, b) => a - b),
      );
  } finally {
    await work.end();
    await second.stop();
    await first.stop();
    await rows.drop();
  }
});

test("a job that is being done is waited for, then given back, and done where the app is resumed", async () => {
  const rows = await openRows(apps);
  const environment = { DATABASE_URL: rows.url };
  const first = await openBeside({ environment });
  const second = await openBeside({ environment, paused: () => true });
  const states = () => rows.sql<{ box: string; state: string; attempts: number }[]>`
    select data->>'box' as box, state, attempts from reader.job_queue
    where name = 'slow' order by id`;
  try {
    const ask = (box: string, line: number) =>
      first.project.run(() => reader.ask({ job: "slow", box, line }));
    await ask("short", 500);
    await ask("long", 60_000);
    await until(states, (found) => found.every(({ state }) => state === "running"));
    const begun = performance.now();
    await first.events.pause("reader");
    assert.ok(performance.now() - begun > 7000 && performance.now() - begun < 9500);
    assert.deepEqual(
      [...(await states())],
      [
        { box: "short", state: "done", attempts: 1 },
        { box: "long", state: "waiting", attempts: 0 },
      ],
    );
    await rows.sql`update reader.job_queue set data = '{"box":"long","line":1}' where state = 'waiting'`;
    await second.events.resume("reader");
    await until(states, (found) => found.every(({ state }) => state === "done"));
  } finally {
    await second.stop();
    await first.stop();
    await rows.drop();
  }
});

test("calls of pause, resume and stop may come at once: the last one counts", async () => {
  const rows = await openRows(apps);
  const beside = await openBeside({ environment: { DATABASE_URL: rows.url } });
  try {
    const { pause, resume } = beside.events;
    await Promise.all([pause("writer"), resume("writer"), pause("writer"), pause("writer")]);
    await pause("reader");
    assert.deepEqual(await leads(rows), { sessions: 0, locks: 0 });
    await Promise.all([resume("writer"), pause("writer"), resume("writer"), resume("writer")]);
    await resume("an app that is not here");
    const led = await until(
      () => leads(rows),
      ({ locks }) => locks > 0,
    );
    assert.equal(led.sessions, 1);
    const stopped = beside.events.stop();
    await Promise.all([resume("writer"), resume("reader"), stopped, beside.events.stop()]);
    await resume("reader");
    assert.deepEqual(await leads(rows), { sessions: 0, locks: 0 });
  } finally {
    await beside.stop();
    await rows.drop();
  }
});

test("what the other side had taken and not ended is taken back at once", async () => {
  const rows = await openRows(apps);
  const environment = { DATABASE_URL: rows.url };
  const beside = await openBeside({ environment, paused: () => true });
  try {
    const { project, events } = beside;
    await project.run(() => writer.write({ box: "moved", line: 1 }));
    // As it arrives when a process was killed just before: claimed by sessions that are nowhere here.
    await rows.sql`
      insert into writer.event_receivers (app, name, event, version, attempts)
      values ('reader', 'keep', 'written', 'v2', 10)`;
    await rows.sql`update writer.event_outbox set spread = true where event = 'written'`;
    await rows.sql`
      insert into writer.event_deliveries (position, app, receiver, key, state)
      select position, 'reader', 'keep', key, 'processing' from writer.event_outbox
      where event = 'written'`;
    await project.run(() => reader.ask({ box: "moved" }));
    await rows.sql`
      update reader.job_queue set state = 'running', claim = 3, attempts = 1
      where name = 'remind'`;
    const begun = performance.now();
    await Promise.all(apps.map((app) => events.resume(app)));
    await until(
      () => heardBy(rows, "keep"),
      (heard) => heard.length === 1,
    );
    await until(
      () => heardBy(rows, "remind"),
      (heard) => heard.length === 1 && heard[0]?.number === 2,
    );
    assert.ok(performance.now() - begun < 5000);
  } finally {
    await beside.stop();
    await rows.drop();
  }
});

test("an app whose schema is not there yet waits, and begins when it is", async () => {
  const rows = await testDatabase("empty", async () => {});
  const database = await openDatabase({ url: rows.url, app: "reader" });
  const logged: string[] = [];
  const log = { info() {}, warn: (_: object, said: string) => void logged.push(said), error() {} };
  const served = serve(readerApp, database);
  const running = {
    deadlineMs: 2000,
    log,
    providers: new Map([["reader", { is: "local", served } as const]]),
    onClose() {},
  };
  const options = {
    running,
    workers: [{ served, database }],
    apps,
    outward: () => undefined,
  };
  const events = await startEvents({ ...options, paused: () => true });
  try {
    await sleep(100);
    assert.deepEqual(logged, []);
    await events.pause("reader");
    const migrations = `${folder}/apps/reader/migrations`;
    await migrate({ ownerUrl: rows.url, app: "reader", folder: migrations });
    await events.resume("reader");
    await until(
      () => database.sql<{ name: string }[]>`select name from reader.job_queue`,
      (found) => found.some(({ name }) => name === "sweep"),
    );
  } finally {
    await events.stop();
    await database.close();
    await rows.drop();
  }
});

test("an app that could not be resumed is tried again until it can", async () => {
  const rows = await openRows(apps);
  const environment = { DATABASE_URL: rows.url };
  const beside = await openBeside({ environment, paused: () => true });
  try {
    await rows.sql`alter table writer.event_receivers rename to away`;
    await beside.events.resume("writer");
    assert.ok(beside.logged.some(({ message }) => message.includes("could not begin")));
    await rows.sql`alter table writer.away rename to event_receivers`;
    await until(
      () => leads(rows),
      ({ locks }) => locks > 0,
    );
  } finally {
    await beside.stop();
    await rows.drop();
  }
});
