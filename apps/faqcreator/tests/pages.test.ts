/** From ticket to question by pages and forms: three apps, and for the person one site. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { v2 as faq } from "marcot-faq";
import { testProject } from "marcot/testing";
import { v1 as tickets } from "marcot-tickets";

const project = await testProject(import.meta.dirname);

test("without resolved tickets the page says so", async () => {
  const { status, text } = await project.get("/faqcreator/");
  assert.equal(status, 200);
  assert.match(text, /class="empty"/);
});

test("a person asks, is answered, and the answer becomes a question for all", async () => {
  await project.post("/tickets/new/", "subject=It is <slow>&body=Very.");
  await project.post("/tickets/show/1/", "answer=Wait a moment.");
  await project.post("/tickets/show/1/resolved/", "");
  const end = performance.now() + 15_000;
  let home = await project.get("/faqcreator/");
  while (/class="empty"/.test(home.text)) {
    assert.ok(performance.now() < end, "no candidate after 15 s");
    await sleep(20);
    home = await project.get("/faqcreator/");
  }
  assert.match(home.text, /<a href="\/faqcreator\/from\/1\/">It is &lt;slow&gt;<\/a>/);
  const form = await project.get("/faqcreator/from/1/");
  assert.match(form.text, /name="question"[^>]*value="It is &lt;slow&gt;"/);
  assert.match(form.text, />\s*Wait a moment\.<\/textarea>/);
  const sent = await project.post(
    "/faqcreator/from/1/",
    "question=Why is it slow?&answer=Wait a moment.",
  );
  assert.deepEqual([sent.status, sent.headers.get("location")], [303, "/faq/questions/1/"]);
  const shown = await project.get("/faq/questions/1/");
  assert.match(shown.text, /<h1>Why is it slow\?<\/h1>[^]*Wait a moment\./);
  assert.equal((await faq.entry({ id: 1 })).source, 1);
});

test("soon the ticket's page leads to the question that was made of it", async () => {
  const link = /<a\s+href="\/faq\/questions\/1\/"/;
  const end = performance.now() + 15_000;
  while (!link.test((await project.get("/tickets/show/1/")).text)) {
    assert.ok(performance.now() < end, "no link after 15 s");
    await sleep(50);
  }
});

test("a form that is not right comes back with what was written, and publishes nothing", async () => {
  const { status, text } = await project.post("/faqcreator/from/1/", "question=&answer=Kept");
  assert.equal(status, 422);
  assert.match(text, /id="create-question-error"/);
  assert.match(text, />\s*Kept<\/textarea>/);
  assert.equal((await faq.entries({})).entries.length, 1);
});

test("a ticket that is not resolved, or not there, has no form and takes none", async () => {
  const { id } = await tickets.open({ subject: "open", body: "b" });
  for (const place of [String(id), "999", "abc"])
    assert.equal((await project.get(`/faqcreator/from/${place}/`)).status, 404, place);
  const form = "question=q&answer=a";
  assert.equal((await project.post(`/faqcreator/from/${id}/`, form)).status, 409);
  assert.equal((await project.post("/faqcreator/from/999/", form)).status, 404);
  assert.equal((await faq.entries({})).entries.length, 1);
});

test("every link on the pages leads somewhere, and the first page names all apps", async () => {
  for (const page of ["/faqcreator/", "/faqcreator/from/1/"]) {
    const { text } = await project.get(page);
    const links = [...text.matchAll(/href="([^"#]+)"/g)].map(([, href = ""]) => href);
    assert.ok(links.includes("/tickets/") && links.includes("/faq/"), page);
    for (const link of links) assert.equal((await project.get(link)).status, 200, link);
  }
  const { text } = await project.get("/");
  for (const title of ["Tickets", "Faq", "Faqcreator"]) assert.ok(text.includes(`>${title}</a>`));
});
