/**
 * The same promises in one process and between two, which share nothing but addresses, or a broker, and a
 * secret.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { v2 as writer } from "./project/apps/writer/contract.ts";
import { openRows, type Part, type Rows, startPart, until } from "./letters.ts";
import { natsServer, withoutNats } from "./nats-server.ts";
import { freePort } from "./ports.ts";

interface Place {
  /** Where the apps are. */
  readonly told: Rows;
  readonly heard: Rows;
  readonly teller: Part;
  readonly parts: readonly Part[];
  readonly drop?: () => Promise<void>;
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  async "in one process"() {
    const rows = await openRows(["writer", "reader"]);
    const teller = await startPart({ DATABASE_URL: rows.url });
    return { told: rows, heard: rows, teller, parts: [teller] };
  },
  async "between two processes over HTTP"() {
    const [told, heard] = [await openRows(["writer"]), await openRows(["reader"])];
    const secret = randomBytes(32).toString("hex");
    const [writerPort, readerPort] = [await freePort(), await freePort()];
    const hearer = await startPart(
      {
        DATABASE_URL: heard.url,
        EVENTS_SECRET: secret,
        WRITER_API: `http://127.0.0.1:${writerPort}`,
      },
      ["reader"],
      readerPort,
    );
    const teller = await startPart(
      {
        DATABASE_URL: told.url,
        EVENTS_SECRET: secret,
        READER_API: `http://127.0.0.1:${readerPort}`,
      },
      ["writer"],
      writerPort,
    );
    return { told, heard, teller, parts: [teller, hearer] };
  },
  async "between two processes through NATS"() {
    const server = await natsServer();
    await server.start();
    const [told, heard] = [await openRows(["writer"]), await openRows(["reader"])];
    const shared = { EVENTS_URL: server.url, EVENTS_SECRET: randomBytes(32).toString("hex") };
    const hearer = await startPart({ DATABASE_URL: heard.url, ...shared }, ["reader"]);
    const teller = await startPart({ DATABASE_URL: told.url, ...shared }, ["writer"]);
    return { told, heard, teller, parts: [teller, hearer], drop: () => server.drop() };
  },
};

for (const [name, open] of Object.entries(places)) {
  suite(`events ${name}`, { skip: name.endsWith("NATS") && withoutNats }, () => {
    let place: Place;
    before(async () => {
      place = await open();
    });
    after(async () => {
      for (const part of place.parts) await part.stop();
      for (const rows of new Set([place.told, place.heard])) await rows.drop();
      await place.drop?.();
    });

    const write = (box: string, line: number, isKept = true) =>
      place.teller.project.run(() => writer.write({ box, line, isKept }));
    const heardOf = (box: string, receiver: string) =>
      place.heard.sql<{ line: number }[]>`
        select line from reader.heard where box = ${box} and receiver = ${receiver} order by id`;
    const stateOf = (box: string, receiver: string) =>
      place.told.sql<{ state: string; attempts: number; error: string | null }[]>`
        select state, attempts, error from writer.event_deliveries
        where key = ${box} and receiver = ${receiver} order by position`;

    test("reach each receiver once, in the order of their key", async () => {
      for (let line = 1; line <= 30; line += 1) await write("a", line);
      const lines = Array.from({ length: 30 }, (_, index) => index + 1);
      for (const receiver of ["keep", "old"]) {
        const seen = await until(
          () => heardOf("a", receiver),
          (rows) => rows.length >= 30,
        );
        assert.deepEqual(
          seen.map(({ line }) => line),
          lines,
        );
      }
      const states = await until(
        () => stateOf("a", "keep"),
        (rows) => rows.every(({ state }) => state === "completed"),
      );
      assert.equal(states.length, 30);
    });

    test("are told by the statement that writes, without a transaction", async () => {
      const { project } = place.teller;
      for (let line = 1; line <= 3; line += 1)
        await project.run(() => writer.drop({ box: "dropped", line }));
      for (const receiver of ["keep", "old"]) {
        const seen = await until(
          () => heardOf("dropped", receiver),
          (rows) => rows.length === 3,
        );
        assert.deepEqual(
          seen.map(({ line }) => line),
          [1, 2, 3],
        );
      }
    });

    test("of a transaction that fails reach nobody", async () => {
      await assert.rejects(write("undone", 1, false), { code: "InternalError" });
      await write("undone", 2);
      const seen = await until(
        () => heardOf("undone", "keep"),
        (rows) => rows.length > 0,
      );
      assert.deepEqual(
        seen.map(({ line }) => line),
        [2],
      );
    });

    test("that a receiver fails on are tried again, then parked, and delay no other receiver", async () => {
      await write("bad", 1);
      await write("bad", 2);
      await write("good", 1);
      for (const receiver of ["keep", "old"])
        await until(
          () => heardOf("bad", receiver),
          (rows) => rows.length === 2,
        );
      await until(
        () => heardOf("good", "grumble"),
        (rows) => rows.length === 1,
      );
      const states = await until(
        () => stateOf("bad", "grumble"),
        ([first]) => first?.state === "parked",
      );
      assert.equal(states[0]?.attempts, 2);
      assert.equal(states[0]?.error, "a bad letter");
      // The next of its key waits for it: to go on would change the order.
      assert.equal(states[1]?.state, "published");
      assert.deepEqual([...(await heardOf("bad", "grumble"))], [], "what it had written is undone");
    });

    test("whose receiver cannot reach somebody else are tried again and parked, as after any failure", async () => {
      await write("far", 1);
      const [state] = await until(
        () => stateOf("far", "grumble"),
        ([first]) => first?.state === "parked",
      );
      assert.deepEqual({ ...state }, { state: "parked", attempts: 2, error: "refused" });
    });

    test("are told in the words of the newest version, inside a transaction, by their own app", async () => {
      const { project } = place.teller;
      await assert.rejects(
        project.run(async () => {
          const { emit } = await import("marcot");
          await emit(writer.written, { number: 1, box: "x", position: 1 }, undefined as never);
        }),
        { code: "AppInvalid" },
      );
    });
  });
}
