/** What the apps of the company tell: stored with what it is about, once, in the words of the newest version. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { withConnection } from "../../src/data/database.ts";
import { openDatabase, type Part, post, start } from "../company.ts";

let database: Awaited<ReturnType<typeof openDatabase>>;
let company: Part;
before(async () => {
  database = await openDatabase();
  company = await start({ DATABASE_URL: database.url });
});
after(async () => {
  await company.stop();
  await database.drop();
});

function toldBy(app: string) {
  return withConnection(
    database.url,
    async (sql) =>
      sql`select event, version, key, data from ${sql(`${app}.event_outbox`)} order by position`,
  );
}

test("faq tells of an entry with all that v2 knows, whoever made it", async () => {
  const body = { question: "my question", source: 123 };
  assert.equal((await post(`${company.address}/faq/v1/create/`, body)).status, 201);
  assert.deepEqual(
    [...(await toldBy("faq"))],
    [
      {
        event: "published",
        version: "v2",
        key: "123",
        data: { ...body, id: 1, answer: "", related: [] },
      },
    ],
  );
  assert.equal((await post(`${company.address}/faq/v1/create/`, { source: 1 })).status, 422);
  assert.equal((await toldBy("faq")).length, 1);
});

test("tickets tells once that a ticket has become resolved", async () => {
  const at = (path: string, body: object) => post(`${company.address}/tickets/v1${path}`, body);
  await at("/open/", { subject: "It is slow", body: "Very." });
  assert.equal((await at("/tickets/1/resolve/", {})).status, 409);
  await at("/tickets/1/answer/", { answer: "Wait." });
  for (let time = 0; time < 3; time += 1)
    assert.equal((await at("/tickets/1/resolve/", {})).status, 200);
  assert.deepEqual(
    [...(await toldBy("tickets"))],
    [
      {
        event: "resolved",
        version: "v2",
        key: "1",
        data: { id: 1, subject: "It is slow", answer: "Wait." },
      },
    ],
  );
});
