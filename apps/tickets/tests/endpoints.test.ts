/** What tickets answers to those who call it, from the question to its end, and what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testProject } from "marcot/testing";
import { v1 } from "../contract.ts";

const project = await testProject(import.meta.dirname);

async function open(subject: string, body = "Please help."): Promise<number> {
  return (await v1.open({ subject, body })).id;
}

test("without tickets the list is empty", async () => {
  assert.deepEqual(await v1.tickets({}), { tickets: [] });
});

test("a ticket is opened, answered and resolved", async () => {
  const before = Date.now();
  const opened = await v1.open({ subject: "It is slow", body: "Very.\nSince Monday." });
  const { openedAt, ...rest } = opened;
  const told = { id: 1, subject: "It is slow", body: "Very.\nSince Monday." };
  assert.deepEqual(rest, { ...told, answer: "", status: "open" });
  assert.ok(openedAt instanceof Date);
  assert.ok(Math.abs(openedAt.getTime() - before) < 60_000, openedAt.toISOString());
  const answered = await v1.answer({ id: 1, answer: "Wait." });
  assert.deepEqual(answered, { ...opened, answer: "Wait.", status: "answered" });
  const resolved = await v1.resolve({ id: 1 });
  assert.deepEqual(resolved, { ...answered, status: "resolved" });
  assert.deepEqual(await v1.ticket({ id: 1 }), resolved);
});

test("over HTTP it goes the same way, form-encoded and as JSON, with a version and without", async () => {
  for (const prefix of ["/tickets/v1", "/tickets"]) {
    const form = await project.post(`${prefix}/open/`, "subject=By form&body=One%0ATwo");
    assert.equal(form.status, 201);
    assert.partialDeepStrictEqual(form.body, { subject: "By form", body: "One\nTwo" });
    const json = await project.post(`${prefix}/open/`, { subject: "By JSON", body: "Text" });
    assert.equal(json.status, 201);
    const { id, openedAt } = json.body as { id: number; openedAt: string };
    assert.match(openedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const answered = await project.post(`${prefix}/tickets/${id}/answer/`, "answer=So.");
    assert.equal(answered.status, 200);
    assert.partialDeepStrictEqual(answered.body, { id, answer: "So.", status: "answered" });
    const resolved = await project.post(`${prefix}/tickets/${id}/resolve/`, {});
    assert.equal(resolved.status, 200);
    assert.deepEqual((await project.get(`${prefix}/tickets/${id}/`)).body, resolved.body);
  }
});

test("an answer can be replaced until the ticket is resolved", async () => {
  const id = await open("twice answered");
  await v1.answer({ id, answer: "first" });
  assert.equal((await v1.answer({ id, answer: "second" })).answer, "second");
  await v1.resolve({ id });
  assert.equal((await v1.resolve({ id })).status, "resolved", "it stays so");
  const late = { code: "AlreadyResolved", status: 409, message: `ticket ${id} is resolved` };
  await assert.rejects(v1.answer({ id, answer: "third" }), late);
  assert.equal((await v1.ticket({ id })).answer, "second");
  const { status, body } = await project.post(`/tickets/v1/tickets/${id}/answer/`, "answer=third");
  assert.equal(status, 409);
  assert.partialDeepStrictEqual(body, { code: "AlreadyResolved", detail: late.message });
});

test("a ticket without an answer cannot be resolved", async () => {
  const id = await open("not answered");
  const early = { code: "NotAnswered", status: 409, message: `ticket ${id} has no answer yet` };
  await assert.rejects(v1.resolve({ id }), early);
  const { status, body } = await project.post(`/tickets/v1/tickets/${id}/resolve/`, "");
  assert.equal(status, 409);
  assert.partialDeepStrictEqual(body, { code: "NotAnswered" });
  assert.equal((await v1.ticket({ id })).status, "open");
});

test("a ticket that does not exist is the declared error, at every door", async () => {
  const absent = {
    code: "NoSuchTicket",
    status: 404,
    ran: "yes",
    message: "there is no ticket 999",
  };
  await assert.rejects(v1.ticket({ id: 999 }), absent);
  await assert.rejects(v1.answer({ id: 999, answer: "a" }), absent);
  await assert.rejects(v1.resolve({ id: 999 }), absent);
  const replies = [
    await project.get("/tickets/v1/tickets/999/"),
    await project.get("/tickets/tickets/999/"),
    await project.post("/tickets/v1/tickets/999/answer/", { answer: "a" }),
    await project.post("/tickets/v1/tickets/999/resolve/", {}),
  ];
  for (const { status, body } of replies) {
    assert.equal(status, 404);
    assert.partialDeepStrictEqual(body, { code: "NoSuchTicket", detail: "there is no ticket 999" });
  }
});

test("the list can be asked for one status, and has the newest first", async () => {
  await v1.answer({ id: await open("answered"), answer: "a" });
  for (const status of ["open", "answered", "resolved"] as const) {
    const { tickets } = await v1.tickets({ status });
    assert.ok(tickets.length > 0, status);
    assert.ok(tickets.every((ticket) => ticket.status === status));
    const { body } = await project.get(`/tickets/v1/tickets/?status=${status}`);
    assert.deepEqual(body, JSON.parse(JSON.stringify({ tickets })));
  }
  const { tickets } = await v1.tickets({});
  const ids = tickets.map(({ id }) => id);
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => b - a),
  );
  const wrong = await project.get("/tickets/v1/tickets/?status=closed");
  assert.equal(wrong.status, 422);
  assert.partialDeepStrictEqual(wrong.body, { errors: [{ pointer: "/status", got: '"closed"' }] });
});

test("values at their limits are taken, beyond them refused", async () => {
  const most = { subject: "🎫".repeat(200), body: "ü".repeat(4000) };
  const { id, subject, body } = await v1.open(most);
  assert.deepEqual({ subject, body }, most);
  assert.equal((await v1.answer({ id, answer: "a".repeat(4000) })).answer.length, 4000);
  const wrong = [
    { ...most, subject: `${most.subject}x` },
    { ...most, subject: "" },
    { ...most, body: `${most.body}x` },
    { ...most, body: "" },
    { ...most, body: "a\0b" },
  ];
  for (const [index, input] of wrong.entries()) {
    await assert.rejects(v1.open(input), { code: "InvalidInput", ran: "no" }, `${index}`);
    assert.equal((await project.post("/tickets/v1/open/", input)).status, 422, `${index}`);
  }
  await assert.rejects(v1.answer({ id, answer: "a".repeat(4001) }), { code: "InvalidInput" });
  for (const place of ["abc", "99999999999", "-1", "1.5"])
    assert.equal((await project.get(`/tickets/v1/tickets/${place}/`)).status, 422, place);
});

test("every wrong field is named, and nothing is opened", async () => {
  const { tickets: before } = await v1.tickets({});
  const { status, body } = await project.post("/tickets/v1/open/", { subject: 5 });
  assert.equal(status, 422);
  assert.partialDeepStrictEqual(body, {
    code: "InvalidInput",
    ran: "no",
    errors: [
      { pointer: "/subject", expected: "text from 1 to 200 characters", got: "5" },
      { pointer: "/body", expected: "text from 1 to 4000 characters", got: "nothing" },
    ],
  });
  assert.equal((await v1.tickets({})).tickets.length, before.length);
});

test("many at once: each is opened once, and only one of two ends wins", async () => {
  const subjects = Array.from({ length: 40 }, (_, index) => `at once ${index}`);
  const ids = await Promise.all(subjects.map((subject) => open(subject)));
  assert.equal(new Set(ids).size, subjects.length);
  const [id = 0] = ids;
  await v1.answer({ id, answer: "ready" });
  const attempts = Array.from({ length: 10 }, (_, index) =>
    index === 5 ? v1.resolve({ id }) : v1.answer({ id, answer: `answer ${index}` }),
  );
  const ends = await Promise.allSettled(attempts);
  const { status, answer } = await v1.ticket({ id });
  assert.equal(status, "resolved");
  assert.match(answer, /^(ready|answer \d)$/);
  for (const end of ends)
    if (end.status === "rejected") assert.equal(end.reason.code, "AlreadyResolved");
});
