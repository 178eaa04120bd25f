import { randomUUID } from "node:crypto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../src/data/database.ts";
import { appUrl } from "../../src/data/roles.ts";
import { codeOf } from "../../src/errors.ts";
import { putLeft } from "../../src/project/usage/left.ts";
import { moveSite } from "./move-site.ts";
import { APP, plant, SERVICE, startLoad, tracesIn, withExtract } from "./moving.ts";

const site = moveSite();
const { place } = site;

test("an app goes, comes home, goes for good and is brought home again while it is written", async () => {
  const { urls, plan } = await place();
  const load = startLoad(urls);
  try {
    await sleep(300);
    await withExtract(plan, (extract) => extract.start({ to: urls.service }));
    const switched = await withExtract(plan, (extract) =>
      extract.switch("service", { service: SERVICE }),
    );
    assert.equal(switched.holder, "service");
    const verified = await withExtract(
      plan,
      async (extract) => (await extract.move())?.info.verified,
    );
    assert.equal(verified?.different, 0);
    assert.equal(verified?.of, "switch");
    await sleep(300);
    await withExtract(plan, (extract) => extract.switch("project"));
    await sleep(200);
    await withExtract(plan, (extract) => extract.switch("service"));
    await withExtract(plan, (extract) => extract.complete());
    await sleep(200);
    assert.equal((await withExtract(plan, (extract) => extract.move()))?.state, "completed");
    await withExtract(plan, (extract) => extract.startHome());
    await withExtract(plan, (extract) => extract.switch("project"));
    await sleep(200);
    await load.stop();
    const found = await load.lost("project");
    assert.deepEqual({ lost: found.lost, doubled: found.doubled }, { lost: 0, doubled: 0 });
    assert.equal(found.counter, found.written);
    assert.ok(found.written > 100, String(found.written));
    assert.ok(load.moved > 0);
    await withExtract(plan, (extract) => extract.cancel());
    assert.deepEqual(await tracesIn(urls.project), []);
    assert.deepEqual(await tracesIn(urls.service), []);
  } finally {
    await load.close();
  }
});

test("a transaction that holds a table makes the switch back out, and is named", async () => {
  const { urls, plan } = await place();
  await withExtract(plan, (extract) => extract.start({ to: urls.service }));
  const blocker = connect(appUrl(urls.project, APP), { name: "blocker" });
  const load = startLoad(urls, 2);
  try {
    const release = Promise.withResolvers<void>();
    let blocking: Promise<unknown> | undefined;
    const block = async () => {
      const begun = Promise.withResolvers<void>();
      blocking = blocker.begin(async (tx) => {
        await tx`insert into entries (client, n) values ('blocker', 1)`;
        begun.resolve();
        await release.promise;
      });
      await begun.promise;
    };
    const failing = withExtract(
      plan,
      (extract) => extract.switch("service", { service: SERVICE }),
      // Not before: in one server with the holder, the way back would wait for it.
      { at: (point) => (point === "switch: way back prepared" ? block() : undefined) },
    );
    await assert.rejects(failing, (error: Error) => {
      assert.equal(codeOf(error), "SwitchFailed");
      assert.match(
        error.message,
        /tried 8 times: .*\/blocker \(backend \d+, a transaction of [\d.]+ s\)/,
      );
      return true;
    });
    const move = await withExtract(plan, (extract) => extract.move());
    assert.equal(move?.state, "ready");
    assert.equal(move?.holder, "project");
    assert.match(move?.info.problem ?? "", /blocker/);
    assert.ok(load.longestMs < 1500, `a writer waited ${load.longestMs} ms`);
    release.resolve();
    await blocking;
    const switched = await withExtract(plan, (extract) => extract.switch("service"));
    assert.equal(switched.attempts, 1);
    await load.stop();
    const { lost, counter, written } = await load.lost("service");
    assert.deepEqual({ lost, counter }, { lost: 0, counter: written });
  } finally {
    await load.close();
    await blocker.end({ timeout: 1 });
  }
});

test("a process that does not answer is named, and the switch refused", async () => {
  const { urls, plan } = await place();
  await withExtract(plan, (extract) => extract.start({ to: urls.service }));
  const deaf = connect(urls.project, { name: "deaf" });
  try {
    await deaf`
      insert into marcot.processes (backend, backend_start, host, pid, apps)
      select pid, backend_start, 'there', 4711, array[${APP}] from pg_stat_activity where pid = pg_backend_pid()`;
    const switching = (drainMs: number) =>
      withExtract(plan, (extract) => extract.switch("service", { service: SERVICE, drainMs }));
    await assert.rejects(switching(100), /process 4711 on there \(project\) has not answered/);
    await deaf`
      insert into marcot.acks (process, app, epoch, phase, problem)
      select p.id, ${APP}, 2, 'leaving', 'cannot reach it' from marcot.processes p`;
    const begun = performance.now();
    await assert.rejects(switching(5000), /process 4711 on there \(project\) cannot reach it/);
    assert.ok(performance.now() - begun < 4000);
  } finally {
    await deaf.end({ timeout: 1 });
  }
  // A process that has ended is not waited for.
  const switched = await withExtract(plan, (extract) => extract.switch("service"));
  assert.equal(switched.holder, "service");
});

test("rows that are there already are a reason to refuse, unless they are to go", async () => {
  const { urls, plan } = await place();
  await plant(urls.service, site.folder);
  const service = connect(appUrl(urls.service, APP), { name: "test" });
  await service`insert into entries (client, n) values ('old', 1)`;
  await service.end();
  const start = (replace: boolean) =>
    withExtract(plan, (extract) => extract.start({ to: urls.service, replace }));
  await assert.rejects(start(false), /has rows of shop already: counters, entries/);
  assert.equal(await withExtract(plan, (extract) => extract.move()), undefined);
  await start(true);
  await withExtract(plan, (extract) => extract.switch("service", { service: SERVICE }));
  const move = await withExtract(plan, (extract) => extract.move());
  assert.equal(move?.info.verified?.different, 0);
});

test("the same database, and one that cannot replicate, are refused", async () => {
  const { urls, plan } = await place();
  await assert.rejects(
    withExtract(plan, (extract) => extract.start({ to: urls.project })),
    /is the database that shop lies in already/,
  );
});

test("without replication the rows are copied while writes wait, there and back", async () => {
  const { urls, plan } = await place();
  const load = startLoad(urls, 2);
  try {
    await sleep(200);
    await withExtract(plan, (extract) => extract.start({ to: urls.service, mode: "copy" }));
    await assert.rejects(
      withExtract(plan, (extract) => extract.switch("service", { service: SERVICE })),
      /nobody has said how long/,
    );
    const pauseMs = 5000;
    const there = await withExtract(plan, (extract) =>
      extract.switch("service", { service: SERVICE, pauseMs }),
    );
    assert.equal(there.holder, "service");
    await sleep(200);
    await withExtract(plan, (extract) => extract.switch("project", { pauseMs }));
    await sleep(100);
    await withExtract(plan, (extract) => extract.switch("service", { pauseMs }));
    await load.stop();
    const { lost, doubled, counter, written } = await load.lost("service");
    assert.deepEqual({ lost, doubled, counter }, { lost: 0, doubled: 0, counter: written });
    const move = await withExtract(plan, (extract) => extract.move());
    assert.equal(move?.info.verified?.different, 0);
    await withExtract(plan, (extract) => extract.switch("project", { pauseMs }));
    await withExtract(plan, (extract) => extract.cancel());
    assert.deepEqual(await tracesIn(urls.project), []);
    assert.deepEqual(await tracesIn(urls.service), []);
  } finally {
    await load.close();
  }
});

test("counts of callers that came after the app had gone are added once", async () => {
  const { urls, plan } = await place();
  await withExtract(plan, (extract) => extract.start({ to: urls.service }));
  const [project, service] = [connect(urls.project), connect(urls.service)];
  try {
    const asked = { day: "2026-11-01", version: "v1", endpoint: "buy", consumer: "curl" };
    const times = { milliseconds: 1500.5, slow: 1 };
    const at = "2026-11-01T10:00:00Z";
    const counts = [{ ...asked, ...times, calls: 3, errors: 1, sent: ["gift"], at }];
    const parcels = [0, 1].map(() => ({ id: randomUUID(), counts }));
    // A process that was not sure whether it had left them does it again.
    await putLeft(project, APP, parcels);
    await putLeft(project, APP, parcels);
    await withExtract(plan, (extract) => extract.switch("service", { service: SERVICE }));
    const rows =
      await service`select calls::int, errors::int, to_json(sent) as sent from shop.contract_usage`;
    assert.deepEqual([...rows], [{ calls: 6, errors: 2, sent: ["gift"] }]);
    const taken = await service`select milliseconds, slow::int from shop.endpoint_times`;
    assert.deepEqual([...taken], [{ milliseconds: 3001, slow: 2 }]);
    assert.equal((await project`select from marcot.usage_left`).length, 0);
  } finally {
    await Promise.all([project.end(), service.end()]);
  }
});
