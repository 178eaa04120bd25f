/** Events that strangers post, or that somebody has recorded: each is refused with a reason, and nothing is done. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { BATCH_TYPE } from "../../src/events/ways/http.ts";
import { sign } from "../../src/events/ways/signature.ts";
import { openRows, type Part, type Rows, startPart } from "./letters.ts";

const secret = "a secret that all services of these tests share";
let rows: Rows;
let part: Part;

before(async () => {
  rows = await openRows(["reader"]);
  part = await startPart({ DATABASE_URL: rows.url, EVENTS_SECRET: secret }, ["reader"]);
});
after(async () => {
  await part.stop();
  await rows.drop();
});

function message(more: object = {}): object {
  return {
    specversion: "1.0",
    id: randomUUID(),
    source: "writer",
    type: "writer.v2.written",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    partitionkey: "box",
    sequence: "1",
    traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
    data: { number: 1, box: "box", position: 1 },
    ...more,
  };
}

interface Sent {
  readonly receiver?: string;
  readonly body?: string;
  readonly secret?: string;
  /** The receiver that it was signed for. */
  readonly signedFor?: string;
  readonly at?: number;
  readonly type?: string;
}

async function post(
  sent: Sent,
): Promise<{ status: number; body: { code?: string; outcomes?: unknown[] } }> {
  const { receiver = "keep", body = JSON.stringify([message()]), type = BATCH_TYPE } = sent;
  const path = `/-/events/${receiver}`;
  const id = `/-/events/${sent.signedFor ?? receiver}.${randomUUID()}`;
  const response = await fetch(part.service.address + path, {
    method: "POST",
    headers: { ...sign(sent.secret ?? secret, id, body, sent.at), "content-type": type },
    body,
  });
  return { status: response.status, body: (await response.json()) as { code?: string } };
}

const heard = async () => {
  const [found] = await rows.sql`select count(*)::int as count from reader.heard`;
  return found?.["count"] as number;
};

const HOSTILE: Readonly<Record<string, readonly [Sent, status: number, code: string]>> = {
  "another secret": [{ secret: "another secret, just as long as the first" }, 403, "NotAllowed"],
  "a signature of ten minutes ago": [{ at: Date.now() - 600_000 }, 403, "NotAllowed"],
  "a signature for another receiver": [{ signedFor: "old" }, 403, "NotAllowed"],
  "a receiver that is not there": [{ receiver: "nobody" }, 404, "NotFound"],
  "a body that is not JSON": [{ body: "[{" }, 400, "MalformedBody"],
  "a body that is no list": [{ body: JSON.stringify(message()) }, 400, "MalformedBody"],
  "an id that is no UUID": [
    { body: JSON.stringify([message({ id: "'; drop" })]) },
    400,
    "MalformedBody",
  ],
  "another type of content": [{ type: "application/json" }, 415, "UnsupportedMediaType"],
  "two megabytes": [
    { body: JSON.stringify([message({ data: { box: "x".repeat(2e6) } })]) },
    413,
    "BodyTooLarge",
  ],
};

for (const [what, [sent, status, code]] of Object.entries(HOSTILE)) {
  test(`${what} is refused`, async () => {
    const reply = await post(sent);
    assert.deepEqual([reply.status, reply.body.code], [status, code]);
    assert.equal(await heard(), 0);
  });
}

test("an event of another name, and data that does not fit, fail by themselves", async () => {
  const odd = [
    message({ type: "writer.v1.counted", data: { number: 1 }, partitionkey: "a" }),
    message({ data: { number: "one" }, partitionkey: "b" }),
    message({ source: "stranger", partitionkey: "c" }),
  ];
  const { status, body } = await post({ body: JSON.stringify(odd) });
  assert.equal(status, 200);
  assert.deepEqual(
    body.outcomes?.map((outcome) => (outcome as { is: string }).is),
    ["failed", "failed", "failed"],
  );
  assert.equal(await heard(), 0);
});

test("the same batch twice is done once", async () => {
  const body = JSON.stringify([message()]);
  for (let time = 0; time < 2; time += 1)
    assert.partialDeepStrictEqual((await post({ body })).body, { outcomes: [{ is: "done" }] });
  assert.equal(await heard(), 1);
});
