/** A session of its own goes on after its connection was reset, however the statements lie. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Database, openDatabase } from "../../src/data/database.ts";
import { type TestDatabase, testDatabase } from "../../src/data/testing.ts";

let rows: TestDatabase;
let database: Database;
const through = new Set<Socket>();
const proxy = createServer((socket) => {
  const { hostname, port } = new URL(rows.url);
  const server = connect(Number(port), hostname);
  through.add(socket);
  socket.pipe(server).pipe(socket);
  for (const end of [socket, server]) {
    end.on("error", () => {});
    end.on("close", () => {
      socket.destroy();
      server.destroy();
      through.delete(socket);
    });
  }
});

before(async () => {
  rows = await testDatabase("empty", async () => {});
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const url = new URL(rows.url);
  url.port = String((proxy.address() as AddressInfo).port);
  database = await openDatabase({ url: url.href, max: 1 });
});
after(async () => {
  await database.close();
  proxy.close();
  await rows.drop();
});

test("what is sent at once after a reset is answered", async () => {
  let closed = 0;
  const session = database.session({
    name: "test",
    onNotify() {},
    onClose: () => void (closed += 1),
  });
  const late = (milliseconds: number) =>
    sleep(milliseconds, "no answer", { ref: false }).then((said) =>
      Promise.reject(new Error(said)),
    );
  for (let round = 0; round < 5; round += 1) {
    await session.unsafe("select 1");
    const lost = session.unsafe("select pg_sleep(5)").then(
      () => "answered",
      // At once, as whoever gives back what it has taken does.
      () => session.unsafe("select 2 as two"),
    );
    await sleep(30);
    for (const socket of through) socket.resetAndDestroy();
    const next = await Promise.race([lost, late(5000)]);
    assert.deepEqual(Array.isArray(next) ? [...next] : next, [{ two: 2 }]);
    const third = await Promise.race([session.unsafe("select 3 as three"), late(5000)]);
    assert.deepEqual([...third], [{ three: 3 }]);
  }
  assert.ok(closed >= 5);
  await session.end({ timeout: 1 });
});
