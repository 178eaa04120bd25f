/** What only a broker can do to events: be away, lose what it had, carry what others put there. */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, afterEach, before, beforeEach, suite, test } from "node:test";
import { openLink } from "../../src/events/ways/nats/connection.ts";
import { batchSubject, streamOf } from "../../src/events/ways/nats/subjects.ts";
import { sign } from "../../src/events/ways/signature.ts";
import { v2 as writer } from "./project/apps/writer/contract.ts";
import { openRows, type Part, type Rows, startPart, until } from "./letters.ts";
import { type NatsServer, natsServer, withoutNats } from "./nats-server.ts";

suite("events through NATS", { skip: withoutNats }, () => {
  const secret = randomBytes(32).toString("hex");
  let server: NatsServer;
  let told: Rows;
  let heard: Rows;
  let parts: Part[] = [];

  before(async () => {
    server = await natsServer();
  });
  after(() => server.drop());
  beforeEach(async () => {
    told = await openRows(["writer"]);
    heard = await openRows(["reader"]);
  });
  afterEach(async () => {
    for (const part of parts.splice(0)) await part.stop();
    await told.drop();
    await heard.drop();
    await server.kill();
    await server.wipe();
  });

  const start = async (app: "writer" | "reader", own = secret) => {
    const { url } = app === "writer" ? told : heard;
    const shared = { EVENTS_URL: server.url, EVENTS_SECRET: own };
    const part = await startPart({ DATABASE_URL: url, ...shared }, [app]);
    parts.push(part);
    return part;
  };
  const end = async (part: Part) => {
    parts = parts.filter((other) => other !== part);
    await part.stop();
  };
  const write = (teller: Part, box: string, line: number) =>
    teller.project.run(() => writer.write({ box, line, isKept: true }));
  const writeMany = (teller: Part, boxes: readonly string[], from: number, to: number) =>
    teller.project.run(() =>
      writer.writeMany({
        letters: numbers(from, to).flatMap((line) => boxes.map((box) => ({ box, line }))),
      }),
    );
  const linesOf = async (box: string, receiver: string) => {
    const rows = await heard.sql<{ line: number }[]>`
      select line from reader.heard where box = ${box} and receiver = ${receiver} order by id`;
    return rows.map(({ line }) => line);
  };
  const isHeard = async (box: string, last: number) => {
    for (const receiver of ["keep", "old"]) {
      const lines = await until(
        () => linesOf(box, receiver),
        (seen) => seen.length >= last,
      );
      assert.deepEqual(lines, numbers(1, last), receiver);
    }
  };
  const waits = ({ logged }: Part) => logged.filter(({ message }) => /not reached/.test(message));

  test("wait for a broker that is away at the start, which is said once", async () => {
    const [teller, hearer] = [await start("writer"), await start("reader")];
    await write(teller, "a", 1);
    const refused = await fetch(`${hearer.service.address}/-/health`);
    assert.notEqual(refused.status, 0);
    await until(
      async () => [teller, hearer].map((part) => waits(part).length),
      (counts) => counts.every((count) => count > 0),
    );
    await server.start();
    await isHeard("a", 1);
    assert.deepEqual([waits(teller).length, waits(hearer).length], [1, 1]);
  });

  test("are not lost by a broker that dies and comes back with nothing", async () => {
    await server.start();
    const teller = await start("writer");
    await start("reader");
    for (const round of [0, 1, 2]) {
      const writing = (async () => {
        for (const line of numbers(round * 40 + 1, round * 40 + 40)) await write(teller, "a", line);
      })();
      await until(
        () => linesOf("a", "keep"),
        (seen) => seen.length > round * 40,
      );
      await server.kill();
      await server.wipe();
      await writing;
      await server.start();
    }
    await isHeard("a", 120);
  });

  test("reach a receiver whose stream was deleted while the broker ran", async () => {
    await server.start();
    const teller = await start("writer");
    await start("reader");
    await write(teller, "a", 1);
    await isHeard("a", 1);
    const link = openLink({ url: server.url, log: teller.project.log, onOpen() {} });
    const { manager } = await link.session();
    await manager.streams.delete(streamOf("reader"));
    await link.close();
    await write(teller, "a", 2);
    await isHeard("a", 2);
  });

  test("wait for a process that is started after they were told", async () => {
    await server.start();
    const teller = await start("writer");
    await writeMany(teller, ["a"], 1, 20);
    await start("reader");
    await isHeard("a", 20);
  });

  test("keep the order of their key where several processes take them, and one ends", async () => {
    await server.start();
    const boxes = ["a", "b", "c"];
    const teller = await start("writer");
    let hearers = [await start("reader"), await start("reader")];
    for (const round of [0, 1, 2, 3]) {
      await writeMany(teller, boxes, round * 100 + 1, round * 100 + 100);
      const [oldest, ...others] = hearers;
      if (oldest !== undefined) await end(oldest);
      hearers = [...others, await start("reader")];
    }
    for (const box of boxes) await isHeard(box, 400);
  });

  test("are refused when somebody has put them there who has not the secret", async () => {
    await server.start();
    const hearer = await start("reader");
    const link = openLink({ url: server.url, log: hearer.project.log, onOpen() {} });
    const { manager, stream, headersOf } = await link.session();
    await until(
      () => manager.streams.info(streamOf("reader")).catch(() => undefined),
      (info) => info !== undefined,
    );
    const way = { app: "reader", source: "writer" };
    const keep = batchSubject({ ...way, receiver: "keep" });
    const old = batchSubject({ ...way, receiver: "old" });
    const put = (subject: string, headers: ReturnType<typeof sign> | object) =>
      stream.publish(subject, body, { headers: headersOf(headers) });
    const idOf = (subject: string) => `${subject}.${randomUUID()}`;
    const isEmpty = () =>
      until(
        async () => (await manager.streams.info(streamOf("reader"))).state.messages,
        (count) => count === 0,
      );
    await put(keep, {});
    await isEmpty();
    await put(keep, sign("another secret", idOf(keep), body));
    await isEmpty();
    await put(keep, sign(secret, idOf(old), body));
    await isEmpty();
    assert.deepEqual(await linesOf("a", "keep"), []);
    const refusals = hearer.logged.filter(({ message }) => message === "events are refused");
    assert.equal(refusals.length, 1);
    await put(keep, sign(secret, idOf(keep), body));
    await isEmpty();
    assert.deepEqual(await linesOf("a", "keep"), [1], "the same with a signature is taken");
    await link.close();
  });

  test("wait where two processes have different secrets, and it is said once", async () => {
    await server.start();
    const teller = await start("writer");
    const stranger = await start("reader", randomBytes(32).toString("hex"));
    await write(teller, "a", 1);
    const refusals = () => teller.logged.filter(({ message }) => message === "events are refused");
    await until(
      async () => refusals().length,
      (count) => count > 0,
    );
    await end(stranger);
    await start("reader");
    await isHeard("a", 1);
    assert.equal(refusals().length, 1);
  });

  test("do not hold up the end of a process that waits for nobody", async () => {
    await server.start();
    const [teller, hearer] = [await start("writer"), await start("reader")];
    await write(teller, "a", 1);
    await isHeard("a", 1);
    await end(hearer);
    await write(teller, "a", 2);
    const begin = performance.now();
    await end(teller);
    assert.ok(performance.now() - begin < 4000);
  });

  test("need a secret", async () => {
    const environment = { DATABASE_URL: told.url, EVENTS_URL: server.url };
    await assert.rejects(startPart(environment, ["writer"]), { code: "SettingInvalid" });
  });
});

const body = JSON.stringify([
  {
    specversion: "1.0",
    id: randomUUID(),
    source: "writer",
    type: "writer.v2.written",
    time: "2026-11-28T00:00:00Z",
    datacontenttype: "application/json",
    partitionkey: "a",
    sequence: "1",
    traceparent: `00-${"1".repeat(32)}-${"1".repeat(16)}-01`,
    data: { number: 1, box: "a", position: 1 },
  },
]);

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
