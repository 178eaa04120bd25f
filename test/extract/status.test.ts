import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureControl } from "../../src/data/control.ts";
import { connect } from "../../src/data/database.ts";
import { statusOf } from "../../src/extract/status/status.ts";
import type { Status } from "../../src/extract/types.ts";
import { APP, openSides, type TwoSides } from "./two-sides.ts";

const STREAM = `marcot_${APP}_out`;

let sides: TwoSides;

beforeEach(async () => {
  sides = await openSides();
  await sides.both("create table entries (id int primary key, title text)");
  await sides.from.own`insert into entries select n, 'title ' || n from generate_series(1, 500) n`;
  await sides.from.own`analyze entries`;
  for (const { sql } of [sides.from, sides.to]) await ensureControl(sql);
});

afterEach(() => sides.drop());

const status = (): Promise<Status> =>
  statusOf({ plan: { folder: "/nowhere" }, app: APP, ownerUrl: sides.from.ownerUrl });

async function write(state: string, holder = "project", target = sides.to.ownerUrl): Promise<void> {
  await sides.from.sql`delete from marcot.moves`;
  await sides.from.sql`
    insert into marcot.moves (app, state, holder, mode, target)
    values (${APP}, ${state}, ${holder}, 'stream', ${target})`;
}

/** The other side refuses ordinary writers. */
async function fence(side: TwoSides["to"]): Promise<void> {
  const tables = await side.sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = ${APP}::regnamespace and relkind = 'r'`;
  for (const { name } of tables)
    await side.sql
      .unsafe(`CREATE TRIGGER marcot_moved BEFORE INSERT OR UPDATE OR DELETE ON ${APP}.${name}
      FOR EACH STATEMENT EXECUTE FUNCTION marcot.refuse_moved()`);
}

async function untilFollowing(): Promise<void> {
  const giveUpAt = Date.now() + 15_000;
  for (;;) {
    const { tables, lag } = await status();
    if (tables.length > 0 && tables.every(({ state }) => state === "following") && lag) return;
    assert.ok(Date.now() < giveUpAt, JSON.stringify(tables));
    await sleep(50);
  }
}

async function follow(): Promise<void> {
  await write("ready");
  await fence(sides.to);
  await sides.follow({ name: STREAM, copies: true });
  await untilFollowing();
}

const problems = async (): Promise<string> =>
  (await status()).problems.map(({ what }) => what).join("\n");

test("an app that does not move is the project's", async () => {
  const { sentence, move, next } = await status();
  assert.deepEqual(
    [sentence, move, next],
    ["is the project's, and nothing moves", undefined, [`marcot extract plan ${APP}`]],
  );
});

test("a copy that follows has no problems, and is told with its tables and its lag", async () => {
  await follow();
  const found = await status();
  assert.deepEqual(found.problems, []);
  assert.equal(found.sentence, "ready: the copy has all, and follows");
  const entries = found.tables.find(({ table }) => table === "entries");
  assert.deepEqual(entries, { table: "entries", state: "following", copied: 500, total: 500 });
  assert.ok(found.lag !== null && found.lag.bytes < 1_000_000);
  assert.ok(found.next.includes(`marcot extract switch ${APP} --service URL`));
});

test("copying without a command is told, and with one it is worked on", async () => {
  await write("copying");
  assert.match(await problems(), /copying, and no command works on it/);
  const command = connect(sides.from.ownerUrl, { name: `move/abc/${APP}` });
  const [session] = await command`select pg_backend_pid() as pid`;
  await sides.from.sql`update marcot.moves set coordinator = ${session?.["pid"]}`;
  const { coordinator, problems: found, next } = await status();
  await command.end();
  assert.deepEqual([coordinator, found, next], [process.pid, [], [`marcot extract status ${APP}`]]);
});

test("while rows are copied it says how many there are", async () => {
  await write("copying");
  // The copy waits for this lock, and so for the test.
  await sides.to.own.begin(async (tx) => {
    await tx`lock table entries in share mode`;
    await sides.follow({ name: STREAM, copies: true });
    await sleep(500);
    const { sentence, tables, rows } = await status();
    assert.match(sentence, /^copying, \d+ % of [\d,]+ rows$/);
    assert.ok(rows.copied < rows.total && rows.total >= 500, JSON.stringify(rows));
    assert.notEqual(tables.find(({ table }) => table === "entries")?.state, "following");
  });
});

test("a slot that is gone, and a subscription that is disabled or gone, are told", async () => {
  await follow();
  const { from, to } = sides;
  await to.sql.unsafe(`ALTER SUBSCRIPTION ${STREAM} DISABLE`);
  assert.match(await problems(), /the service's subscription is disabled/);
  await to.sql.unsafe(`ALTER SUBSCRIPTION ${STREAM} SET (slot_name = NONE)`);
  await sleep(300);
  await from.sql`select pg_drop_replication_slot(${STREAM})`;
  assert.match(await problems(), /the slot of the stream is gone on the project's side/);
  await to.sql.unsafe(`DROP SUBSCRIPTION ${STREAM}`);
  assert.match(await problems(), /the service's side has no subscription any more/);
});

test("a stream that fails is told with the number of its errors", async () => {
  await follow();
  await sides.to.sql`alter table shop.entries disable trigger marcot_moved`;
  await sides.to.sql`insert into shop.entries values (1000, 'rogue')`;
  assert.match(await problems(), /1 tables of the service's side take writes/);
  await sides.from.own`insert into entries values (1000, 'real')`;
  const giveUpAt = Date.now() + 15_000;
  while (!/stream to the service has failed \d+ times/.test(await problems())) {
    assert.ok(Date.now() < giveUpAt, await problems());
    await sleep(50);
  }
  await sides.to.sql`delete from shop.entries where id = 1000`;
});

test("tables that are not alike, and a holder that refuses writes, are told", async () => {
  await follow();
  await sides.from.own`alter table entries add note text`;
  await fence(sides.from);
  const found = await problems();
  assert.match(found, /not alike: column entries\.note is on the side of the project only/);
  assert.match(found, /tables of the project's side refuse writes, though it holds the app/);
});

test("tables that somebody has locked do not stop the status", async () => {
  await follow();
  await sides.from.own.begin(async (tx) => {
    await tx`lock table entries in access exclusive mode`;
    assert.match(await problems(), /^the project's side: tables are locked by somebody just now$/m);
  });
});

test("a side that is down is told, and the rest all the same", async () => {
  const nowhere = "postgres://marcot:secret@127.0.0.1:1/marcot";
  await write("ready", "service", nowhere);
  const found = await status();
  assert.equal(found.sentence, "switched: the service holds it, and the project's copy follows");
  assert.match(
    found.problems[0]?.what ?? "",
    /^the service's side: Database 127\.0\.0\.1:1\/marcot cannot be used/,
  );
  assert.ok(!JSON.stringify(found.problems).includes("secret"));
  await write("ready", "service", "embedded:./other");
  assert.match(
    await problems(),
    /the service's side: the database in \/nowhere\/other does not run/,
  );
  const none = await statusOf({ plan: { folder: "/nowhere" }, app: APP, ownerUrl: nowhere });
  assert.equal(none.sentence, "nobody knows: the project's database cannot be reached");
});

test("a service without a process is told, and processes that are gone do not count", async () => {
  await write("ready", "service");
  const join = (side: TwoSides["to"], backend: number) => side.sql`
    insert into marcot.processes (backend, backend_start, host, pid, apps)
    select ${backend}, coalesce((select backend_start from pg_stat_activity where pid = ${backend}), now()), 'here', 7, ${`{${APP}}`}::text[]`;
  await join(sides.to, 1);
  assert.match(await problems(), /no process of the service runs/);
  const [own] = await sides.to.own`select pg_backend_pid() as pid`;
  await join(sides.to, own?.["pid"] as number);
  const { processes } = await status();
  assert.deepEqual(
    processes.map(({ side, apps }) => [side, apps]),
    [["service", [APP]]],
  );
  assert.doesNotMatch(await problems(), /no process of the service runs/);
});
