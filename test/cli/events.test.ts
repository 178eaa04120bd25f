/** `marcot events`: what a person sees of events that come and that fail, and what retry and drop do. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { testDatabase } from "../../src/data/testing.ts";
import { folder, openRows, type Part, type Rows, startPart, until } from "../events/letters.ts";
import { v2 as writer } from "../events/project/apps/writer/contract.ts";
import { type Ended, marcot } from "./command.ts";

let rows: Rows;
let part: Part;
before(async () => {
  rows = await openRows(["writer", "reader"]);
});
after(async () => {
  await part?.stop();
  await rows.drop();
});

const run = (args: readonly string[], input?: string): Promise<Ended> =>
  marcot(["events", ...args], {
    cwd: folder,
    environment: { DATABASE_URL: rows.url },
    ...(input !== undefined && { input }),
  });

const write = (box: string, line: number) =>
  part.project.run(() => writer.write({ box, line, isKept: true }));

const statesOf = (box: string) =>
  rows.sql<{ position: string; state: string; attempts: number; error: string | null }[]>`
    select position::text, state, attempts, error from writer.event_deliveries
    where key = ${box} and receiver = 'grumble' order by position`;

const parkedOf = (box: string, position: string) =>
  until(
    () => statesOf(box),
    (found) => found.some((one) => one.position === position && one.state === "parked"),
  );

/** Cells, whatever the widths of the columns and the seconds of the clock. */
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(/ {2,}/g, "|").replace(/\d+ s$/, "N s"));

test("before anybody has asked who receives, nobody does", async () => {
  const { code, stdout } = await run([]);
  assert.equal(code, 0);
  assert.match(stdout, /^APP +RECEIVER +WAITING +IN WORK .*\nwriter +nobody\n$/);
  assert.equal((await run(["list"])).stdout, "there are none\n");
});

test("the overview counts for each receiver what is done, parked, and held behind it", async () => {
  part = await startPart({ DATABASE_URL: rows.url });
  await write("bad", 1);
  await write("bad", 2);
  await write("good", 1);
  await parkedOf("bad", "1");
  await until(
    () => rows.sql`select 1 from writer.event_deliveries where state = 'completed'`,
    (done) => done.length === 10,
  );
  const { stdout } = await run([]);
  assert.deepEqual(linesOf(stdout), [
    "APP|RECEIVER|WAITING|IN WORK|FAILED|PARKED|DONE IN 24 H|OLDEST",
    "writer|reader/grumble|1 (1 held)|0|0|1|1|N s",
    "writer|reader/keep|0|0|0|0|3",
    "writer|reader/old|0|0|0|0|3",
    "writer|reader/tally|0|0|0|0|3",
    "parked for reader/grumble: marcot events list writer --receiver reader/grumble --state parked",
  ]);
  const [told] = JSON.parse((await run(["overview", "writer", "--json"])).stdout) as {
    app: string;
    receivers: Record<string, unknown>[];
  }[];
  assert.equal(told?.app, "writer");
  assert.partialDeepStrictEqual(told.receivers[0], {
    app: "reader",
    receiver: "grumble",
    waiting: 1,
    held: 1,
    parked: 1,
    done: 1,
    isKnown: true,
  });
});

test("an app that could not be asked is named, and what is kept for it is counted", async () => {
  await rows.sql`insert into writer.event_receivers (app, name, event, version, attempts)
    values ('shop', '*', '*', '', 0)`;
  await rows.sql`insert into writer.event_deliveries (position, app, receiver) values (1, 'shop', '*')`;
  const { stdout } = await run(["overview", "writer"]);
  assert.match(stdout, /writer +shop\/\* +1 +0 +0 +0 +0 +\d+ s\n/);
  assert.match(stdout, /shop could not be asked yet what it receives of writer/);
  await rows.sql`delete from writer.event_receivers where app = 'shop'`;
  await rows.sql`delete from writer.event_deliveries where app = 'shop'`;
});

test("the list is narrowed by receiver, state and limit", async () => {
  const parked = await run(["list", "writer", "--state", "parked"]);
  assert.deepEqual(linesOf(parked.stdout), [
    "POSITION|EVENT|KEY|TOLD|RECEIVER|STATE|ATTEMPTS|ERROR",
    "1|writer.v2.written|bad|just now|reader/grumble|parked|2|a bad letter",
  ]);
  const waiting = await run(["list", "--receiver", "reader/grumble", "--state", "waiting"]);
  assert.match(waiting.stdout, /\n3 +writer\.v2\.written +bad .* waiting for 1 +0\n$/);
  const newest = await run(["list", "writer", "--receiver", "reader", "--limit", "1", "--json"]);
  assert.partialDeepStrictEqual(JSON.parse(newest.stdout), [
    { position: "6", event: "writer.v2.counted", key: null, receiver: "tally", state: "completed" },
  ]);
});

test("one event is shown with what it says and what became of it, by position or id", async () => {
  const { stdout } = await run(["show", "writer", "1"]);
  assert.match(stdout, /^writer\.v2\.written {2}position 1\n {2}id +[0-9a-f-]{36}\n {2}key +bad\n/);
  assert.match(stdout, / {2}trace +[0-9a-f]{32}\n/);
  assert.match(stdout, /"position": 1\b/);
  assert.match(stdout, /\nreader\/grumble +parked +2 +20\S+Z \(just now\)\n/);
  assert.match(stdout, /\nreader\/grumble:\n {2}a bad letter\n$/);
  const byPosition = (await run(["show", "writer", "1", "--json"])).stdout;
  const { id, deliveries } = JSON.parse(byPosition) as { id: string; deliveries: unknown[] };
  assert.equal(deliveries.length, 3);
  assert.equal((await run(["show", "writer", id.toUpperCase(), "--json"])).stdout, byPosition);
});

test("retry wakes who delivers, and gives all attempts again", async () => {
  const [told] = await statesOf("bad");
  assert.equal(told?.attempts, 2);
  let wakes = 0;
  const listening = await rows.sql.listen("marcot_events_writer", () => (wakes += 1));
  const again = await run(["retry", "writer", "1"]);
  assert.equal(again.stdout, "1 for reader/grumble: tried again\n");
  await until(async () => wakes, Boolean);
  await listening.unlisten();
  const [parked] = await parkedOf("bad", "1");
  assert.equal(parked?.attempts, 2, "not three: it began anew");

  await rows.sql`update writer.event_outbox
    set data = jsonb_set(data::jsonb, '{box}', '"mended"')::json where position = 1`;
  const all = await run(["retry", "writer", "--all", "--receiver", "reader/grumble", "--json"]);
  assert.deepEqual(JSON.parse(all.stdout), [{ position: "1", app: "reader", receiver: "grumble" }]);
  const states = await parkedOf("bad", "3");
  assert.equal(states[0]?.state, "completed");
});

test("drop asks first, keeps the reason, and lets the next of the key go on", async () => {
  await write("bad", 3);
  await until(
    () => statesOf("bad"),
    (found) => found.length === 3,
  );
  const nobody = await run(["drop", "writer", "3", "--reason", "written twice"]);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, / {2}3 writer\.v2\.written of key bad: reader\/grumble \(parked\)\n/);
  assert.match(nobody.stderr, /nobody has answered.*\n {2}Say --yes .*\[CommandInvalid\]/);
  const no = await run(["drop", "writer", "3", "--reason", "written twice"], "n\n");
  assert.deepEqual([no.code, no.stdout], [0, "nothing was changed\n"]);
  assert.equal((await statesOf("bad"))[1]?.state, "parked");

  const yes = await run(["drop", "writer", "3", "--reason", "written twice"], "y\n");
  assert.equal(yes.stdout, "3 for reader/grumble: dropped\n");
  const states = await parkedOf("bad", "7");
  assert.equal(states[1]?.state, "dropped");
  assert.equal(states[1].error, "written twice\nIt had failed: a bad letter");
  const flags = ["--receiver", "reader/grumble", "--reason", "all of them", "--yes"];
  assert.equal((await run(["drop", "writer", "7", ...flags])).code, 0);
  assert.match(
    (await run(["list", "--state", "dropped"])).stdout,
    /\n7 .*dropped.*all of them\n3 /,
  );
});

test("what cannot be done is said with a code, and exits with 1 or 2", async () => {
  const failing: [string[], RegExp][] = [
    [["overview", "writr"], /Did you mean writer\? \[AppNotFound\]/],
    [["list", "reader"], /reader tells no events\n.*\[CommandInvalid\]/],
    [["show", "writer", "999"], /writer has no event 999\n.*\[EventNotFound\]/],
    [["retry", "writer", "1", "x"], /writer has no event x\n/],
    [["retry", "writer", "1"], /nothing of writer 1 could be retried\n/],
    [["drop", "writer", "3", "--yes", "--reason", "r"], /nothing of writer 3 could be dropped/],
    [["drop", "writer", "3", "--yes", "--reason", " "], /--reason is empty/],
    [["retry", "writer"], /which events\?.*--all/],
    [["list", "writer", "--receiver", "reader/grumbel"], /Did you mean reader\/grumble\?/],
  ];
  for (const [args, text] of failing) {
    const { code, stderr } = await run(args);
    assert.match(stderr, text);
    assert.equal(code, 1, args.join(" "));
  }
  for (const args of [
    ["list", "--state", "lost"],
    ["list", "--limit", "0"],
    ["drop", "writer", "3"],
  ])
    assert.equal((await run(args)).code, 2, args.join(" "));
  const elsewhere = { DATABASE_URL: rows.url, WRITER_API: "http://127.0.0.1:9" };
  const remote = await marcot(["events", "list", "writer"], {
    cwd: folder,
    environment: elsewhere,
  });
  assert.match(
    remote.stderr,
    /writer is provided at .*\n {2}Unset WRITER_API, or do it where the app is provided/,
  );
  assert.match(
    (await marcot(["events"], { cwd: folder, environment: elsewhere })).stderr,
    /no app here tells events/,
  );
});

test("without the tables it says which command makes them", async () => {
  const empty = await testDatabase("empty", async () => {});
  try {
    const environment = { DATABASE_URL: empty.url };
    const { code, stderr } = await marcot(["events"], { cwd: folder, environment });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /writer has no outbox for its events yet\n.*marcot migrate.*MigrationsPending/,
    );
  } finally {
    await empty.drop();
  }
});
