/** What goes wrong while an app moves and nobody switches: tables that come later, and streams that are lost. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { connect } from "../../src/data/database.ts";
import { appUrl } from "../../src/data/roles.ts";
import { codeOf, MarcotError } from "../../src/errors.ts";
import { openExtract } from "../../src/extract/extract.ts";
import { openSide } from "../../src/extract/sides.ts";
import { dropSlot } from "../../src/extract/slot.ts";
import type { ProjectPlan } from "../../src/project/plan.ts";
import { moveSite } from "./move-site.ts";
import { APP, SERVICE, tracesIn, withExtract } from "./moving.ts";

const site = moveSite();
const open: Sql[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((sql) => sql.end({ timeout: 1 })));
});

/** An app whose copy follows. */
async function place() {
  const { plan, urls } = await site.place();
  const { project, service } = urls;
  await withExtract(plan, (extract) => extract.start({ to: service }));
  const pool = (url: string) => {
    const sql = connect(url, { name: "test" });
    open.push(sql);
    return sql;
  };
  return {
    plan,
    urls,
    owner: { project: pool(project), service: pool(service) },
    app: { project: pool(appUrl(project, APP)), service: pool(appUrl(service, APP)) },
  };
}

const toService = (plan: ProjectPlan) =>
  withExtract(plan, (extract) => extract.switch("service", { service: SERVICE }));
const resume = (plan: ProjectPlan) => withExtract(plan, (extract) => extract.resume());
const stateOf = async (plan: ProjectPlan) => {
  const move = await withExtract(plan, (extract) => extract.move());
  return `${move?.state} ${move?.holder}`;
};
const problems = async (plan: ProjectPlan) =>
  (await withExtract(plan, (extract) => extract.status())).problems.map(({ what }) => what);

test("a table that is made on both sides meanwhile moves along, and comes home", async () => {
  const { plan, app } = await place();
  // With a row that both sides have, and without a key.
  const made = `create table gifts (id int primary key, what text); insert into gifts values (0, 'first');
    create table wishes (what text)`;
  for (const sql of [app.project, app.service]) await sql.unsafe(made);
  await app.project`insert into gifts values (1, 'before')`;
  await app.project`insert into wishes values ('before')`;
  await toService(plan);
  assert.equal((await withExtract(plan, (e) => e.move()))?.info.verified?.different, 0);
  assert.deepEqual(
    (await app.service`select id from gifts order by 1`).map(({ id }) => id),
    [0, 1],
  );
  await app.service`insert into gifts values (2, 'there')`;
  await app.service`update wishes set what = 'there'`;
  await assert.rejects(app.project`insert into gifts values (3, 'lost')`, { code: "MV001" });
  await withExtract(plan, (extract) => extract.switch("project"));
  assert.deepEqual(
    (await app.project`select id from gifts order by 1`).map(({ id }) => id),
    [0, 1, 2],
  );
  assert.deepEqual([...(await app.project`select what from wishes`)], [{ what: "there" }]);
});

test("a table of both sides is taken up by resume, after a switch that did not happen too", async () => {
  const { plan, app, owner } = await place();
  const at = (point: string) => {
    if (point === "switch: held") throw new Error("broken off");
  };
  const breaking = withExtract(plan, (extract) => extract.switch("service", { service: SERVICE }), {
    at,
  });
  await assert.rejects(breaking, /broken off/);
  for (const sql of [app.project, app.service]) await sql`create table gifts (id int primary key)`;
  await app.service`insert into gifts values (7)`;
  await app.project`insert into gifts values (8)`;
  assert.match(await resume(plan), /the stream did not carry gifts/);
  assert.deepEqual([...(await app.service`select id from gifts`)], [{ id: 8 }]);
  const [way] = await owner.project`
    select count(*)::int as n from pg_subscription where subname = 'marcot_shop_home'`;
  assert.equal(way?.["n"], 0);
  await toService(plan);
  await app.service`insert into gifts values (9)`;
  await withExtract(plan, (extract) => extract.switch("project"));
  assert.deepEqual(
    (await app.project`select id from gifts order by 1`).map(({ id }) => id),
    [8, 9],
  );
});

test("without a process of the service nothing is switched", async () => {
  const { plan, urls } = await place();
  const extract = await openExtract({ plan, app: APP });
  try {
    await assert.rejects(extract.switch("service", { service: SERVICE }), (error: Error) => {
      assert.equal(codeOf(error), "SwitchFailed");
      const place = new URL(urls.service);
      const text = `${place.host}${place.pathname}`;
      assert.ok(error.message.includes(`No process of the service is connected to`), error.message);
      assert.ok(error.message.includes(text), error.message);
      assert.match(error instanceof MarcotError ? (error.fix ?? "") : "", /runserver --only shop/);
      return true;
    });
  } finally {
    await extract.close();
  }
  assert.equal(await stateOf(plan), "ready project");
});

test("resume puts right what is not as it should be, and says so", async () => {
  const { plan, app, owner } = await place();
  assert.match(await resume(plan), /^nothing was begun, and all is in place/);
  await owner.service`alter subscription marcot_shop_out disable`;
  await owner.service`alter table shop.entries disable trigger marcot_moved`;
  await owner.project`alter table shop.counters enable trigger marcot_moved`;
  await owner.service`delete from marcot.providers`;
  assert.equal((await problems(plan)).length, 3);
  const found = await resume(plan);
  assert.match(found, /the service's subscription was disabled/);
  assert.match(
    found,
    /tables of the project refused writes; that tables of the service took writes/,
  );
  assert.match(found, /the service's processes were not told where it is/);
  assert.deepEqual(await problems(plan), []);
  await app.project`insert into entries (client, n) values ('after', 1)`;
  await toService(plan);
  assert.equal((await app.service`select from entries`).length, 1);
});

test("a rehearsal goes on when resume finds all in place", async () => {
  const { plan, owner } = await place();
  await owner.project`
    insert into marcot.providers (app, phase, address, shadow) values (${APP}, 'here', ${SERVICE}, 0.5)`;
  await resume(plan);
  const rows = await owner.project`select shadow from marcot.providers`;
  assert.deepEqual([...rows], [{ shadow: 0.5 }]);
});

/** As a server does that has thrown away what a follower still needed. */
async function loseStream(holder: Sql, follower: Sql, name: string) {
  await follower.unsafe(`ALTER SUBSCRIPTION ${name} DISABLE`);
  await holder`
    select pg_terminate_backend(active_pid, 5000) from pg_replication_slots
    where slot_name = ${name} and active_pid is not null`;
  await holder`select pg_drop_replication_slot(${name})`;
}

test("a copy that has missed rows is made anew, also with a way back that a switch has left", async () => {
  const { plan, app, owner } = await place();
  await app.project`insert into entries (client, n) values ('kept', 1)`;
  const at = (point: string) => {
    if (point === "switch: held") throw new Error("broken off");
  };
  const breaking = withExtract(plan, (extract) => extract.switch("service", { service: SERVICE }), {
    at,
  });
  await assert.rejects(breaking, /broken off/);
  await loseStream(owner.project, owner.service, "marcot_shop_out");
  await app.project`insert into entries (client, n) values ('missed', 1)`;
  await assert.rejects(toService(plan), (error: MarcotError) => {
    assert.match(error.message, /is broken/);
    assert.match(error.fix ?? "", /resume shop/);
    return true;
  });
  assert.match(await resume(plan), /had missed rows, and was made anew/);
  await toService(plan);
  assert.equal((await app.service`select from entries`).length, 2);
  // What was emptied for the copy does not go home as deleted.
  await withExtract(plan, (extract) => extract.switch("project"));
  assert.equal((await app.project`select from entries`).length, 2);
});

test("a way home that is lost leads to complete and absorb, and in no circle", async () => {
  const { plan, app, owner } = await place();
  await toService(plan);
  await loseStream(owner.service, owner.project, "marcot_shop_home");
  const says = (pattern: RegExp) => (error: MarcotError) => {
    assert.match(error.fix ?? "", pattern);
    return true;
  };
  await assert.rejects(resume(plan), says(/complete shop.*absorb shop/));
  await assert.rejects(
    withExtract(plan, (extract) => extract.switch("project")),
    says(/complete shop.*absorb shop/),
  );
  await app.service`insert into entries (client, n) values ('there', 1)`;
  await withExtract(plan, (extract) => extract.complete());
  await assert.rejects(
    withExtract(plan, (extract) => extract.cancel()),
    says(/absorb shop/),
  );
  const at = (point: string) => {
    if (point === "start: subscribed") throw new Error("broken off");
  };
  await assert.rejects(
    withExtract(plan, (extract) => extract.startHome(), { at }),
    /broken off/,
  );
  await assert.rejects(
    withExtract(plan, (extract) => extract.complete()),
    says(/on its way home.*cancel shop/),
  );
  await withExtract(plan, (extract) => extract.cancel());
  assert.equal(await stateOf(plan), "completed service");
  assert.equal((await app.service`select from entries`).length, 1);
  await withExtract(plan, (extract) => extract.startHome());
  await withExtract(plan, (extract) => extract.switch("project"));
  assert.equal((await app.project`select from entries`).length, 1);
});

test("a copy that waits for a transaction of its own server is cancelled meanwhile", async () => {
  const { plan, urls, owner } = await place();
  await withExtract(plan, (extract) => extract.cancel());
  const release = Promise.withResolvers<void>();
  let running: Promise<unknown> | undefined;
  const at = async (point: string) => {
    if (point === "start: slot made") {
      const begun = Promise.withResolvers<void>();
      running = owner.project.begin(async (tx) => {
        await tx`select pg_current_xact_id()`;
        begun.resolve();
        await release.promise;
      });
      await begun.promise;
    }
    if (point !== "start: subscribed") return;
    // The slot of a table waits for that transaction.
    for (;;) {
      const [found] = await owner.service`
        select from pg_replication_slots where slot_name like 'pg_%_sync_%' and active_pid is not null`;
      if (found !== undefined) throw new Error("broken off");
      await sleep(20);
    }
  };
  try {
    const starting = withExtract(plan, (extract) => extract.start({ to: urls.service }), { at });
    await assert.rejects(starting, /broken off/);
    const cancelled = withExtract(plan, (extract) => extract.cancel()).then(() => "cancelled");
    assert.equal(
      await Promise.race([cancelled, sleep(15_000, "hangs", { ref: false })]),
      "cancelled",
    );
    assert.deepEqual(await tracesIn(urls.project), []);
    assert.deepEqual(await tracesIn(urls.service), []);
  } finally {
    release.resolve();
    await running;
  }
});

test("a slot whose reader does not go is given up, and named", async () => {
  const { urls, owner } = await place();
  const [slot] = await owner.project<{ pid: number }[]>`
    select active_pid as pid from pg_replication_slots where slot_name = 'marcot_shop_out'`;
  const { pid = 0 } = slot ?? {};
  const side = await openSide("project", urls.project, { app: APP, token: "0123" });
  // It does not hear that it is to end.
  process.kill(pid, "SIGSTOP");
  try {
    await assert.rejects(dropSlot(side, "marcot_shop_out"), (error: Error) => {
      assert.equal(codeOf(error), "MoveRefused");
      assert.ok(error.message.includes(`the backend ${pid} reads from it`), error.message);
      return true;
    });
  } finally {
    process.kill(pid, "SIGCONT");
    await side.close();
  }
});

test("tables that are not alike are told with what helps, which is not to migrate", async () => {
  const { plan, app } = await place();
  await app.project`alter table entries add colour text`;
  const says = (error: MarcotError) => {
    assert.match(error.message, /column entries\.colour is on the side of the project only/);
    assert.match(error.fix ?? "", /by hand in both databases.*resume shop.*cancel shop/);
    return true;
  };
  await assert.rejects(toService(plan), says);
  await assert.rejects(resume(plan), says);
  const { problems: found } = await withExtract(plan, (extract) => extract.status());
  assert.match(found.map(({ fix }) => fix).join(), /by hand in both databases/);
  await app.service`alter table entries add colour text`;
  await app.project`insert into entries (client, n, colour) values ('new', 1, 'red')`;
  await resume(plan);
  await toService(plan);
  assert.deepEqual([...(await app.service`select colour from entries`)], [{ colour: "red" }]);
});
