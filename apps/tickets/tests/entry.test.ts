/** What tickets does when faq tells of an entry that was made of one of its tickets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { v2 as faq } from "marcot-faq";
import { testProject } from "marcot/testing";
import { v1, v2 } from "../contract.ts";

const project = await testProject(import.meta.dirname);

/** Events come soon, not at once. */
async function untilLinked(id: number, entry: number): Promise<void> {
  const end = performance.now() + 15_000;
  for (;;) {
    const ticket = await v2.ticket({ id });
    if (ticket.entry === entry) return;
    assert.ok(performance.now() < end, `ticket ${id} has ${ticket.entry}, not ${entry}`);
    await sleep(20);
  }
}

test("a ticket without an entry has no link", async () => {
  const { id } = await v1.open({ subject: "It is slow", body: "Very." });
  assert.equal((await v2.ticket({ id })).entry, null);
  assert.doesNotMatch((await project.get(`/tickets/show/${id}/`)).text, /\/faq\/questions\//);
});

test("an entry that was made of a ticket is on its page, and the link leads there", async () => {
  const entry = await faq.create({ question: "Why is it slow?", answer: "Wait.", source: 1 });
  await untilLinked(1, entry.id);
  const { text } = await project.get("/tickets/show/1/");
  const [, link = ""] = /<a\s+href="(\/faq\/questions\/\d+\/)"/.exec(text) ?? [];
  assert.equal(link, `/faq/questions/${entry.id}/`);
  assert.match((await project.get(link)).text, /<h1>Why is it slow\?<\/h1>/);
});

test("a caller of v1 sees nothing of it", async () => {
  assert.ok(!("entry" in (await v1.ticket({ id: 1 }))));
  assert.partialDeepStrictEqual((await project.get("/tickets/v2/tickets/1/")).body, { entry: 1 });
  const { body } = await project.get("/tickets/v1/tickets/1/");
  assert.ok(!("entry" in (body as object)));
});

test("of several entries the newest counts, in the order in which they were made", async () => {
  const { id } = await v1.open({ subject: "Many ask", body: "Again." });
  let last = 0;
  for (let count = 0; count < 10; count += 1)
    last = (await faq.create({ question: `question ${count}`, source: id })).id;
  await untilLinked(id, last);
  await sleep(200); // none comes later
  assert.equal((await v2.ticket({ id })).entry, last);
});

test("an entry of something else touches no ticket, and holds up none", async () => {
  await faq.create({ question: "From nowhere?", source: 999 });
  const { id } = await v1.open({ subject: "After it", body: "b" });
  const { id: entry } = await faq.create({ question: "After it?", source: id });
  await untilLinked(id, entry);
});
