/** "Old versions stay valid until a ledger of real callers says that nobody uses them." */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { withConnection } from "../../src/data/database.ts";
import { get, openDatabase, post, postForm, start } from "../company.ts";

let database: Awaited<ReturnType<typeof openDatabase>>;

before(async () => {
  database = await openDatabase();
});
after(() => database.drop());

async function ledgerOf(app: string): Promise<object[]> {
  return withConnection(database.url, async (sql) => {
    const rows = await sql.unsafe(
      `SELECT version, endpoint, consumer, calls::int, errors::int, array_to_string(sent, ' ') AS sent,
              day = (now() AT TIME ZONE 'UTC')::date AS today, now() - last_at < '1 minute' AS recent
       FROM "${app}".contract_usage ORDER BY version, endpoint, consumer`,
    );
    return rows.map((row) => ({ ...row }));
  });
}

const lately = { today: true, recent: true };

test("calls of apps and of programs are counted alike, with what they send", async () => {
  for (let run = 0; run < 2; run += 1) {
    const site = await start({ DATABASE_URL: database.url });
    const faq = `${site.address}/faq`;
    await postForm(`${faq}/v1/create/`, "question=my question&source=123");
    await post(`${faq}/v2/create/`, { question: "q", source: 1, ...(run ? { related: [1] } : {}) });
    await post(`${faq}/v2/create/`, { question: "q", source: 1, answer: "a" });
    await post(`${faq}/v2/create/`, { question: 7 });
    await get(`${faq}/v1/entries/999/`);
    await post(`${site.address}/tickets/v1/open/`, { subject: "It is slow", body: "Very." });
    await post(`${site.address}/faqcreator/v1/create/`, { ticket: 1, question: "q", answer: "a" });
    await site.stop();
  }
  assert.deepEqual(await ledgerOf("faq"), [
    {
      version: "v1",
      endpoint: "create",
      consumer: "node",
      calls: 2,
      errors: 0,
      sent: "",
      ...lately,
    },
    {
      version: "v1",
      endpoint: "entry",
      consumer: "node",
      calls: 2,
      errors: 2,
      sent: "",
      ...lately,
    },
    {
      version: "v2",
      endpoint: "create",
      consumer: "node",
      calls: 6,
      errors: 2,
      sent: "answer related",
      ...lately,
    },
  ]);
  const times = await withConnection(database.url, async (sql) => [
    ...(await sql<{ endpoint: string }[]>`
      SELECT version || '/' || endpoint AS endpoint, slow::int, milliseconds > 0 AS "isTimed",
        milliseconds < 8000 AS "isSane" FROM faq.endpoint_times ORDER BY 1`),
  ]);
  const timed = { slow: 0, isTimed: true, isSane: true };
  assert.deepEqual(
    times,
    ["v1/create", "v1/entry", "v2/create"].map((endpoint) => ({ endpoint, ...timed })),
  );
  const tickets = { version: "v1", errors: 0, ...lately };
  // Without what faqcreator's projection has asked for when it was filled, at its own time.
  const asked = (await ledgerOf("tickets")).filter(
    (row) => "endpoint" in row && row.endpoint !== "resolvedTickets",
  );
  assert.deepEqual(asked, [
    { ...tickets, endpoint: "open", consumer: "node", calls: 2, sent: "" },
    { ...tickets, endpoint: "ticket", consumer: "faqcreator", calls: 2, sent: "" },
  ]);
});
