/**
 * What a move costs for each million rows: the copy by publication and subscription, as `marcot extract start` makes
 * it, against `pg_dump | psql` of the same table, by turns in one run; and beside them the copy of a move without
 * replication (`copyRows`) and the comparison of both sides (`verifySnapshots`).
 *
 * Two servers of PostgreSQL from BIN (default: /usr/lib/postgresql/15/bin), because pg_dump and psql come with those
 * and not with the embedded one; both on this machine, with fsync as it is by default.
 *
 *     npm run bench:extract
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres, { type Sql } from "postgres";
import { serverUser } from "../src/data/binaries.ts";
import { copyRows } from "../src/extract/copy.ts";
import { verifySnapshots } from "../src/extract/verify/verify.ts";
import { median } from "./rounds.ts";

const run = promisify(execFile);
const BIN = process.env["BIN"] ?? "/usr/lib/postgresql/15/bin";
const ROWS = Number(process.env["ROWS"] ?? 1_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
/** At most the share of pg_dump's speed that a copy may fall to. */
const ALLOWED = 0.5;
const APP = "shop";
const user = await serverUser();

interface Server {
  readonly url: string;
  readonly sql: Sql;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
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
  const url = `postgres://marcot@127.0.0.1:${port}/postgres`;
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

const TABLE = `CREATE TABLE shop.entries (id int PRIMARY KEY, title text NOT NULL, body text, price numeric(10, 2), at timestamptz)`;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

async function byStream(from: Server, to: Server): Promise<void> {
  await to.sql.unsafe(
    `CREATE SUBSCRIPTION marcot_shop_out CONNECTION '${from.url}' PUBLICATION marcot_move_shop`,
  );
  for (;;) {
    const waiting =
      await to.sql`select from pg_subscription_rel where srsubstate not in ('s', 'r')`;
    if (waiting.length === 0) return;
    await sleep(10);
  }
}

async function byDump(from: Server, to: Server): Promise<void> {
  const dump = spawn(join(BIN, "pg_dump"), ["-d", from.url, "-t", "shop.entries"], {
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
      if (rows !== ROWS || different !== 0) throw new Error(`${rows} rows, ${different} differ`);
    }),
  );
}

/** What a round leaves behind must not slow down the next one. */
async function settle(...servers: readonly Server[]): Promise<void> {
  for (const { sql } of servers) await sql`checkpoint`;
}

const [from, to] = [await startServer(), await startServer()];
try {
  for (const { sql } of [from, to]) await sql.unsafe("CREATE SCHEMA shop");
  await from.sql.unsafe(TABLE);
  await from.sql.unsafe(`INSERT INTO shop.entries
    SELECT n, 'title of entry ' || n, repeat(md5(n::text), 3), n * 0.37 % 10000, '2026-01-01'::timestamptz + n * interval '1 s'
    FROM generate_series(1, ${ROWS}) n`);
  await from.sql.unsafe("VACUUM ANALYZE shop.entries");
  await from.sql.unsafe("CREATE PUBLICATION marcot_move_shop FOR TABLE shop.entries");
  const [size] = await from.sql<{ bytes: number }[]>`
    select pg_table_size('shop.entries')::float8 as bytes`;
  const took = {
    stream: [] as number[],
    dump: [] as number[],
    copy: [] as number[],
    verify: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    await to.sql.unsafe(TABLE);
    await settle(from, to);
    took.stream.push(await seconds(() => byStream(from, to)));
    took.verify.push(await seconds(() => compare(from, to)));
    await to.sql.unsafe("DROP SUBSCRIPTION marcot_shop_out");
    await settle(to);
    took.copy.push(
      await seconds(() =>
        copyRows({ app: APP, from: { ownerUrl: from.url }, to: { ownerUrl: to.url } }),
      ),
    );
    await to.sql.unsafe("DROP TABLE shop.entries");
    await settle(to);
    took.dump.push(await seconds(() => byDump(from, to)));
    await to.sql.unsafe("DROP TABLE shop.entries");
  }
  const perMillion = (all: readonly number[]) => (median(all) / ROWS) * 1_000_000;
  const result = {
    bench: "extract",
    rows: ROWS,
    megabytes: Math.round((size?.bytes ?? 0) / 1e6),
    streamSeconds: perMillion(took.stream),
    dumpSeconds: perMillion(took.dump),
    copySeconds: perMillion(took.copy),
    verifySeconds: perMillion(took.verify),
    speed: median(took.dump) / median(took.stream),
  };
  const s = (value: number) => `${value.toFixed(2)} s`;
  console.log(
    `extract: for each million rows ${s(result.streamSeconds)} by replication, ${s(result.dumpSeconds)} by pg_dump | psql ` +
      `(${result.speed.toFixed(2)} of its speed); ${s(result.copySeconds)} by a copy without replication; ` +
      `${s(result.verifySeconds)} to compare`,
  );
  console.log(JSON.stringify(result));
  if (result.speed < ALLOWED) process.exitCode = 1;
} finally {
  await from.stop();
  await to.stop();
}
