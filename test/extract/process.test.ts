/** A running process follows where an app is: nobody restarts it, and whoever calls notices only the time. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Sql } from "postgres";
import { v2 as faq } from "../../apps/faq/contract.ts";
import { createBrowser } from "../../src/testing/browser.ts";
import {
  acked,
  acksOf,
  isWaiting,
  openRows,
  type Process,
  setFence,
  setRow,
  startProcess,
} from "./process-site.ts";

const folder = join(import.meta.dirname, "..", "..", "example");
const closers: (() => Promise<unknown>)[] = [];
let a: { url: string; sql: Sql };
let b: { url: string; sql: Sql };
let project: Process;
let service: Process;

const open = () => openRows(closers);

before(async () => {
  [a, b] = [await open(), await open()];
  project = await startProcess({ folder, url: a.url });
  closers.push(() => project.stop());
  service = await startProcess({ folder, url: b.url, only: ["faq"] });
  closers.push(() => service.stop());
});
after(async () => {
  for (const close of closers.toReversed()) await close();
});
afterEach(async () => {
  await setFence(a.sql, "faq", false);
  await setRow(a.sql, "faq", { phase: "here", epoch: "0" });
  await acked(a.sql, "faq", { phase: "here", epoch: "0" });
  await a.sql`delete from marcot.providers`;
});

const create = (question: string, options: { deadlineMs?: number } = {}) =>
  project.project.run(() => faq.create({ question, source: 1 }, options));

async function isIn(sql: Sql, question: string): Promise<boolean> {
  return (await sql`select from faq.entries where question = ${question}`).length === 1;
}

test("an app leaves a running project, and comes home", async () => {
  const { get, post } = createBrowser(project.address);
  await create("before");
  assert.ok(await isIn(a.sql, "before"));

  await setRow(a.sql, "faq", { phase: "leaving", address: service.address });
  const [ack] = await acked(a.sql, "faq", { phase: "leaving" });
  assert.deepEqual(ack, {
    pid: process.pid,
    app: "faq",
    epoch: "1",
    phase: "leaving",
    problem: null,
  });
  await create("leaving");
  assert.ok(await isIn(a.sql, "leaving"));

  await setRow(a.sql, "faq", { phase: "holding", address: service.address });
  await acked(a.sql, "faq", { phase: "holding" });
  const writes = [
    create("called"),
    post("/faq/v1/create/", "question=posted&source=1"),
    post("/faq/questions/1/edit/", "question=edited&answer="),
  ] as const;
  assert.ok(await isWaiting(Promise.race(writes)));
  for (const path of ["/faq/v1/entries/1/", "/faq/", "/faq/questions/1/"])
    assert.equal((await get(path)).status, 200, path);

  const address = `${service.address}/`;
  await b.sql`insert into faq.entries (question, source) values ('to be edited', 1)`;
  await setRow(a.sql, "faq", { phase: "elsewhere", address: service.address });
  await acked(a.sql, "faq", { phase: "elsewhere" });
  const [, posted, edited] = await Promise.all(writes);
  assert.equal(posted.status, 201);
  assert.equal(edited.status, 303);
  for (const question of ["called", "posted", "edited"]) {
    assert.ok(await isIn(b.sql, question), question);
    assert.ok(!(await isIn(a.sql, question)), question);
  }
  assert.match((await get("/faq/")).text, /edited/);
  assert.match((await get("/faq/")).text, /href="\/faq\/questions\/1\/"/);
  assert.match((await get("/faq/v1/entries/")).text, /posted/);
  assert.ok((await get("/")).text.includes(address), "the first page tells where it is");
  const bare = await get("/faq?search=a");
  assert.deepEqual([bare.status, bare.headers.get("location")], [308, "/faq/?search=a"]);
  assert.equal((await get("/faq/-/contract")).status, 200);
  const { checks } = (await get("/-/ready")).body as { checks: object[] };
  assert.ok(
    checks.some((check) => "phase" in check && "address" in check && check.address === address),
    JSON.stringify(checks),
  );

  await setRow(a.sql, "faq", { phase: "holding", epoch: "2" });
  await acked(a.sql, "faq", { phase: "holding", epoch: "2" });
  const coming = [
    create("home"),
    post("/faq/v1/create/", "question=home+by+hand&source=1"),
    post("/faq/questions/1/edit/", "question=edited+at+home&answer="),
  ] as const;
  assert.ok(await isWaiting(Promise.race(coming)));
  assert.match((await get("/faq/v1/entries/")).text, /posted/, "reads go on where it still is");
  assert.match((await get("/faq/")).text, /edited/);
  const read = await project.project.run(() => faq.entry({ id: 1 }));
  assert.equal(read.id, 1);
  await setRow(a.sql, "faq", { phase: "here", epoch: "2" });
  await Promise.all(coming);
  assert.doesNotMatch((await get("/faq/v1/entries/")).text, /posted/);
  for (const question of ["home", "home by hand", "edited at home"])
    assert.ok(await isIn(a.sql, question), question);
});

test("an address where nobody lives is told in the ack", async () => {
  await setRow(a.sql, "faq", { phase: "leaving", address: "http://127.0.0.1:9/" });
  const [ack] = await acked(a.sql, "faq", { phase: "leaving" });
  assert.match(ack?.problem ?? "", /^http:\/\/127\.0\.0\.1:9\/-\/live cannot be reached: /);
  await setRow(a.sql, "faq", {
    phase: "leaving",
    epoch: "2",
    address: `${service.address}/nothing`,
  });
  const [second] = await acked(a.sql, "faq", { phase: "leaving", epoch: "2" });
  assert.equal(second?.problem, `${service.address}/nothing/-/live answered 404`);
  await setRow(a.sql, "faq", { phase: "leaving", epoch: "3", address: `${project.address}/faq` });
  assert.equal((await acked(a.sql, "faq", { phase: "leaving", epoch: "3" }))[0]?.problem, null);
});

test("a call waits no longer than its own deadline, and has not run then", async () => {
  await setRow(a.sql, "faq", { phase: "holding" });
  await acked(a.sql, "faq", { phase: "holding" });
  const start = performance.now();
  await assert.rejects(create("too late", { deadlineMs: 200 }), {
    code: "Unavailable",
    ran: "no",
    message: "faq.v2.create waited until its deadline for faq: it is just moving",
  });
  const waited = performance.now() - start;
  assert.ok(waited >= 190 && waited < 1_000, String(waited));
  const response = await fetch(`${project.address}/faq/v1/create/`, {
    method: "POST",
    headers: { "marcot-deadline": "200", "content-type": "application/json" },
    body: JSON.stringify({ question: "too late", source: 1 }),
  });
  assert.equal(response.status, 503);
  assert.partialDeepStrictEqual(await response.json(), { code: "Unavailable", ran: "no" });
  assert.ok(!(await isIn(a.sql, "too late")));
});

test("a hold that lasts too long ends by itself", async () => {
  await setRow(a.sql, "faq", { phase: "holding", hold_ms: 300 });
  await acked(a.sql, "faq", { phase: "holding" });
  const start = performance.now();
  await create("after the hold");
  assert.ok(performance.now() - start < 1_000);
  assert.ok(await isIn(a.sql, "after the hold"));
  assert.ok(project.logged.some(({ message }) => message.includes("have waited 300 ms")));
});

test("a process that missed the news is still right: the tables themselves refuse", async () => {
  const locked = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  // Meanwhile no news can be read.
  const news = a.sql.begin(async (tx) => {
    await tx`lock table marcot.providers in access exclusive mode`;
    locked.resolve();
    await written.promise;
    await tx.unsafe(
      `INSERT INTO marcot.providers (app, phase, epoch, address) VALUES ('faq', 'elsewhere', 7, $1::text)
       ON CONFLICT (app) DO UPDATE SET phase = 'elsewhere', epoch = 7, address = excluded.address`,
      [service.address],
    );
  });
  await locked.promise;
  await a.sql`select pg_terminate_backend(backend) from marcot.processes`;
  await a.sql.begin((tx) => setFence(tx, "faq", true));
  const keyed = fetch(`${project.address}/faq/v1/create/`, {
    method: "POST",
    headers: { "idempotency-key": "missed", "content-type": "application/json" },
    body: JSON.stringify({ question: "keyed", source: 1 }),
  });
  const { post } = createBrowser(project.address);
  const writes = Promise.all([
    create("missed"),
    post("/faq/v1/create/", "question=missed+too&source=1"),
    post("/faq/questions/1/edit/", "question=missed+form&answer="),
    keyed,
  ]);
  const isBlind = await isWaiting(writes, 300).catch(() => false);
  written.resolve();
  await news;
  assert.ok(isBlind, "they cannot know it yet");
  const [, posted, edited, reply] = await writes;
  assert.equal(posted.status, 201);
  assert.equal(edited.status, 303);
  assert.equal(reply.status, 201);
  for (const question of ["missed", "missed too", "missed form", "keyed"]) {
    assert.ok(await isIn(b.sql, question), question);
    assert.ok(!(await isIn(a.sql, question)), question);
  }
  const keys =
    await b.sql`select from faq.idempotency_keys where key = 'missed' and consumer = 'node'`;
  assert.equal(keys.length, 1);
  await acked(a.sql, "faq", { phase: "elsewhere", epoch: "7" });
});

test("what has come once is not passed on again, and a rehearsal is answered from here", async () => {
  await create("only here");
  await setRow(a.sql, "faq", { phase: "elsewhere", address: service.address });
  await acked(a.sql, "faq", { phase: "elsewhere" });
  const url = `${project.address}/faq/v1/entries/?search=only+here`;
  const refused = await fetch(url, { headers: { "marcot-passed": "1", accept: "text/html" } });
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.partialDeepStrictEqual(await refused.json(), { code: "AppMoved", ran: "no" });
  assert.doesNotMatch(await (await fetch(url)).text(), /only here/);
  const rehearsed = await fetch(url, { headers: { "marcot-rehearsal": "1" } });
  assert.match(await rehearsed.text(), /only here/);
});

test("without an address the app is not provided, and comes back", async () => {
  await setRow(a.sql, "faq", { phase: "elsewhere" });
  await acked(a.sql, "faq", { phase: "elsewhere" });
  await assert.rejects(create("nowhere"), { code: "Unavailable", ran: "no" });
  assert.equal((await fetch(`${project.address}/faq/v1/entries/`)).status, 503);
});

test("processes are known while they live, and acks go with them", async () => {
  await a.sql`insert into marcot.processes (backend, backend_start, host, pid, apps)
    values (1, now(), 'gone', 1, '{faq}')`;
  const second = await startProcess({ folder, url: a.url, only: ["faq", "tickets"] });
  const rows = await a.sql`select pid, apps from marcot.processes order by id`;
  assert.deepEqual(
    [...rows],
    [
      { pid: process.pid, apps: ["tickets", "faq", "faqcreator"] },
      { pid: process.pid, apps: ["tickets", "faq"] },
    ],
  );
  await setRow(a.sql, "faq", { phase: "leaving" });
  await acked(a.sql, "faq", { phase: "leaving", count: 2 });
  await second.stop();
  assert.equal((await acksOf(a.sql, "faq")).length, 1);
  assert.equal((await a.sql`select from marcot.processes`).length, 1);
});

test("a process acknowledges again after its session was lost", async () => {
  await setRow(a.sql, "faq", { phase: "leaving", epoch: "4" });
  await acked(a.sql, "faq", { phase: "leaving", epoch: "4" });
  const [{ id } = {}] = await a.sql`select id from marcot.processes`;
  await a.sql`select pg_terminate_backend(backend, 1000) from marcot.processes`;
  await a.sql`delete from marcot.processes where id = ${id}`;
  await acked(a.sql, "faq", { phase: "leaving", epoch: "4" });
  const [{ id: next } = {}] = await a.sql`select id from marcot.processes`;
  assert.notEqual(next, id);
  await a.sql`delete from marcot.processes`; // as somebody would who does not see its session
  await acked(a.sql, "faq", { phase: "leaving", epoch: "4" });
});
