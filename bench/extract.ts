/**
 * What a move costs for each million rows: the whole start of a move, until the other side has all, against
 * `pg_dump | psql` of the same schema, by turns in one run; and beside them the copy of a move without replication
 * (`copyRows`) and the comparison of both sides (`verifySnapshots`).
 *
 * Two servers of PostgreSQL from BIN (default: /usr/lib/postgresql/15/bin), because pg_dump and psql come with those
 * and not with the embedded one; both on this machine, with fsync as it is by default.
 *
 *     npm run bench:extract
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres, { type Sql } from "postgres";
import { serverUser } from "../src/data/binaries.ts";
import { copyRows } from "../src/extract/copy.ts";
import { openExtract } from "../src/extract/extract.ts";
import { verifySnapshots } from "../src/extract/verify/verify.ts";
import { freePort } from "../test/events/ports.ts";
import { APP, makeFolder, plant, planOf, removeFolder } from "../test/extract/shop.ts";
import { median } from "./rounds.ts";

const run = promisify(execFile);
const BIN = process.env["BIN"] ?? "/usr/lib/postgresql/15/bin";
const ROWS = Number(process.env["ROWS"] ?? 1_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
/** At most the share of pg_dump's speed that a copy may fall to. */
const ALLOWED = 0.5;
const user = await serverUser();

interface Server {
  readonly url: string;
  readonly sql: Sql;
  stop(): Promise<void>;
}

async function startServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "marcot-bench-"));
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
  else await chmod(folder, 0o700);
  const data = join(folder, "data");
  const options = { ...user, cwd: "/" };
  await run(
    join(BIN, "initdb"),
    ["-D", data, "-U", "marcot", "-A", "trust", "-E", "UTF8", "--locale=C"],
    options,
  );
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    wal_level: "logical",
    max_wal_size: "4GB",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(BIN, "postgres"), ["-D", data, ...flags], {
    ...options,
    stdio: "ignore",
  });
  const url = `postgres://marcot:bench@127.0.0.1:${port}/postgres`;
  const sql = postgres(url, { max: 2, onnotice() {} });
  for (let left = 200; ; left -= 1) {
    const isUp = await sql`select 1`.then(
      () => true,
      () => false,
    );
    if (isUp) break;
    if (left === 0) throw new Error("PostgreSQL did not start");
    await sleep(50);
  }
  return {
    url,
    sql,
    async stop() {
      await sql.end({ timeout: 1 });
      server.kill("SIGINT");
      if (server.exitCode === null) await once(server, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

async function byDump(from: Server, to: Server): Promise<void> {
  const dump = spawn(join(BIN, "pg_dump"), ["-d", from.url, "-n", APP], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const load = spawn(join(BIN, "psql"), ["-q", "-d", to.url, "-v", "ON_ERROR_STOP=1"], {
    stdio: [dump.stdout, "ignore", "inherit"],
  });
  const [code] = (await once(load, "exit")) as [number];
  if (code !== 0) throw new Error(`psql ended with ${code}`);
}

function compare(from: Server, to: Server): Promise<unknown> {
  const mode = "isolation level repeatable read read only";
  return from.sql.begin(mode, (ours) =>
    to.sql.begin(mode, async (theirs) => {
      const { rows, different } = await verifySnapshots({ app: APP, from: ours, to: theirs });
      if (rows < ROWS || different !== 0) throw new Error(`${rows} rows, ${different} differ`);
    }),
  );
}

async function clear({ sql }: Server): Promise<void> {
  await sql.unsafe("DROP SCHEMA IF EXISTS shop CASCADE");
}

/** What a round leaves behind must not slow down the next one. */
async function settle(...servers: readonly Server[]): Promise<void> {
  for (const { sql } of servers) await sql`checkpoint`;
}

const [from, to] = [await startServer(), await startServer()];
const folder = await makeFolder();
try {
  await plant(from.url, folder);
  await from.sql.unsafe(`INSERT INTO shop.entries (client, n, note)
    SELECT 'client ' || n % 1000, n, repeat(md5(n::text), 3) FROM generate_series(1, ${ROWS}) n`);
  await from.sql.unsafe("VACUUM ANALYZE shop.entries");
  const [size] = await from.sql<{ bytes: number }[]>`
    select pg_table_size('shop.entries')::float8 as bytes`;
  const took = {
    start: [] as number[],
    dump: [] as number[],
    copy: [] as number[],
    verify: [] as number[],
  };
  const plan = planOf({ database: from.url, folder });
  for (let round = 0; round < ROUNDS; round += 1) {
    await settle(from, to);
    const extract = await openExtract({ plan, app: APP });
    try {
      took.start.push(await seconds(() => extract.start({ to: to.url })));
      took.verify.push(await seconds(() => compare(from, to)));
      await extract.cancel();
    } finally {
      await extract.close();
    }
    await clear(to);
    await plant(to.url, folder);
    await to.sql.unsafe("TRUNCATE shop.entries, shop.counters, shop.notes, shop.migrations");
    await settle(from, to);
    took.copy.push(
      await seconds(() =>
        copyRows({ app: APP, from: { ownerUrl: from.url }, to: { ownerUrl: to.url } }),
      ),
    );
    await clear(to);
    await settle(from, to);
    took.dump.push(await seconds(() => byDump(from, to)));
    await clear(to);
  }
  const perMillion = (all: readonly number[]) => (median(all) / ROWS) * 1_000_000;
  const result = {
    bench: "extract",
    rows: ROWS,
    megabytes: Math.round((size?.bytes ?? 0) / 1e6),
    startSeconds: perMillion(took.start),
    dumpSeconds: perMillion(took.dump),
    copySeconds: perMillion(took.copy),
    verifySeconds: perMillion(took.verify),
    speed: median(took.dump) / median(took.start),
  };
  const s = (value: number) => `${value.toFixed(2)} s`;
  console.log(
    `extract: for each million rows ${s(result.startSeconds)} by a start, ${s(result.dumpSeconds)} by pg_dump | psql ` +
      `(${result.speed.toFixed(2)} of its speed); ${s(result.copySeconds)} by a copy without replication; ` +
      `${s(result.verifySeconds)} to compare`,
  );
  console.log(JSON.stringify(result));
  if (result.speed < ALLOWED) process.exitCode = 1;
} finally {
  await removeFolder(folder);
  await from.stop();
  await to.stop();
}
