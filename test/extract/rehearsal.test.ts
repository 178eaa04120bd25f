/** A share of the reads is also sent to where the app is about to go, and what differs there is found. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, beforeEach, suite, test } from "node:test";
import postgres, { type Sql } from "postgres";
import { v1, v2 } from "../../apps/faq/contract.ts";
import type { ServedApp } from "../../src/app/types.ts";
import { firstDifference } from "../../src/client/rehearsal/difference.ts";
import { openRehearsal, type Rehearsal } from "../../src/client/rehearsal/rehearsal.ts";
import { ensureControl } from "../../src/data/control.ts";
import { openProject, type Project } from "../../src/project/project.ts";
import { type Service, startService } from "../../src/provider/service.ts";
import { get, openDatabase, type Part, start } from "../company.ts";
import { until } from "../events/letters.ts";
import { freePort } from "../events/ports.ts";

const folder = new URL("../../example", import.meta.url).pathname;

interface Found {
  readonly endpoint: string;
  readonly compared: number;
  readonly different: number;
  readonly failed: number;
  readonly here: number;
  readonly there: number;
  readonly example: Record<string, unknown> | null;
}

suite("a rehearsal", () => {
  const closers: (() => Promise<unknown>)[] = [];
  const warned: string[] = [];
  let here: Sql;
  let there: Sql;
  let project: Project;
  let service: Service;
  let part: Part;
  let rehearsal: Rehearsal;
  let served: ServedApp;
  before(async () => {
    const databases = [await openDatabase(), await openDatabase()] as const;
    const [a, b] = databases.map(({ url }) => postgres(url, { max: 2, onnotice() {} }));
    assert.ok(a && b);
    [here, there] = [a, b];
    await ensureControl(a);
    for (const sql of [a, b])
      await sql`insert into faq.entries (question, source, answer, related)
        select 'question ' || n, n, 'answer', '{1,2}' from generate_series(1, 40) n`;
    const log = { info() {}, warn: (_: object, said: string) => warned.push(said), error() {} };
    const environment = { DATABASE_URL: databases[0].url };
    project = await openProject({ folder, environment, log });
    service = await startService({ project, port: 0 });
    part = await start({ DATABASE_URL: databases[1].url }); // all apps: faq stands below /faq/
    const provider = project.providers.get("faq");
    assert.ok(provider?.is === "local");
    ({ served } = provider);
    rehearsal = openRehearsal({ running: project, sql: a });
    closers.push(
      () => rehearsal.close(),
      () => part.stop(),
      () => service.stop(),
      () => project.close(),
      () => a.end(),
      () => b.end(),
      ...databases.map(({ drop }) => drop),
    );
  });
  after(async () => {
    for (const close of closers) await close();
  });
  beforeEach(async () => {
    rehearsal.setShadow(served, undefined);
    await sleep(1200); // what is out ends, and is written down
    await here`truncate marcot.rehearsals`;
    warned.length = 0;
  });

  const shadow = (share = 1, address = `${part.address}/faq/`) =>
    rehearsal.setShadow(served, { share, address: new URL(address) });
  const run = <T>(work: () => Promise<T>): Promise<T> => project.run(work);
  const sheet = () => here<Found[]>`
    select endpoint, compared::int, different::int, failed::int, here_ms as here, there_ms as there,
      example from marcot.rehearsals where app = 'faq' order by endpoint`;
  const sheetWith = (compared: number) =>
    until(sheet, (rows) => rows.reduce((sum, row) => sum + row.compared, 0) >= compared);

  test("compares calls of apps and requests from outside, at every version, and finds no difference", async () => {
    shadow();
    for (let id = 1; id <= 5; id += 1) {
      await run(() => v1.entry({ id }));
      await run(() => v2.entry({ id }));
      await run(() => v2.many({ ids: [id, id + 1] }));
      await get(`${service.address}/faq/v2/entries/?search=question&limit=${id}`);
      await sleep(60);
    }
    const rows = await sheetWith(20);
    assert.deepEqual(
      rows.map(({ endpoint, compared, different, failed }) => [
        endpoint,
        compared,
        different,
        failed,
      ]),
      [
        ["v1.entry", 5, 0, 0],
        ["v2.entries", 5, 0, 0],
        ["v2.entry", 5, 0, 0],
        ["v2.many", 5, 0, 0],
      ],
    );
    assert.ok(rows.every((row) => row.here > 0 && row.there > 0 && row.example === null));
  });

  test("finds what was planted: another value, a row that is missing, and where", async () => {
    await there`update faq.entries set answer = 'wrong', related = '{1,3}' where id = 7`;
    await there`delete from faq.entries where id = 8`;
    shadow();
    await run(() => v2.entry({ id: 7 }));
    await run(() => v1.entry({ id: 8 }));
    const [missing, other] = await sheetWith(2);
    assert.deepEqual(
      [other?.endpoint, other?.compared, other?.different, other?.failed],
      ["v2.entry", 1, 1, 0],
    );
    const entry = { id: 7, question: "question 7", source: 7 };
    assert.deepEqual(other?.example, {
      input: { id: 7 },
      here: { ...entry, answer: "answer", related: [1, 2] },
      there: { ...entry, answer: "wrong", related: [1, 3] },
      pointer: "/answer",
    });
    assert.equal(missing?.different, 1);
    assert.deepEqual(missing?.example?.["there"], { error: "NoSuchEntry" });
    await there`delete from faq.entries`;
    await there`insert into faq.entries overriding system value
      select * from jsonb_populate_recordset(null::faq.entries, ${await here`
        select to_jsonb(e) as row from faq.entries e order by id`.then((rows) =>
        rows.map((one) => one["row"]),
      )}::jsonb)`;
  });

  test("takes what only arrives late for no difference", async () => {
    shadow();
    const end = performance.now() + 4000;
    const change = async () => {
      for (let turn = 0; performance.now() < end; turn += 1) {
        const id = 1 + (turn % 3);
        const answer = `answer ${turn}`;
        await here`update faq.entries set answer = ${answer} where id = ${id}`;
        // As replication does it: a moment later.
        setTimeout(() => {
          there`update faq.entries set answer = ${answer} where id = ${id}`.catch(() => {});
        }, 30);
        await sleep(20);
      }
    };
    const read = async () => {
      for (let turn = 0; performance.now() < end; turn += 1) {
        await run(() => v2.entry({ id: 1 + (turn % 3) }));
        await sleep(7);
      }
    };
    await Promise.all([change(), read()]);
    const [row] = await sheetWith(30);
    assert.deepEqual([row?.different, row?.failed, row?.example], [0, 0, null]);
  });

  test("sends a share, none of the writes and failures, and never its own reads", async () => {
    shadow(0.5);
    for (let turn = 0; turn < 60; turn += 1) {
      await run(() => v2.entry({ id: 1 }));
      await run(() => v2.entry({ id: 4000 })).catch(() => {});
      await sleep(10);
    }
    await run(() => v2.create({ question: "q", source: 1 }));
    await sleep(1500);
    const [row, ...others] = await sheet();
    assert.equal(others.length, 0);
    assert.ok(row && row.compared > 10 && row.compared < 50, `${row?.compared} of 60`);
  });

  test("does not let a caller wait or fail when nobody answers there", async () => {
    shadow(1, `http://127.0.0.1:${await freePort()}`);
    const begun = performance.now();
    const reads = Array.from({ length: 50 }, () => run(() => v2.entry({ id: 1 })));
    const answers = await Promise.all(reads);
    assert.ok(answers.every(({ id }) => id === 1));
    assert.ok(performance.now() - begun < 1500);
    const [row] = await until(sheet, (rows) => rows.length > 0);
    assert.ok(row && row.failed >= 1 && row.compared === 0);
    assert.deepEqual(warned, []);
  });

  test("has four reads on their way, and drops what comes meanwhile", async () => {
    const open: ServerResponse[] = [];
    const slow = createServer((_request, response) => void open.push(response));
    await once(slow.listen(0, "127.0.0.1"), "listening");
    const { port } = slow.address() as AddressInfo; // it is on a port
    shadow(1, `http://127.0.0.1:${port}`);
    for (let turn = 0; turn < 20; turn += 1) await run(() => v2.entry({ id: 1 }));
    await sleep(300);
    assert.equal(open.length, 4);
    for (const response of open) response.writeHead(500).end();
    const [row] = await until(sheet, (rows) => rows[0]?.failed === 4);
    assert.equal(row?.compared, 0);
    slow.closeAllConnections();
    await new Promise((resolve) => slow.close(resolve));
  });

  test("keeps what it cannot write down, and says so once", async () => {
    shadow(1, `http://127.0.0.1:${await freePort()}`);
    await here`alter table marcot.rehearsals rename to away`;
    await run(() => v2.entry({ id: 1 }));
    await sleep(2500);
    assert.deepEqual(warned, ["a rehearsal could not be written down"]);
    await here`alter table marcot.away rename to rehearsals`;
    const [row] = await until(sheet, (rows) => rows.length > 0);
    assert.equal(row?.failed, 1);
  });

  test("is off by default and when it is switched off, and closes with reads on their way", async () => {
    assert.equal(served.onRead, undefined);
    shadow(0);
    assert.equal(served.onRead, undefined);
    await part.stop();
    const used = await there`select from faq.contract_usage where consumer like '%rehearsal%'`;
    assert.equal(used.length, 0, "a rehearsal is no use of a version");
    shadow();
    assert.notEqual(served.onRead, undefined);
    await run(() => v2.entry({ id: 1 }));
    const begun = performance.now();
    await rehearsal.close();
    assert.ok(performance.now() - begun < 1000);
    shadow();
    assert.equal(served.onRead, undefined);
  });
});

test("the first difference is the first of the members by name, and of a list by place", () => {
  const pairs: [unknown, unknown, string | undefined][] = [
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, undefined],
    [{ b: 1, a: 1 }, { a: 2, b: 2 }, "/a"],
    [[1, 2], [1, 2, 3], "/2"],
    [{ "a/b": { "~": 1 } }, { "a/b": { "~": 2 } }, "/a~1b/~0"],
    [{ a: 1 }, {}, "/a"],
    [[], {}, ""],
    [null, {}, ""],
    ["1", 1, ""],
  ];
  for (const [one, other, pointer] of pairs) {
    assert.equal(firstDifference(one, other), pointer);
    assert.equal(firstDifference(other, one), pointer);
  }
});
