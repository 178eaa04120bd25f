/** Jobs on a real database: what one process does, what two do, and what is left when one is killed. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { app, every, job } from "marcot";
import { integer } from "marcot/contract";
import { scheduleOf } from "../../src/app/schedule.ts";
import { processOf } from "../torture/machine.ts";
import { folder, openRows, type Part, type Rows, startPart, until } from "./letters.ts";
import { freePort } from "./ports.ts";
import { v1 as reader } from "./project/apps/reader/contract.ts";

process.env["SWEEP"] = "1 second"; // read when the project is loaded

type Asked = Parameters<typeof reader.ask>[0];

interface Row {
  readonly name: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
}

interface Place {
  readonly rows: Rows;
  readonly parts: Part[];
  ask(input: Asked): Promise<unknown>;
  /** What jobs have done about a box. */
  heard(box: string): Promise<readonly { receiver: string; number: number; line: number }[]>;
  /** The jobs about a box, in the order in which they were asked for. */
  states(box: string): Promise<readonly Row[]>;
}

async function openPlace(count: number): Promise<Place> {
  const rows = await openRows(["writer", "reader"]);
  const parts: Part[] = [];
  for (let index = 0; index < count; index += 1)
    parts.push(await startPart({ DATABASE_URL: rows.url }));
  let turn = 0;
  return {
    rows,
    parts,
    ask: (input) => {
      turn += 1;
      const part = parts[turn % parts.length];
      return part?.project.run(() => reader.ask(input)) ?? Promise.reject(new Error("no part"));
    },
    heard: (box) => rows.sql`
      select receiver, number, line from reader.heard where box = ${box} order by id`,
    states: (box) => rows.sql`
      select name, state, attempts, error from reader.job_queue
      where data->>'box' = ${box} order by id`,
  };
}

async function closePlace({ rows, parts }: Place): Promise<void> {
  for (const part of parts) await part.stop();
  await rows.drop();
}

const isState = (state: string) => (rows: readonly Row[]) =>
  rows.length > 0 && rows.every((row) => row.state === state);

suite("a job", () => {
  let place: Place;
  before(async () => {
    place = await openPlace(1);
  });
  after(() => closePlace(place));

  test("runs when what asked for it is committed, and not when it is undone", async () => {
    await assert.rejects(place.ask({ box: "undone", isKept: false }), { code: "InternalError" });
    await place.ask({ box: "kept" });
    await until(() => place.states("kept"), isState("done"));
    assert.deepEqual(
      [...(await place.heard("kept"))],
      [{ receiver: "remind", number: 1, line: 0 }],
    );
    assert.deepEqual([...(await place.states("undone"))], []);
  });

  test("runs at once, without waiting for a poll", async () => {
    const begun = performance.now();
    for (let line = 0; line < 10; line += 1) {
      await place.ask({ box: "soon", line });
      await until(
        () => place.heard("soon"),
        (rows) => rows.length > line,
      );
    }
    assert.ok(performance.now() - begun < 5000, "ten polls would take ten seconds");
  });

  test("waits as long as it is to wait", async () => {
    const begun = performance.now();
    await place.ask({ box: "delayed", after: "1 second" });
    await until(() => place.states("delayed"), isState("done"));
    const took = performance.now() - begun;
    assert.ok(took >= 990 && took < 1900, `${took} ms`);
  });

  test("is replaced by a later one with its key while it waits, and can be cancelled", async () => {
    await place.ask({ box: "key", line: 1, key: "k", after: "1 hour" });
    await place.ask({ box: "key", line: 2, key: "k", after: "0 seconds" });
    await until(() => place.states("key"), isState("done"));
    assert.deepEqual(
      (await place.heard("key")).map(({ line }) => line),
      [2],
    );
    await place.ask({ box: "cancelled", key: "k", after: "1 hour" });
    const cancel = (key: string) =>
      place.parts[0]?.project.run(() => reader.cancel({ key })) ?? Promise.reject(new Error());
    assert.deepEqual(await cancel("k"), { waited: true });
    assert.deepEqual(await cancel("k"), { waited: false });
    assert.deepEqual(
      (await place.states("cancelled")).map(({ state }) => state),
      ["dropped"],
    );
  });

  test("that fails is tried again, then parked, and nothing of it is left", async () => {
    await place.ask({ job: "grumble", box: "bad" });
    const failed = await until(() => place.states("bad"), isState("failed"));
    assert.equal(failed[0]?.error, "a bad job");
    const [parked] = await until(() => place.states("bad"), isState("parked"));
    assert.equal(parked?.attempts, 2);
    assert.deepEqual([...(await place.heard("bad"))], []);
    assert.ok(place.parts[0]?.logged.some(({ message }) => message === "a job was not done"));
  });

  test("is given up at its deadline, in the middle of a statement too", async () => {
    await place.ask({ job: "hang", box: "hung" });
    const [row] = await until(() => place.states("hung"), isState("parked"));
    assert.match(row?.error ?? "", /took more than 300 ms|statement timeout/);
    assert.deepEqual([...(await place.heard("hung"))], []);
  });

  test("that is slow, however many there are of it, delays none of another name", async () => {
    for (let line = 0; line < 6; line += 1)
      await place.ask({ job: "slow", box: `slow-${line}`, line: 1500 });
    await place.ask({ box: "quick" });
    await until(() => place.states("quick"), isState("done"));
    assert.deepEqual([...(await place.heard("slow-0"))], [], "the first slow one still runs");
    for (let line = 0; line < 6; line += 1)
      await until(() => place.states(`slow-${line}`), isState("done"));
  });

  test("is asked for in a transaction, with data that fits, by the app that has it", async () => {
    const { project, logged } = place.parts[0] ?? assert.fail();
    const run = (work: () => Promise<unknown>) => assert.rejects(project.run(work));
    await run(() => reader.askLoosely({ box: "loose" }));
    await run(() => reader.askWrongly());
    const reasons = logged.map(({ data }) => String((data as { err?: unknown }).err));
    assert.ok(reasons.some((reason) => reason.includes("outside a transaction")));
    assert.ok(reasons.some((reason) => reason.includes("other data: /box")));
    const { remind } = await import("./project/apps/reader/jobs.ts");
    await assert.rejects(
      project.run(() => remind.later({ box: "x", line: 1 }, undefined as never)),
      { code: "AppInvalid" },
    );
    await assert.rejects(remind.later({ box: "x", line: 1 }, undefined as never), {
      code: "NoProject",
    });
  });
});

test("a job that nobody knows any more, or whose data does not fit any more, is parked with the reason", async () => {
  const rows = await openRows(["writer", "reader"]);
  await rows.sql`
    insert into reader.job_queue (name, data, due_at) values
      ('forgotten', '{}', now() - interval '2 hours'),
      ('unknown-yet', '{}', now()),
      ('remind', '{"box": 7}', now())`;
  const part = await startPart({ DATABASE_URL: rows.url });
  try {
    const ask = () => rows.sql<Row[]>`
      select name, state, attempts, error from reader.job_queue
      where scheduled_for is null order by id`;
    const seen = await until(ask, (found) => found[2]?.state === "parked");
    assert.deepEqual(
      seen.map(({ state }) => state),
      ["parked", "waiting", "parked"],
    );
    assert.equal(seen[0]?.error, 'the app has no job "forgotten" any more');
    assert.match(seen[2]?.error ?? "", /job remind does not fit it any more: \/box: expected text/);
    assert.equal(seen[2]?.attempts, 1, "it will not fit the next time either");
  } finally {
    await part.stop();
    await rows.drop();
  }
});

test("two processes run each job once", async () => {
  const place = await openPlace(2);
  try {
    const boxes = Array.from({ length: 200 }, (_, index) => `box-${index}`);
    await Promise.all(boxes.map((box) => place.ask({ box })));
    const ask = () => place.rows.sql<{ box: string; count: number }[]>`
      select box, count(*)::int as count from reader.heard
      where receiver = 'remind' group by box`;
    const seen = await until(ask, (found) => found.length === boxes.length);
    assert.deepEqual(
      seen.filter(({ count }) => count !== 1),
      [],
    );
  } finally {
    await closePlace(place);
  }
});

test("a job whose process is killed runs again in another one, and has one effect", async () => {
  const rows = await openRows(["writer", "reader"]);
  const environment = { DATABASE_URL: rows.url };
  const port = String(await freePort());
  const victim = processOf({ name: "victim", folder, arguments: ["--port", port], environment });
  let heir: Part | undefined;
  try {
    await victim.start();
    const states = () => rows.sql<Row[]>`
      select name, state, attempts, error from reader.job_queue where name = 'slow'`;
    // It leads, since it has planned: the other one starts later, and asks.
    await until(
      () => rows.sql`select from reader.job_queue where name = 'sweep'`,
      (found) => found.length > 0,
    );
    heir = await startPart(environment);
    await heir.project.run(() => reader.ask({ job: "slow", box: "killed", line: 30_000 }));
    await until(states, isState("running"));
    await until(
      () => rows.sql`
        select from pg_stat_activity 
        where state = 'idle in transaction' and query like '%heard%'
          and state_change < clock_timestamp() - interval '200 ms'`,
      (found) => found.length > 0,
    );
    await victim.kill();
    const [row] = await until(states, isState("done"));
    assert.equal(row?.attempts, 2);
    assert.deepEqual(
      [...(await rows.sql`select number from reader.heard where box = 'killed'`)],
      [{ number: 2 }],
    );
  } finally {
    await victim.kill();
    await heir?.stop();
    await rows.drop();
  }
});

test("a process that stops waits for its jobs, then undoes them and gives them back", async () => {
  const place = await openPlace(1);
  try {
    await place.ask({ job: "slow", box: "short", line: 500 });
    await place.ask({ job: "slow", box: "long", line: 60_000 });
    await until(() => place.states("long"), isState("running"));
    await until(() => place.states("short"), isState("running"));
    await place.parts.pop()?.stop();
    assert.deepEqual(
      [...(await place.states("short")), ...(await place.states("long"))],
      [
        { name: "slow", state: "done", attempts: 1, error: null },
        { name: "slow", state: "waiting", attempts: 0, error: null },
      ],
    );
    assert.deepEqual([...(await place.heard("long"))], []);
  } finally {
    await closePlace(place);
  }
});

suite("what comes again", () => {
  const sweeps = (rows: Rows) => rows.sql<{ line: number }[]>`
    select line from reader.heard where receiver = 'sweep' order by id`;

  test("runs once for each time, in whichever of two processes", async () => {
    const place = await openPlace(2);
    try {
      await until(
        () => sweeps(place.rows),
        (found) => found.length >= 2,
      );
      await place.parts.shift()?.stop(); // it led
      const seen = await until(
        () => sweeps(place.rows),
        (found) => found.length >= 5,
      );
      const times = seen.map(({ line }) => line);
      assert.deepEqual(times, [...new Set(times)]);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
    } finally {
      await closePlace(place);
    }
  });

  test("runs once for all the times that passed while nothing ran", async () => {
    const rows = await openRows(["writer", "reader"]);
    await rows.sql`
      insert into reader.job_queue (name, data, due_at, scheduled_for)
      select 'sweep', '{}', at, at from (select date_trunc('second', now()) - interval '100 s' as at)`;
    const begun = Math.floor(Date.now() / 1000);
    const part = await startPart({ DATABASE_URL: rows.url });
    try {
      const seen = await until(
        () => sweeps(rows),
        (found) => found.length >= 3,
      );
      const missed = seen.filter(({ line }) => line < begun);
      assert.equal(missed.length, 1);
      assert.ok(begun - (missed[0]?.line ?? 0) >= 99);
    } finally {
      await part.stop();
      await rows.drop();
    }
  });

  test("keeps to a changed schedule", async () => {
    const rows = await openRows(["writer", "reader"]);
    await rows.sql`
      insert into reader.job_queue (name, data, due_at, scheduled_for)
      select 'sweep', '{}', at, at from (select now() + interval '1 day' as at)`;
    const part = await startPart({ DATABASE_URL: rows.url });
    try {
      await until(
        () => sweeps(rows),
        (found) => found.length > 0,
      );
    } finally {
      await part.stop();
      await rows.drop();
    }
  });
});

suite("times", () => {
  const times = (text: string, timeZone: string, from: string, count: number) => {
    const schedule = scheduleOf(text, timeZone);
    const found: string[] = [];
    for (let at = new Date(from); found.length < count;) {
      at = schedule.next(at);
      found.push(at.toISOString().slice(0, 16));
    }
    return found;
  };

  test("that do not exist when summer time begins come right after the gap, once", () => {
    assert.deepEqual(times("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3), [
      "2026-03-28T01:30",
      "2026-03-29T01:00",
      "2026-03-30T00:30",
    ]);
    assert.deepEqual(times("0 3 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3), [
      "2026-03-28T02:00",
      "2026-03-29T01:00",
      "2026-03-30T01:00",
    ]);
  });

  test("that exist twice when summer time ends come once, and hours go on", () => {
    assert.deepEqual(times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2), [
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
    assert.deepEqual(times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 4), [
      "2026-10-25T00:00",
      "2026-10-25T01:00",
      "2026-10-25T02:00",
      "2026-10-25T03:00",
    ]);
  });

  test("of a period are the same wherever they are computed", () => {
    assert.deepEqual(times("10 minutes", "UTC", "2026-11-28T02:34:56Z", 2), [
      "2026-11-28T02:40",
      "2026-11-28T02:50",
    ]);
    assert.deepEqual(times("10 minutes", "UTC", "2026-11-28T02:40:00Z", 1), ["2026-11-28T02:50"]);
  });
});

test("a job that is declared wrongly stops the start", () => {
  const run = async () => {};
  for (const text of [
    "",
    "0 3 * *",
    "0 0 3 * * *",
    "0 0 31 2 *",
    "0 minutes",
    "2026-11-28T03:00:00",
  ])
    assert.throws(() => every("sweep", text, run), { code: "AppInvalid" }, text);
  assert.throws(() => every("sweep", "0 3 * * *", run, { timeZone: "Mars/Olympus" }), {
    code: "AppInvalid",
  });
  assert.throws(() => job("Remind", {}, run), { code: "AppInvalid" });
  const twice = { a: job("remind", {}, run), b: job("remind", { ticket: integer() }, run) };
  const parts = { contract: reader, views: {}, tables: {}, jobs: twice };
  assert.throws(() => app("reader", parts), { code: "AppInvalid" });
});
