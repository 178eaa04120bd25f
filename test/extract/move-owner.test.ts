/** An owner as managed servers give one: no superuser, but one that may make roles and streams. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, withConnection } from "../../src/data/database.ts";
import { openSide } from "../../src/extract/sides.ts";
import { subscribe } from "../../src/extract/stream.ts";
import { moveSite } from "./move-site.ts";
import { APP, plant, SERVICE, startLoad, tracesIn, withExtract } from "./moving.ts";

const site = moveSite();
let count = 0;

/** Two databases, each with an owner of its own. `may`: what those may beside making roles. */
async function place(may: { streams: boolean }) {
  count += 1;
  const superuser = await site.database(`project${count}`);
  const urls = {
    project: await ownedBy(`owner_project${count}`, superuser, may),
    service: await ownedBy(`owner_service${count}`, await site.database(`service${count}`), may),
  };
  await plant(urls.project, site.folder);
  return { urls, plan: site.planOf(urls.project), superuser };
}

async function ownedBy(role: string, superuser: string, { streams }: { streams: boolean }) {
  const url = new URL(superuser);
  await withConnection(superuser, async (sql) => {
    const replication = streams ? "REPLICATION" : "";
    await sql.unsafe(`CREATE ROLE ${role} LOGIN CREATEROLE ${replication} PASSWORD 'owner'`);
    await sql.unsafe(`ALTER DATABASE ${url.pathname.slice(1)} OWNER TO ${role}`);
    if (streams) await sql.unsafe(`GRANT pg_create_subscription TO ${role}`);
  });
  url.username = role;
  url.password = "owner";
  return url.href;
}

test("an owner that is no superuser moves an app there and back, and cancels", async () => {
  const { urls, plan, superuser } = await place({ streams: true });
  const load = startLoad(urls, 2);
  try {
    await sleep(200);
    await withExtract(plan, (extract) => extract.start({ to: urls.service }));
    // A process of another role: of its session the owner sees no more than that it is there.
    const other = connect(superuser, { name: "other" });
    await other`
      insert into marcot.processes (backend, backend_start, host, pid, apps)
      select pid, backend_start, 'there', 4711, array[${APP}] from pg_stat_activity where pid = pg_backend_pid()`;
    const status = await withExtract(plan, (extract) => extract.status());
    await other.end({ timeout: 1 });
    assert.deepEqual(status.problems, []);
    assert.deepEqual(
      status.processes.map(({ pid }) => pid),
      [4711],
    );
    assert.match(
      await withExtract(plan, (extract) => extract.resume()),
      /^nothing was begun, and all is in place/,
    );
    for (const side of ["service", "project"] as const) {
      await withExtract(plan, (extract) => extract.switch(side, { service: SERVICE }));
      await sleep(200);
      const move = await withExtract(plan, (extract) => extract.move());
      assert.equal(move?.info.verified?.different, 0);
    }
    await load.stop();
    const { lost, doubled, counter, written } = await load.lost("project");
    assert.deepEqual({ lost, doubled, counter }, { lost: 0, doubled: 0, counter: written });
    await withExtract(plan, (extract) => extract.cancel());
    assert.deepEqual(await tracesIn(urls.project), []);
    assert.deepEqual(await tracesIn(urls.service), []);
  } finally {
    await load.close();
  }
});

test("an owner that may not make streams moves an app by copies", async () => {
  const { urls, plan } = await place({ streams: false });
  const load = startLoad(urls, 2);
  const pauseMs = 5000;
  try {
    await withExtract(plan, (extract) => extract.start({ to: urls.service, mode: "copy" }));
    await withExtract(plan, (extract) => extract.switch("service", { service: SERVICE, pauseMs }));
    await withExtract(plan, (extract) => extract.resume());
    await withExtract(plan, (extract) => extract.switch("project", { pauseMs }));
    await load.stop();
    const { lost, counter, written } = await load.lost("project");
    assert.deepEqual({ lost, counter }, { lost: 0, counter: written });
    await withExtract(plan, (extract) => extract.cancel());
    assert.deepEqual(await tracesIn(urls.project), []);
    assert.deepEqual(await tracesIn(urls.service), []);
  } finally {
    await load.close();
  }
});

test("a stream that cannot be made does not write the owner's password into the server's log", async () => {
  const url = await site.database("logs");
  await plant(url, site.folder);
  const side = await openSide("service", url, { app: APP, token: "0123" });
  const nowhere = "postgres://marcot:Sekret4711@127.0.0.1:1/nowhere";
  try {
    await side.sql`alter database logs set log_statement = 'all'`;
    const publisher = { ...side, name: "project", ownerUrl: nowhere } as const;
    await assert.rejects(subscribe(side, publisher, { copy: "nothing" }), /could not connect/);
    const [at] = await side.sql<{ folder: string }[]>`
      select current_setting('data_directory') as folder`;
    const log = await readFile(join(at?.folder ?? "", "..", "postgres.log"), "utf8");
    assert.match(log, /ERROR:  subscription "marcot_shop_out" could not connect/);
    assert.doesNotMatch(log, /Sekret4711/);
  } finally {
    await side.close();
  }
});
