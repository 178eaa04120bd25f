/** faqcreator keeps what it needs of resolved tickets, and does all else by the contracts of two other apps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { v2 as faq } from "marcot-faq";
import { testProject } from "marcot/testing";
import { v1 as tickets } from "marcot-tickets";
import { v1 } from "../contract.ts";

const project = await testProject(import.meta.dirname);

async function resolved(subject: string, answer: string): Promise<number> {
  const { id } = await tickets.open({ subject, body: "Please help." });
  await tickets.answer({ id, answer });
  await tickets.resolve({ id });
  await untilListed(id);
  return id;
}

/** Events come soon, not at once. */
async function untilListed(id: number): Promise<void> {
  const end = performance.now() + 15_000;
  for (;;) {
    const listed = await v1.candidates({});
    if (listed.tickets.some((ticket) => ticket.id === id)) return;
    assert.ok(performance.now() < end, `ticket ${id} is not among the candidates after 15 s`);
    await sleep(20);
  }
}

test("only resolved tickets are candidates", async () => {
  assert.deepEqual(await v1.candidates({}), { tickets: [] });
  await tickets.open({ subject: "open", body: "b" });
  const { id: answered } = await tickets.open({ subject: "answered", body: "b" });
  await tickets.answer({ id: answered, answer: "a" });
  const first = await resolved("first", "one");
  const second = await resolved("second", "two");
  const expected = [
    { id: second, subject: "second", answer: "two" },
    { id: first, subject: "first", answer: "one" },
  ];
  assert.deepEqual(await v1.candidates({}), { tickets: expected });
  for (const path of ["/faqcreator/v1/candidates/", "/faqcreator/candidates/"])
    assert.deepEqual((await project.get(path)).body, { tickets: expected });
});

test("a resolved ticket becomes an entry of faq, with the ticket as its source", async () => {
  const ticket = await resolved("Why <so> slow? 🐌", "Wait.");
  const question = "Why is it slow? 🐌";
  const { entry } = await v1.create({ ticket, question, answer: "Wait a moment." });
  assert.deepEqual(await faq.entry({ id: entry }), {
    id: entry,
    question,
    answer: "Wait a moment.",
    source: ticket,
    related: [],
  });
  assert.equal((await tickets.ticket({ id: ticket })).subject, "Why <so> slow? 🐌");
});

test("over HTTP it is the same, form-encoded and as JSON, with a version and without", async () => {
  const ticket = await resolved("again", "answer");
  for (const path of ["/faqcreator/v1/create/", "/faqcreator/create/"]) {
    const json = await project.post(path, { ticket, question: "By JSON?", answer: "Yes." });
    const form = await project.post(path, `ticket=${ticket}&question=By form?&answer=Yes.`);
    for (const { status, body } of [json, form]) {
      assert.equal(status, 201);
      const { entry, ...rest } = body as { entry: number };
      assert.deepEqual(rest, {});
      const made = await faq.entry({ id: entry });
      assert.match(made.question, /^By (JSON|form)\?$/);
      assert.equal(made.source, ticket);
    }
  }
});

test("a ticket that does not exist is faqcreator's own declared error", async () => {
  const before = await faq.entries({});
  const absent = {
    code: "NoSuchTicket",
    status: 404,
    ran: "yes",
    message: "there is no ticket 999",
  };
  await assert.rejects(v1.create({ ticket: 999, question: "?", answer: "" }), absent);
  const input = { ticket: 999, question: "?", answer: "" };
  const { status, body } = await project.post("/faqcreator/v1/create/", input);
  assert.equal(status, 404);
  assert.partialDeepStrictEqual(body, { code: "NoSuchTicket", detail: absent.message, ran: "yes" });
  assert.deepEqual(await faq.entries({}), before);
});

test("a ticket that is not resolved is refused, and no entry is made", async () => {
  const { id } = await tickets.open({ subject: "early", body: "b" });
  const before = await faq.entries({});
  const early = (status: string) => ({
    code: "NotResolved",
    status: 409,
    message: `ticket ${id} is ${status}`,
  });
  const input = { ticket: id, question: "?", answer: "" };
  await assert.rejects(v1.create(input), early("open"));
  await tickets.answer({ id, answer: "a" });
  await assert.rejects(v1.create(input), early("answered"));
  assert.equal((await project.post("/faqcreator/v1/create/", input)).status, 409);
  assert.deepEqual(await faq.entries({}), before);
  await tickets.resolve({ id });
  assert.ok((await v1.create(input)).entry > 0);
});

test("what faq would refuse is refused at this door already", async () => {
  const ticket = await resolved("limits", "answer");
  const right = { ticket, question: "q".repeat(300), answer: "a".repeat(4000) };
  const { entry } = await v1.create(right);
  assert.equal((await faq.entry({ id: entry })).answer.length, 4000);
  const wrong = [
    { ...right, question: "q".repeat(301) },
    { ...right, question: "" },
    { ...right, answer: "a".repeat(4001) },
    { ...right, ticket: 2_147_483_648 },
    { ...right, ticket: -1 },
  ];
  for (const [index, input] of wrong.entries()) {
    await assert.rejects(v1.create(input), { code: "InvalidInput", ran: "no" }, `${index}`);
    const { status, body } = await project.post("/faqcreator/v1/create/", input);
    assert.equal(status, 422, `${index}`);
    assert.partialDeepStrictEqual(body, { code: "InvalidInput" });
  }
  const { status, body } = await project.post("/faqcreator/v1/create/", "question=q");
  assert.equal(status, 422);
  assert.partialDeepStrictEqual(body, { errors: [{ pointer: "/ticket" }, { pointer: "/answer" }] });
});

test("many at once make an entry each", async () => {
  const ticket = await resolved("at once", "answer");
  const numbers = Array.from({ length: 25 }, (_, index) => index);
  const made = await Promise.all(
    numbers.map((number) => v1.create({ ticket, question: `at once ${number}`, answer: "" })),
  );
  assert.equal(new Set(made.map(({ entry }) => entry)).size, numbers.length);
  const { entries } = await faq.entries({ search: "at once", limit: 100 });
  assert.equal(entries.length, numbers.length);
});
