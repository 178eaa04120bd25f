/** How a process starts while an app of its project moves, who else takes part, and what no move may stop. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { v2 as faq } from "../../apps/faq/contract.ts";
import { openEmbedded } from "../../src/data/embedded.ts";
import { provision } from "../../src/data/roles.ts";
import { testDatabase } from "../../src/data/testing.ts";
import { migrate } from "../../src/data/migrate.ts";
import type { MarcotError } from "../../src/errors.ts";
import { packageJson, settingsOf, tempFolder } from "../cli/command.ts";
import { createBrowser } from "../../src/testing/browser.ts";
import {
  acked,
  acksOf,
  isWaiting,
  openRows,
  ownerOf,
  type Process,
  setFence,
  setRow,
  startProcess,
} from "./process-site.ts";

const folder = join(import.meta.dirname, "..", "..", "example");
const closers: (() => Promise<unknown>)[] = [];
let b: { url: string; sql: Sql };
let service: Process;

const open = () => openRows(closers);

async function started(
  url: string,
  only: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Process> {
  const process = await startProcess({ folder, url, only, environment });
  closers.push(() => process.stop());
  return process;
}

/** What a first start makes. */
async function prepare(url: string, project = folder): Promise<void> {
  await (await startProcess({ folder: project, url })).stop();
}

before(async () => {
  b = await open();
  service = await started(b.url, ["faq"]);
});
after(async () => {
  for (const close of closers.toReversed()) await close();
});

test("a process starts where its app is elsewhere, and its schema and its role are gone", async () => {
  const a = await open();
  await prepare(a.url);
  await setRow(a.sql, "faq", { phase: "elsewhere", address: service.address });
  const [{ name } = { name: "" }] = await a.sql<{ name: string }[]>`
    select pg_get_userbyid(nspowner) as name from pg_namespace where nspname = 'faq'`;
  await a.sql.unsafe(`DROP SCHEMA faq CASCADE; DROP OWNED BY "${name}"; DROP ROLE "${name}"`);
  const project = await started(a.url);
  await project.project.run(() => faq.create({ question: "from a late start", source: 1 }));
  const { get } = createBrowser(project.address);
  assert.match((await get("/faq/")).text, /from a late start/);
  assert.equal((await get("/-/ready")).status, 200);
  await acked(a.sql, "faq", { phase: "elsewhere" });
  assert.equal((await a.sql`select from pg_namespace where nspname = 'faq'`).length, 0);
  // The copy is made again under its feet.
  await provision(a.url, "faq");
  await migrate({ ownerUrl: a.url, app: "faq", folder: join(folder, "../apps/faq/migrations") });
  await setRow(a.sql, "faq", { phase: "here", epoch: "2" });
  await acked(a.sql, "faq", { phase: "here", epoch: "2" });
  await project.project.run(() => faq.create({ question: "home again", source: 1 }));
  assert.equal((await a.sql`select from faq.entries where question = 'home again'`).length, 1);
});

test("a process that starts while writes are held holds them too, and answers reads", async () => {
  const a = await open();
  await prepare(a.url);
  await a.sql`insert into faq.entries (question, source) values ('of this side', 1)`;
  await setRow(a.sql, "faq", { phase: "holding" });
  const project = await started(a.url);
  await acked(a.sql, "faq", { phase: "holding" });
  const write = project.project.run(() => faq.create({ question: "held at a start", source: 1 }));
  assert.match((await createBrowser(project.address).get("/faq/")).text, /of this side/);
  assert.ok(await isWaiting(write));
  await setRow(a.sql, "faq", { phase: "here" });
  await write;
});

test("a process that starts where the copy is while writes are held does not take the copy for the app", async () => {
  const a = await open();
  await prepare(a.url);
  await a.sql`insert into faq.entries (question, source) values ('an old copy', 1)`;
  const { address } = service;
  const away = { address, holder: false, hold_ms: 300 } as const;
  await setRow(a.sql, "faq", { phase: "holding", ...away });
  const project = await started(a.url);
  const { get } = createBrowser(project.address);
  assert.doesNotMatch((await get("/faq/")).text, /an old copy/);
  const write = project.project.run(() =>
    faq.create({ question: "goes on over there", source: 1 }),
  );
  await write;
  const here = await a.sql`select from faq.entries where question = 'goes on over there'`;
  const there = await b.sql`select from faq.entries where question = 'goes on over there'`;
  assert.deepEqual([here.length, there.length], [0, 1]);
  assert.doesNotMatch((await get("/faq/")).text, /an old copy/);
});

test("before its database has said where an app is, a process answers for none", async () => {
  const a = await open();
  await prepare(a.url);
  await a.sql`insert into faq.entries (question, source) values ('an old copy', 1)`;
  await setRow(a.sql, "faq", { phase: "elsewhere", address: service.address });
  await a.sql.unsafe("ALTER TABLE marcot.providers RENAME TO not_yet");
  const project = await started(a.url);
  const { get } = createBrowser(project.address);
  const read = get("/faq/");
  const write = project.project.run(() => faq.create({ question: "an early call", source: 1 }));
  assert.ok(await isWaiting(read));
  assert.ok(await isWaiting(write));
  await assert.rejects(
    project.project.run(() =>
      faq.create({ question: "too early", source: 1 }, { deadlineMs: 100 }),
    ),
    { code: "Unavailable", ran: "no", message: /has not said yet where it is/ },
  );
  const ready = await get("/-/ready");
  assert.equal(ready.status, 503);
  assert.match(ready.text, /faq is not answered here yet/);
  await a.sql.unsafe("ALTER TABLE marcot.not_yet RENAME TO providers");
  await write;
  assert.doesNotMatch((await read).text, /an old copy/);
  assert.equal((await b.sql`select from faq.entries where question = 'an early call'`).length, 1);
});

test("the variable wins", async () => {
  const a = await open();
  await prepare(a.url);
  await setRow(a.sql, "faq", { phase: "elsewhere", address: "http://127.0.0.1:9" });
  const project = await started(a.url, [], { FAQ_API: service.address });
  await project.project.run(() => faq.create({ question: "by the variable", source: 1 }));
  assert.equal((await b.sql`select from faq.entries where question = 'by the variable'`).length, 1);
  await setRow(a.sql, "faq", { phase: "holding", epoch: "2" });
  await sleep(100);
  await project.project.run(() => faq.create({ question: "not held", source: 1 }));
  assert.deepEqual(await acksOf(a.sql, "faq"), []);
});

test("a process without the app finds it where it has gone", async () => {
  const a = await open();
  const tickets = await started(a.url, ["tickets"]);
  const create = () =>
    tickets.project.run(() => faq.create({ question: "by a stranger", source: 1 }));
  await assert.rejects(create(), { code: "Unavailable", ran: "no" });
  await setRow(a.sql, "faq", { phase: "elsewhere", address: service.address });
  while (tickets.project.providers.get("faq")?.is !== "remote") await sleep(10);
  await create();
  assert.equal((await b.sql`select from faq.entries where question = 'by a stranger'`).length, 1);
  await setRow(a.sql, "faq", { phase: "holding" });
  await sleep(100);
  await create();
  await setRow(a.sql, "faq", { phase: "here" });
  while (tickets.project.providers.get("faq")?.is !== "absent") await sleep(10);
  assert.deepEqual(await acksOf(a.sql, "faq"), []);
});

/** `ping.start` takes a while, and then has `pong` write to `ping`. */
const circle = {
  "package.json": packageJson,
  "settings.ts": settingsOf(["ping", "pong"]),
  "apps/ping/contract.ts": `import { contract, integer, post } from "marcot/contract";
    export const v1 = contract("ping/v1", {
      start: post("/start/", { output: { number: integer() }, deadlineMs: 4000 }),
      end: post("/end/", { output: { number: integer() } }),
    });`,
  "apps/ping/views.ts": `import { view } from "marcot";
    import { v1 as pong } from "#apps/pong";
    import { v1 } from "./contract.ts";
    export const start = view(v1.start, async () => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return pong.back({});
    });
    export const end = view(v1.end, async () => ({ number: 7 }));`,
  "apps/ping/app.ts": `import { app } from "marcot";
    import { v1 } from "./contract.ts";
    import * as views from "./views.ts";
    export default app("ping", { contract: v1, views });`,
  "apps/pong/contract.ts": `import { contract, integer, post } from "marcot/contract";
    export const v1 = contract("pong/v1", { back: post("/back/", { output: { number: integer() } }) });`,
  "apps/pong/views.ts": `import { view } from "marcot";
    import { v1 as ping } from "#apps/ping";
    import { v1 } from "./contract.ts";
    export const back = view(v1.back, async () => ping.end({}));`,
  "apps/pong/app.ts": `import { app } from "marcot";
    import { v1 } from "./contract.ts";
    import * as views from "./views.ts";
    export default app("pong", { contract: v1, views });`,
};

const MIGRATION = { first: "0001_first.sql", second: "0002_second.sql" } as const;

test("a project with an embedded database starts while its app moves, but for a migration that is new", async () => {
  const made = tempFolder({
    ...circle,
    [`apps/ping/migrations/${MIGRATION.first}`]: "CREATE TABLE ping.a (id int PRIMARY KEY);",
  });
  closers.push(async () => made.remove());
  const url = "embedded:./.data";
  const server = await openEmbedded(join(made.folder, ".data"));
  closers.push(() => server.stop());
  const sql = ownerOf(server.url);
  closers.push(() => sql.end());
  await prepare(url, made.folder);
  await sql`insert into marcot.moves (app, state, holder, mode, target)
    values ('ping', 'ready', 'project', 'stream', 'embedded:./b')`;
  await prepare(url, made.folder);
  made.write({
    [`apps/ping/migrations/${MIGRATION.second}`]: "ALTER TABLE ping.a ADD COLUMN b int;",
  });
  const columns = () =>
    sql`select from information_schema.columns where table_schema = 'ping' and table_name = 'a'`;
  await assert.rejects(prepare(url, made.folder), (error: MarcotError) => {
    assert.equal(error.code, "MoveRefused");
    assert.match(
      error.message,
      /^ping moves: its tables must not change meanwhile \(0002_second\)$/,
    );
    assert.match(error.fix ?? "", /marcot extract cancel ping/);
    return true;
  });
  assert.equal((await columns()).length, 1, "nothing was applied");
  await sql`delete from marcot.moves`;
  await prepare(url, made.folder);
  assert.equal((await columns()).length, 2);
});

async function openEmpty(project: string): Promise<{ url: string; sql: Sql }> {
  const { url, drop } = await testDatabase("empty", async () => {});
  const sql = ownerOf(url);
  closers.push(async () => {
    await sql.end();
    await drop();
  });
  for (const app of ["ping", "pong"])
    await migrate({ ownerUrl: url, app, folder: join(project, "apps", app, "migrations") });
  return { url, sql };
}

for (const isApart of [false, true])
  test(`a write waits for no hold that waits for it${isApart ? ", through another process too" : ""}`, async () => {
    const made = tempFolder(circle);
    closers.push(async () => made.remove());
    const { url, sql } = await openEmpty(made.folder);
    const options = { folder: made.folder, url };
    const ping = await startProcess({ ...options, only: isApart ? ["ping"] : [] });
    closers.push(() => ping.stop());
    if (isApart) {
      const environment = { PING_API: ping.address };
      const other = { ...options, url: (await openEmpty(made.folder)).url };
      const pong = await startProcess({ ...other, only: ["pong"], environment });
      closers.push(() => pong.stop());
      await setRow(sql, "pong", { phase: "elsewhere", address: pong.address });
      while (ping.project.providers.get("pong")?.is !== "remote") await sleep(10);
    }
    const { post } = createBrowser(ping.address);
    const prefix = isApart ? "" : "/ping";
    const begun = post(`${prefix}/v1/start/`, {});
    await sleep(100);
    await setRow(sql, "ping", { phase: "holding", hold_ms: 3_000 });
    await sleep(100);
    assert.deepEqual(await acksOf(sql, "ping"), [], "a write is still in flight");
    const held = post(`${prefix}/v1/end/`, {});
    const { status, body } = await begun;
    assert.deepEqual([status, body], [200, { number: 7 }]);
    const [ack] = await acked(sql, "ping", { phase: "holding" });
    assert.equal(ack?.problem, null);
    assert.ok(await isWaiting(held, 100));
    await setRow(sql, "ping", { phase: "here" });
    assert.equal((await held).status, 200);
  });

test("a write that lasts longer than the hold is told of", async () => {
  const a = await open();
  const project = await started(a.url);
  const { flight } = project.project.local.get("faq") ?? assert.fail();
  flight.writes += 1;
  await setRow(a.sql, "faq", { phase: "holding", hold_ms: 200 });
  await sleep(400);
  assert.deepEqual(await acksOf(a.sql, "faq"), []);
  flight.writes -= 1;
  const [ack] = await acked(a.sql, "faq", { phase: "holding" });
  assert.equal(ack?.problem, "a write has taken longer than 200 ms");
});

test("no request fails while an app goes to and fro, and each is carried out once", async () => {
  const a = await open();
  const project = await started(a.url);
  const { post, get } = createBrowser(project.address);
  await setRow(b.sql, "faq", { phase: "elsewhere", epoch: "0", address: `${project.address}/faq` });
  await acked(b.sql, "faq", { phase: "elsewhere", epoch: "0" });
  await setFence(b.sql, "faq", true);
  let isOver = false;
  const sent: string[] = [];
  const clients = Array.from({ length: 6 }, async (_, client) => {
    for (let n = 0; !isOver; n += 1) {
      const question = `load ${client} ${n}`;
      sent.push(question);
      const call = () =>
        project.project.run(() => faq.create({ question, source: client })).then(() => 201);
      const path = `/faq/v1/create/`;
      const form = () => post(path, `question=${question}&source=1`).then(({ status }) => status);
      assert.equal(await (client % 2 === 0 ? call() : form()), 201);
      for (const read of ["/faq/v1/entries/", "/faq/"])
        assert.equal((await get(read)).status, 200, read);
    }
  });
  const failed = Promise.all(clients);
  failed.catch(() => {});
  const sides = [
    { sql: a.sql, address: `${project.address}/faq` },
    { sql: b.sql, address: service.address },
  ] as const;
  for (let epoch = 1; epoch <= 6; epoch += 1) {
    const [x, y] = epoch % 2 === 1 ? sides : ([sides[1], sides[0]] as const);
    const at = { epoch: String(epoch) };
    await setRow(x.sql, "faq", { phase: "leaving", ...at, address: y.address });
    const [live] = await acked(x.sql, "faq", { phase: "leaving", ...at });
    assert.equal(live?.problem, null);
    for (const { sql } of [x, y])
      await setRow(sql, "faq", { phase: "holding", ...at, hold_ms: 1500 });
    for (const { sql } of [x, y]) await acked(sql, "faq", { phase: "holding", ...at });
    await setFence(x.sql, "faq", true);
    await setRow(x.sql, "faq", { phase: "elsewhere", ...at, address: y.address });
    if (epoch % 3 !== 0) await acked(x.sql, "faq", { phase: "elsewhere", ...at });
    await setFence(y.sql, "faq", false);
    await setRow(y.sql, "faq", { phase: "here", ...at });
    await sleep(200);
  }
  isOver = true;
  await failed;
  const rows = await Promise.all(
    sides.map(
      ({ sql }) =>
        sql<{ question: string }[]>`select question from faq.entries where question like 'load %'`,
    ),
  );
  const kept = rows.map((found) => found.map(({ question }) => question));
  assert.ok(kept.every((questions) => questions.length > 0));
  assert.deepEqual(kept.flat().toSorted(), sent.toSorted());
});
