/**
 * "A call that comes again under its key is made once": the reply is stored with what it is about, so that
 * whoever lost it asks again and gets it. The same for a local call, a call that leaves, and a request.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { v1, v2 } from "../../apps/tickets/contract.ts";
import { codeOf } from "../../src/errors.ts";
import { openProject, type Project } from "../../src/project/project.ts";
import { type Service, startService } from "../../src/provider/service.ts";
import { openDatabase } from "../company.ts";

const example = join(import.meta.dirname, "..", "..", "example");
const quiet = { info() {}, warn() {}, error() {} };

let database: Awaited<ReturnType<typeof openDatabase>>;
let sql: Sql;
let provider: Project;
let service: Service;
let away: Project;
before(async () => {
  database = await openDatabase();
  sql = postgres(database.url, { max: 2, onnotice() {} });
  const environment = { DATABASE_URL: database.url };
  provider = await openProject({ folder: example, environment, log: quiet });
  service = await startService({ project: provider, port: 0 });
  const elsewhere = { ...environment, TICKETS_API: `${service.address}/tickets` };
  away = await openProject({ folder: example, environment: elsewhere, log: quiet });
});
after(async () => {
  await away.close();
  await service.stop();
  await provider.close();
  await sql.end({ timeout: 1 });
  await database.drop();
});

interface Ticket {
  readonly id: number;
  readonly subject: string;
}

interface Sent {
  readonly status: number;
  readonly code?: string;
  readonly ticket: Ticket;
}

/** Posts as a program would that is called so. */
async function request(path: string, key: string, body: object, agent = "curl/8"): Promise<Sent> {
  const response = await fetch(`${service.address}/tickets/v1${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": key,
      "user-agent": agent,
    },
    body: JSON.stringify(body),
  });
  const ticket = (await response.json()) as Ticket & { code?: string };
  return { status: response.status, ticket, ...(ticket.code && { code: ticket.code }) };
}

async function called(call: () => Promise<Ticket>): Promise<Sent> {
  try {
    return { status: 200, ticket: await call() };
  } catch (error) {
    const { status } = error as { status: number };
    return { status, code: codeOf(error) ?? String(error), ticket: { id: 0, subject: "" } };
  }
}

interface Way {
  open(key: string, subject: string): Promise<Sent>;
  resolve(key: string, id: number): Promise<Sent>;
}

const callsOf = (project: () => Project): Way => ({
  open: (idempotencyKey, subject) =>
    called(() => project().run(() => v1.open({ subject, body: "b" }, { idempotencyKey }))),
  resolve: (idempotencyKey, id) =>
    called(() => project().run(() => v1.resolve({ id }, { idempotencyKey }))),
});

const ways: Readonly<Record<string, Way>> = {
  "a local call": callsOf(() => provider),
  "a call that leaves": callsOf(() => away),
  "a request": {
    open: (key, subject) => request("/open/", key, { subject, body: "b" }),
    resolve: (key, id) => request(`/tickets/${id}/resolve/`, key, {}),
  },
};

async function countOf(subject: string): Promise<number> {
  const [found] =
    await sql`select count(*)::int as count from tickets.tickets where subject = ${subject}`;
  return (found as { count: number }).count;
}

/** While it works, no view can write a ticket. */
async function whileTicketsAreLocked<T>(work: () => Promise<T>): Promise<T> {
  return (await sql.begin(async (tx) => {
    await tx`lock table tickets.tickets in access exclusive mode`;
    return work();
  })) as T;
}

/** Until a view waits for the table, so that its call surely runs. */
async function untilBlocked(): Promise<void> {
  for (;;) {
    const [found] = await sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query ilike '%tickets%'`;
    if (found) return;
    await sleep(10);
  }
}

for (const [name, way] of Object.entries(ways)) {
  suite(name, () => {
    test("that comes again gets the same reply, and makes one row", async () => {
      const [key, subject] = [randomUUID(), `again, ${name}`];
      const first = await way.open(key, subject);
      assert.ok(first.status < 300);
      assert.deepEqual(await way.open(key, subject), first);
      assert.equal(await countOf(subject), 1);
      const other = await way.open(randomUUID(), subject);
      assert.notEqual(other.ticket.id, first.ticket.id);
      assert.equal(await countOf(subject), 2);
    });

    test("that comes again while the first still runs is refused, and then gets its reply", async () => {
      const [key, subject] = [randomUUID(), `running, ${name}`];
      const [first] = await whileTicketsAreLocked(async () => {
        const running = way.open(key, subject);
        await untilBlocked();
        const { status, code } = await way.open(key, subject);
        assert.deepEqual([status, code], [409, "CallRunning"]);
        return [running];
      });
      const reply = await first;
      assert.deepEqual(await way.open(key, subject), reply);
      assert.equal(await countOf(subject), 1);
    });

    test("with the key of another input is refused, and makes nothing", async () => {
      const [key, subject] = [randomUUID(), `one, ${name}`];
      await way.open(key, subject);
      const { status, code } = await way.open(key, `other, ${name}`);
      assert.deepEqual([status, code], [422, "KeyReused"]);
      assert.equal(await countOf(`other, ${name}`), 0);
    });

    test("that failed leaves its key free", async () => {
      const key = randomUUID();
      const { ticket } = await way.open(randomUUID(), `failed, ${name}`);
      const early = await way.resolve(key, ticket.id);
      assert.deepEqual([early.status, early.code], [409, "NotAnswered"]);
      await provider.run(() => v1.answer({ id: ticket.id, answer: "a" }));
      const late = await way.resolve(key, ticket.id);
      assert.partialDeepStrictEqual(late.ticket, { id: ticket.id, status: "resolved" });
    });

    test("is another call a day later", async () => {
      const [key, subject] = [randomUUID(), `a day, ${name}`];
      const first = await way.open(key, subject);
      await sql`update tickets.idempotency_keys set at = at - interval '23 hours' where key = ${key}`;
      assert.deepEqual(await way.open(key, subject), first);
      await sql`update tickets.idempotency_keys set at = at - interval '1 hour' where key = ${key}`;
      const second = await way.open(key, subject);
      assert.notEqual(second.ticket.id, first.ticket.id);
      assert.deepEqual(await way.open(key, subject), second);
      assert.equal(await countOf(subject), 2);
    });

    test("with a key that is too long, or none, is refused before it runs", async () => {
      const subject = `long, ${name}`;
      for (const key of ["k".repeat(256), ""]) {
        const { status, code } = await way.open(key, subject);
        assert.deepEqual([status, code], [400, "MalformedBody"]);
      }
      assert.equal(await countOf(subject), 0);
      assert.ok((await way.open(`${name} ${"k".repeat(200)}`, subject)).status < 300);
    });

    test("of which many come at once is made once", async () => {
      const [key, subject] = [randomUUID(), `at once, ${name}`];
      const sent = await Promise.all(Array.from({ length: 40 }, () => way.open(key, subject)));
      assert.equal(await countOf(subject), 1);
      const ids = sent.flatMap(({ code, ticket }) => (code === "CallRunning" ? [] : ticket.id));
      assert.ok(ids.length > 0);
      assert.deepEqual(new Set(ids).size, 1, "all that were answered have the same reply");
    });
  });
}

test("calls that come just when the first one ends make no second row", async () => {
  const subject = "just then";
  const keys = Array.from({ length: 300 }, () => randomUUID());
  for (const key of keys) {
    const open = () => ways["a local call"]?.open(key, subject);
    const first = open();
    const later = [];
    for (let count = 0; count < 8; count += 1) {
      later.push(open());
      await new Promise(setImmediate);
    }
    await Promise.all([first, ...later]);
  }
  assert.equal(await countOf(subject), keys.length);
});

test("a caller that was given up on learns by its key what became of the call", async () => {
  const [idempotencyKey, subject] = [randomUUID(), "given up"];
  const open = (deadlineMs: number) =>
    away.run(() => v1.open({ subject, body: "b" }, { idempotencyKey, deadlineMs }));
  await whileTicketsAreLocked(async () => {
    await assert.rejects(open(300), { code: "TimedOut", ran: "maybe" });
    await assert.rejects(open(300), { code: "CallRunning", ran: "maybe" });
  });
  for (let ticket; ticket === undefined; await sleep(10))
    ticket = await open(1000).catch((error: unknown) => {
      assert.equal(codeOf(error), "CallRunning");
      return undefined;
    });
  assert.equal(await countOf(subject), 1);
});

test("the same key of another caller, another endpoint or another version is another call", async () => {
  const [key, subject] = ["shared-key", "of two"];
  const body = { subject, body: "b" };
  const curl = await request("/open/", key, body, "curl/8");
  const wget = await request("/open/", key, body, "Wget/1");
  assert.notEqual(curl.ticket.id, wget.ticket.id);
  assert.deepEqual(await request("/open/", key, body, "Wget/1"), wget);
  const answered = await request(`/tickets/${curl.ticket.id}/answer/`, key, { answer: "a" });
  assert.equal(answered.status, 200);
  const call = (contract: typeof v1 | typeof v2) =>
    provider.run(() => contract.open(body, { idempotencyKey: key }));
  assert.notEqual((await call(v1)).id, (await call(v2)).id);
});

test("a key in quotes, as the draft has it, is the same key without", async () => {
  const [key, body] = [randomUUID(), { subject: "quoted", body: "b" }];
  const plain = await request("/open/", key, body);
  assert.deepEqual(await request("/open/", `"${key}"`, body), plain);
  const call = (idempotencyKey: string) => provider.run(() => v1.open(body, { idempotencyKey }));
  assert.notEqual((await call(key)).id, (await call(`"${key}"`)).id, "in a call they are its own");
});

test("a form and JSON of the same values are the same call", async () => {
  const headers = { "idempotency-key": randomUUID(), "user-agent": "curl/8" };
  const send = (type: string, body: string) =>
    fetch(`${service.address}/tickets/v1/open/`, {
      method: "POST",
      headers: { ...headers, "content-type": type },
      body,
    });
  const form = await send("application/x-www-form-urlencoded", "subject=by+form&body=b");
  const json = await send("application/json", '{ "body": "b", "subject": "by form" }');
  assert.deepEqual([form.status, json.status], [201, 201]);
  assert.deepEqual(await json.json(), await form.json());
});

test("what would not fit the contract takes no key", async () => {
  const key = randomUUID();
  assert.equal((await request("/open/", key, { subject: 5 })).status, 422);
  assert.equal((await request("/open/", key, { subject: "now right", body: "b" })).status, 201);
});
