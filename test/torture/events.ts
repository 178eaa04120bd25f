/**
 * Kills whatever tells, delivers and receives, at random, while events are told, and counts afterwards.
 *
 *     npm run torture:events -- --seconds 60 --transport process|http|nats --seed 1 [--rate 200] [--say]
 *
 * One line of JSON. `lost`: committed events that a receiver never handled, and letters without their
 * event. `doubled`: effects that happened again. `outOfOrder`: events of a key that a receiver handled
 * before an earlier one. Exits with 1 unless all three are 0.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import postgres, { type Sql } from "postgres";
import { Pool } from "undici";
import { migrate } from "../../src/data/migrate.ts";
import { randomFrom } from "../compare/fuzz.ts";
import { folder } from "../events/letters.ts";
import { natsServer, withoutNats } from "../events/nats-server.ts";
import { freePort } from "../events/ports.ts";
import { type Process, processOf, type Server, startPostgres } from "./machine.ts";

const BOXES = 40;

/** Who hears every letter. */
const RECEIVERS = ["keep", "old", "grumble", "tally"];

/** A backlog is handled at some thousands a second; what takes longer is a defect. */
const SETTLE_MS = 120_000;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    transport: { type: "string", default: "process" },
    seed: { type: "string", default: "1" },
    rate: { type: "string", default: "200" },
    say: { type: "boolean", default: false },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
const rate = Number(values.rate);
const { transport } = values;
const random = randomFrom(seed);
const say = (what: string) => {
  if (values.say) console.error(`${new Date().toISOString()} ${what}`);
};

/** What may be killed. */
interface Victim {
  readonly name: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

interface Arrangement {
  /** Where letters are written. */
  readonly addresses: readonly string[];
  readonly processes: readonly Process[];
  /** A broker, if there is one. It comes back without what it had stored. */
  readonly broker?: Victim & { drop(): Promise<void> };
  readonly told: string;
  readonly heard: string;
}

async function migrateApps(url: string, apps: readonly string[]): Promise<void> {
  for (const app of apps)
    await migrate({ ownerUrl: url, app, folder: join(folder, "apps", app, "migrations") });
}

/** Two processes that both provide everything: one of them delivers. */
async function together(server: Server): Promise<Arrangement> {
  const url = await server.createDatabase("letters");
  await migrateApps(url, ["writer", "reader"]);
  const ports = [await freePort(), await freePort()];
  const processes = ports.map((port, index) =>
    processOf({
      name: `all-${index + 1}`,
      folder,
      arguments: ["--port", String(port)],
      environment: { DATABASE_URL: url },
    }),
  );
  const addresses = ports.map((port) => `http://127.0.0.1:${port}/writer`);
  return { addresses, processes, told: url, heard: url };
}

/** Two processes that tell, one of which delivers, and one that hears, each side with its database. */
async function apart(server: Server): Promise<Arrangement> {
  const told = await server.createDatabase("told");
  const heard = await server.createDatabase("heard");
  await migrateApps(told, ["writer"]);
  await migrateApps(heard, ["reader"]);
  const [reader = 0, ...writers] = [await freePort(), await freePort(), await freePort()];
  const secret = { EVENTS_SECRET: randomBytes(32).toString("hex") };
  const processes = writers.map((port, index) =>
    processOf({
      name: `writer-${index + 1}`,
      folder,
      arguments: ["--only", "writer", "--port", String(port)],
      environment: { ...secret, DATABASE_URL: told, READER_API: `http://127.0.0.1:${reader}` },
    }),
  );
  processes.push(
    processOf({
      name: "reader",
      folder,
      arguments: ["--only", "reader", "--port", String(reader)],
      environment: { ...secret, DATABASE_URL: heard, WRITER_API: `http://127.0.0.1:${writers[0]}` },
    }),
  );
  return { addresses: writers.map((port) => `http://127.0.0.1:${port}`), processes, told, heard };
}

/** Two processes that tell and two that hear, with nothing in common but a broker. */
async function throughBroker(server: Server): Promise<Arrangement> {
  if (withoutNats) throw new Error(withoutNats);
  const told = await server.createDatabase("told");
  const heard = await server.createDatabase("heard");
  await migrateApps(told, ["writer"]);
  await migrateApps(heard, ["reader"]);
  const nats = await natsServer();
  await nats.start();
  const shared = { EVENTS_SECRET: randomBytes(32).toString("hex"), EVENTS_URL: nats.url };
  const addresses: string[] = [];
  const processes: Process[] = [];
  for (const [app, url] of [
    ["writer", told],
    ["writer", told],
    ["reader", heard],
    ["reader", heard],
  ] as const) {
    const port = await freePort();
    if (app === "writer") addresses.push(`http://127.0.0.1:${port}`);
    const environment = { ...shared, DATABASE_URL: url };
    const words = ["--only", app, "--port", String(port)];
    const name = `${app}-${processes.length}`;
    processes.push(processOf({ name, folder, arguments: words, environment }));
  }
  const broker = {
    name: "broker",
    async kill() {
      await nats.kill();
      await nats.wipe();
    },
    start: () => nats.start(),
    drop: () => nats.drop(),
  };
  return { addresses, processes, broker, told, heard };
}

/** Starts it, and again for as long as it does not come up: a supervisor does no less. */
async function bringUp(process: Victim): Promise<void> {
  for (;;) {
    try {
      return await process.start();
    } catch (error) {
      say(`${process.name}: ${String(error)}`);
      await sleep(500);
    }
  }
}

interface Count {
  acknowledged: Set<number>;
  failed: number;
}

/** Letters of one box, one after the other. */
async function writeBox(box: string, addresses: readonly string[], end: number, count: Count) {
  const pools = addresses.map((address) => ({ pool: new Pool(new URL(address).origin), address }));
  const pause = (1000 * BOXES) / rate;
  for (let line = 1; Date.now() < end; line += 1) {
    const begun = Date.now();
    const { pool, address } = pools[Math.floor(random() * pools.length)] ?? pools[0] ?? never();
    const path = `${new URL(address).pathname.replace(/\/$/, "")}/v2/letters/`;
    try {
      const reply = await pool.request({
        method: "POST",
        path,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ box, line }),
        headersTimeout: 5000,
      });
      const body = (await reply.body.json()) as { number?: number };
      if (reply.statusCode !== 200 || body.number === undefined)
        throw new Error(JSON.stringify(body));
      count.acknowledged.add(body.number);
      await sleep(Math.max(0, pause - (Date.now() - begun)));
    } catch {
      count.failed += 1;
      // The session of a process that was killed may still commit: the next of this box comes after it.
      await sleep(500);
    }
  }
  await Promise.all(pools.map(({ pool }) => pool.destroy()));
}

function never(): never {
  throw new Error("there is no address");
}

/** Kills one after the other, and PostgreSQL once in the middle. */
async function killAll({ processes, broker }: Arrangement, server: Server, end: number) {
  const victims: Victim[] = broker ? [...processes, broker] : [...processes];
  const done = { kills: 0, restarts: 0 };
  const middle = Date.now() + (end - Date.now()) / 2;
  while (Date.now() < end - 3000) {
    await sleep(500 + random() * 2500);
    if (done.restarts === 0 && Date.now() > middle) {
      say("PostgreSQL is killed");
      await server.restart();
      done.restarts += 1;
      continue;
    }
    const victim = victims[Math.floor(random() * victims.length)] ?? never();
    say(`${victim.name} is killed`);
    await victim.kill();
    done.kills += 1;
    await sleep(random() * 1500);
    await bringUp(victim);
  }
  return done;
}

interface Event {
  readonly position: number;
  readonly event: string;
  readonly number: number;
  readonly box: string | null;
}

async function settle(told: Sql): Promise<number> {
  const end = Date.now() + SETTLE_MS;
  for (;;) {
    const [found] = await told<{ open: number }[]>`
      select count(*)::int as open from writer.event_deliveries where state <> 'completed'`;
    if (found?.open === 0 || Date.now() > end) return found?.open ?? 0;
    await sleep(100);
  }
}

async function judge(told: Sql, heard: Sql, acknowledged: ReadonlySet<number>) {
  const events = await told<Event[]>`
    select position::int, event, (data->>'number')::int as number, key as box
    from writer.event_outbox order by position`;
  const letters = await told<{ number: number }[]>`select number from writer.letters`;
  const rows = await heard<{ receiver: string; number: number; box: string }[]>`
    select receiver, number, box from reader.heard order by id`;
  const written = new Map(
    events.filter(({ event }) => event === "written").map((e) => [e.number, e]),
  );
  const counted = new Set(events.filter(({ event }) => event === "counted").map((e) => e.number));
  const kept = new Set(letters.map(({ number }) => number));
  let lost = 0;
  let doubled = 0;
  let outOfOrder = 0;
  // A letter and its events are there together, or not at all; and what was acknowledged is there.
  for (const number of kept) if (!written.has(number) || !counted.has(number)) lost += 1;
  for (const number of [...written.keys(), ...counted]) if (!kept.has(number)) doubled += 1;
  for (const number of acknowledged) if (!kept.has(number)) lost += 1;
  for (const receiver of RECEIVERS) {
    const own = rows.filter((row) => row.receiver === receiver);
    const seen = new Set(own.map(({ number }) => number));
    doubled += own.length - seen.size;
    for (const number of kept) if (!seen.has(number)) lost += 1;
    if (receiver === "tally") continue;
    const last = new Map<string, number>();
    for (const { number, box } of own) {
      const { position = 0 } = written.get(number) ?? {};
      if (position < (last.get(box) ?? 0)) outOfOrder += 1;
      last.set(box, position);
    }
  }
  return { emitted: events.length, handled: rows.length, lost, doubled, outOfOrder };
}

const server = await startPostgres({ fsync: "off", full_page_writes: "off" });
const arrange = { process: together, http: apart, nats: throughBroker }[transport];
if (arrange === undefined)
  throw new Error(`there is no transport ${transport}: process, http, nats`);
const arrangement = await arrange(server);
await Promise.all(arrangement.processes.map(bringUp));
const end = Date.now() + seconds * 1000;
const count: Count = { acknowledged: new Set(), failed: 0 };
const boxes = Array.from({ length: BOXES }, (_, index) => `box-${index}`);
const [done] = await Promise.all([
  killAll(arrangement, server, end),
  ...boxes.map((box) => writeBox(box, arrangement.addresses, end, count)),
]);
const told = postgres(arrangement.told, { max: 1 });
const heard = postgres(arrangement.heard, { max: 1 });
const begun = Date.now();
const open = await settle(told);
const verdict = await judge(told, heard, count.acknowledged);
const isRight = verdict.lost === 0 && verdict.doubled === 0 && verdict.outOfOrder === 0;
const acknowledged = count.acknowledged.size;
console.log(
  JSON.stringify({
    transport,
    seed,
    seconds,
    ...verdict,
    acknowledged,
    failedRequests: count.failed,
    ...done,
    open,
    settleMs: Date.now() - begun,
  }),
);
if (!isRight)
  for (const { name, said } of arrangement.processes) say(`${name}\n${said().join("\n")}`);
await told.end();
await heard.end();
await Promise.all(arrangement.processes.map((process) => process.stop()));
await arrangement.broker?.drop();
await server.stop();
process.exit(isRight && open === 0 ? 0 : 1);
