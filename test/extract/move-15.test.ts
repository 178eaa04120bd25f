/** PostgreSQL 15 cannot leave out what came by another stream: there both directions must never live at once. */
import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { serverUser } from "../../src/data/binaries.ts";
import { connect, withConnection } from "../../src/data/database.ts";
import { freePort } from "../events/ports.ts";
import {
  makeFolder,
  plant,
  planOf,
  removeFolder,
  SERVICE,
  startLoad,
  tracesIn,
  withExtract,
} from "./moving.ts";

const binaries = "/usr/lib/postgresql/15/bin";
const skip = existsSync(join(binaries, "postgres")) ? false : `there is no ${binaries}`;

interface Old {
  readonly url: string;
  stop(): Promise<void>;
}

let folder: string;
const servers: Old[] = [];

before(async () => {
  folder = await makeFolder();
  if (skip === false) servers.push(await startOld(), await startOld());
});
after(async () => {
  for (const server of servers) await server.stop();
  await removeFolder(folder);
});

async function startOld(): Promise<Old> {
  const root = await mkdtemp(join(tmpdir(), "marcot-15-"));
  await chmod(root, 0o711);
  const data = join(root, "data");
  const user = await serverUser();
  await mkdir(data, { mode: 0o700 });
  const secret = join(root, "secret");
  await writeFile(secret, "old\n");
  if (user.uid !== undefined && user.gid !== undefined) {
    await chown(data, user.uid, user.gid);
    await chown(secret, user.uid, user.gid);
  }
  const options = { ...user, cwd: "/", stdio: "ignore" } as const;
  const initdb = ["-D", data, "-U", "marcot", `--pwfile=${secret}`, "--auth=scram-sha-256", "-N"];
  execFileSync(join(binaries, "initdb"), initdb, options);
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    wal_level: "logical",
    fsync: "off",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child: ChildProcess = spawn(join(binaries, "postgres"), ["-D", data, ...flags], options);
  const url = `postgres://marcot:old@127.0.0.1:${port}/postgres`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await withConnection(url, (sql) => sql`create database shop`);
      break;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(100);
    }
  }
  return {
    url: url.replace(/postgres$/, "shop"),
    async stop() {
      child.kill("SIGINT");
      await once(child, "exit");
      await rm(root, { recursive: true, force: true });
    },
  };
}

test("on PostgreSQL 15 nothing comes back as an echo, there and back again", { skip }, async () => {
  const [a, b] = servers;
  assert.ok(a && b);
  await plant(a.url, folder);
  const plan = planOf({ database: a.url, folder });
  const load = startLoad({ project: a.url, service: b.url });
  try {
    await sleep(200);
    await withExtract(plan, (extract) => extract.start({ to: b.url }));
    for (const side of ["service", "project", "service", "project"] as const) {
      await withExtract(plan, (extract) => extract.switch(side, { service: SERVICE }));
      await sleep(300);
      const move = await withExtract(plan, (extract) => extract.move());
      assert.equal(move?.info.verified?.different, 0);
    }
    await load.stop();
    const { lost, doubled, counter, written } = await load.lost("project");
    assert.deepEqual({ lost, doubled, counter }, { lost: 0, doubled: 0, counter: written });
    const service = connect(b.url);
    const [errors] =
      await service`select sum(apply_error_count)::int as count from pg_stat_subscription_stats`;
    await service.end();
    assert.equal(errors?.["count"] ?? 0, 0);
    await withExtract(plan, (extract) => extract.cancel());
    assert.deepEqual(await tracesIn(a.url), []);
    assert.deepEqual(await tracesIn(b.url), []);
  } finally {
    await load.close();
  }
});
