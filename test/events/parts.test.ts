import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Message, Outcome } from "../../src/events/message.ts";
import { sendParts } from "../../src/events/ways/transport.ts";

function letter(partitionkey: string, text = ""): Message {
  return {
    specversion: "1.0",
    id: randomUUID(),
    source: "writer",
    type: "writer.v1.written",
    time: "2026-11-28T00:00:00Z",
    datacontenttype: "application/json",
    partitionkey,
    sequence: "1",
    traceparent: `00-${"1".repeat(32)}-${"1".repeat(16)}-01`,
    data: { text },
  };
}

/** Sends, and answers what `judge` says of each. */
async function sent(messages: readonly Message[], judge: (one: Message) => Outcome) {
  const bodies: Message[][] = [];
  const outcomes = await sendParts(messages, async (body) => {
    const part = JSON.parse(body) as Message[];
    bodies.push(part);
    return part.map(judge);
  });
  const of = new Map(outcomes.map((outcome) => [outcome.id, outcome.is]));
  assert.equal(outcomes.length, messages.length);
  return { bodies, states: messages.map(({ id }) => of.get(id)) };
}

const done = ({ id }: Message): Outcome => ({ id, is: "done" });

test("what follows a failed event of its key in a later part is held and not sent", async () => {
  const many = Array.from({ length: 600 }, (_, index) => letter(index % 2 ? "a" : "b"));
  const { bodies, states } = await sent(many, (one) =>
    one.id === many[1]?.id ? { id: one.id, is: "failed", error: "no" } : done(one),
  );
  assert.deepEqual(
    bodies.flat().filter(({ partitionkey }) => partitionkey === "a").length,
    125,
    "only those of the first part",
  );
  assert.equal(states.filter((is) => is === "held").length, 175);
  assert.equal(states.filter((is) => is === "done").length, 300 + 124);
});

test("a part stays below the limit of a body", async () => {
  const { bodies } = await sent(
    Array.from({ length: 9 }, () => letter("a", "x".repeat(200_000))),
    done,
  );
  assert.deepEqual(
    bodies.map(({ length }) => length),
    [2, 2, 2, 2, 1],
  );
});

test("an event that no transport can carry fails alone, and holds those of its key", async () => {
  const messages = [letter("a"), letter("b", "x".repeat(1_000_000)), letter("b"), letter("a")];
  const { states } = await sent(messages, done);
  assert.deepEqual(states, ["done", "failed", "held", "done"]);
});
