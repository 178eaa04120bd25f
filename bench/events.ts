/**
 * What telling an event costs, and how fast a backlog goes.
 *
 * `emit`: a transaction of one INSERT … RETURNING with an event and without one, by turns in one run; the
 * event goes to three receivers later. On a server that syncs each COMMIT to the disk, as in production, and on
 * one that does not, where everything else weighs more.
 * `drain`: a backlog of 100,000 events for one receiver that inserts a row for each, in one process with
 * the database beside it.
 *
 *     npm run bench:events
 */
import { mkdtemp, chmod, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { emit } from "../src/app/emit.ts";
import { current } from "../src/app/context.ts";
import { openEmbedded } from "../src/data/embedded.ts";
import { migrate } from "../src/data/migrate.ts";
import { placeholder, prepared } from "../src/data/query.ts";
import { openProject, outside } from "../src/project/project.ts";
import { startService } from "../src/provider/service.ts";
import { v2 as writer } from "../test/events/project/apps/writer/contract.ts";
import { letters } from "../test/events/project/apps/writer/tables.ts";

const folder = join(import.meta.dirname, "../test/events/project");
const quiet = { info() {}, warn() {}, error() {} };
const ROUNDS = 20;
const TIMES = 100;
const BACKLOG = 100_000;

const insert = prepared("bench_letters", (db) =>
  db
    .insert(letters)
    .values({ box: placeholder("box"), line: placeholder("line") })
    .returning(),
);

const insertTold = prepared(
  "bench_letters_told",
  (db) =>
    db
      .insert(letters)
      .values({ box: placeholder("box"), line: placeholder("line") })
      .returning({ number: letters.number, box: letters.box, position: letters.line }),
  { tells: writer.written },
);

async function withServer(
  settings: Readonly<Record<string, string>>,
  work: (url: string) => Promise<void>,
) {
  const place = await mkdtemp(join(tmpdir(), "marcot-bench-"));
  await chmod(place, 0o711); // the server's user passes, when root runs this
  const server = await openEmbedded(place, { settings });
  for (const app of ["writer", "reader"])
    await migrate({ ownerUrl: server.url, app, folder: join(folder, "apps", app, "migrations") });
  await work(server.url);
  await server.stop();
  await rm(place, { recursive: true, force: true });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const LETTER = { box: "a", line: 1 };

/** Latencies with and without the event, by turns. */
async function benchPair(name: string, work: (isTold: boolean) => Promise<void>): Promise<void> {
  const ratios: number[] = [];
  const all: { told: number[]; plain: number[] } = { told: [], plain: [] };
  const once = async (isTold: boolean) => {
    const begun = performance.now();
    await work(isTold);
    return performance.now() - begun;
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [told, plain]: [number[], number[]] = [[], []];
    for (let at = 0; at < TIMES; at += 1) {
      const isFirst = at % 2 === 0;
      (isFirst ? told : plain).push(await once(isFirst));
      (isFirst ? plain : told).push(await once(!isFirst));
    }
    if (round === 0) continue; // statements are prepared, code is compiled
    ratios.push(median(told) / median(plain));
    all.told.push(median(told));
    all.plain.push(median(plain));
  }
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  console.log(
    `${name}: ${median(all.told).toFixed(3)} ms with an event, ${median(all.plain).toFixed(3)} ms without; ` +
      `ratio ${median(ratios).toFixed(2)} (${low} to ${high})`,
  );
}

async function benchEmit(url: string, name: string): Promise<void> {
  const project = await openProject({ folder, environment: { DATABASE_URL: url }, log: quiet });
  const service = await startService({ project, port: 0 });
  await service.stop(); // it has registered the receivers; delivering would take the processor
  const provider = project.providers.get("writer");
  if (provider?.is !== "local" || provider.served.atomic === undefined)
    throw new Error("no writer");
  const { atomic } = provider.served;
  /** One transaction with three statements, the third of which travels with COMMIT, or with two. */
  const emitted = async (isTold: boolean) => {
    const transaction = atomic();
    const [row] = await insert(transaction.db, LETTER);
    if (isTold && row) {
      const { number, box, line } = row;
      await emit(writer.written, { number, box, position: line }, transaction.db);
    }
    await transaction.commit();
  };
  /** The event is part of the statement that writes. */
  const prepares = async (isTold: boolean) => {
    const transaction = atomic();
    await (isTold ? insertTold : insert)(transaction.db, LETTER);
    await transaction.commit();
  };
  /** The same without BEGIN and COMMIT. */
  const alone = async (isTold: boolean) => {
    await (isTold ? insertTold : insert)(provider.served.db, LETTER);
  };
  await current.run({ ...outside(project), app: "writer" }, async () => {
    for (const [how, work] of Object.entries({ emit: emitted, tells: prepares, alone }))
      await benchPair(`${how}, ${name}`, work);
  });
  await project.close();
}

async function benchDrain(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice() {} });
  await sql`delete from writer.event_deliveries`;
  await sql`delete from writer.event_outbox`;
  await sql`
    insert into writer.event_outbox (event, version, data, trace_id)
    select 'counted', 'v2', json_build_object('number', n), repeat('a', 32)
    from generate_series(1, ${BACKLOG}) n`;
  await sql`analyze`;
  const project = await openProject({ folder, environment: { DATABASE_URL: url }, log: quiet });
  const begun = performance.now();
  const service = await startService({ project, port: 0 });
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [found] = await sql`
      select exists (select from writer.event_outbox where not spread)
        or exists (select from writer.event_deliveries where state <> 'completed') as open`;
    if (found?.["open"] === false) break;
  }
  const seconds = (performance.now() - begun) / 1000;
  const [heard] =
    await sql`select count(*)::int as count from reader.heard where receiver = 'tally'`;
  console.log(
    `drain: ${heard?.["count"]} events in ${seconds.toFixed(1)} s, ${Math.round(BACKLOG / seconds)} per second, asked: over 2,000`,
  );
  await service.stop();
  await project.close();
  await sql.end();
}

await withServer({}, (url) => benchEmit(url, "synced"));
await withServer({ fsync: "off", synchronous_commit: "off" }, async (url) => {
  await benchEmit(url, "not synced");
  await benchDrain(url);
});
