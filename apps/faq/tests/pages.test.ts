/** What a person sees of faq, and what becomes of the forms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testProject } from "marcot/testing";
import { v2 } from "../contract.ts";

const project = await testProject(import.meta.dirname);

test("without entries the page says so", async () => {
  const { status, headers, text } = await project.get("/faq/");
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^text\/html/);
  assert.match(text, /<h1>Questions<\/h1>/);
  assert.match(text, /class="empty"/);
});

test("a question is listed, and its page shows the answer and what is related", async () => {
  const first = await v2.create({ question: "How <much>?", answer: "This & that.", source: 1 });
  const second = await v2.create({ question: "Why?", source: 1, related: [first.id] });
  const { text: list } = await project.get("/faq/");
  assert.match(list, /<a href="\/faq\/questions\/1\/">How &lt;much&gt;\?<\/a>/);
  const { text: page } = await project.get(`/faq/questions/${first.id}/`);
  assert.match(page, /<h1>How &lt;much&gt;\?<\/h1>/);
  assert.match(page, /This &amp; that\./);
  const { text: other } = await project.get(`/faq/questions/${second.id}/`);
  assert.match(other, /Nobody has written an answer yet\./);
  assert.match(other, /<h2>Related questions<\/h2>[^]*href="\/faq\/questions\/1\/"/);
});

test("every link on the pages leads somewhere", async () => {
  for (const page of ["/faq/", "/faq/questions/1/", "/faq/questions/2/edit/"]) {
    const { text } = await project.get(page);
    const links = [...text.matchAll(/href="([^"#]+)"/g)].map(([, href = ""]) => href);
    assert.ok(links.includes("/tickets/") && links.includes("/faq/"), page);
    for (const link of links) assert.equal((await project.get(link)).status, 200, link);
  }
});

test("the form holds what is there, and changes it", async () => {
  const { text } = await project.get("/faq/questions/2/edit/");
  assert.match(text, /name="question"[^>]*value="Why\?"/);
  assert.match(text, /name="related" value="1"[^>]*> How &lt;much&gt;\?</);
  assert.match(text, /value="1" checked/);
  assert.doesNotMatch(text, /name="related" value="2"/, "an entry is not related to itself");
  const form = "question=Why not?&answer=Because.&related=1";
  const sent = await project.post("/faq/questions/2/edit/", form);
  assert.equal(sent.status, 303);
  assert.equal(sent.headers.get("location"), "/faq/questions/2/");
  assert.deepEqual(await v2.entry({ id: 2 }), {
    id: 2,
    question: "Why not?",
    answer: "Because.",
    source: 1,
    related: [1],
  });
});

test("a form that is not right comes back with what was written, and changes nothing", async () => {
  const { status, text } = await project.post("/faq/questions/2/edit/", "question=&answer=Kept");
  assert.equal(status, 422);
  assert.match(text, /role="alert"/);
  assert.match(text, /id="update-question-error"/);
  assert.match(text, />\s*Kept<\/textarea>/);
  assert.equal((await v2.entry({ id: 2 })).question, "Why not?");
});

test("the address decides which entry a form changes", async () => {
  await project.post("/faq/questions/2/edit/", "id=1&question=Moved");
  assert.equal((await v2.entry({ id: 1 })).question, "How <much>?");
  assert.equal((await v2.entry({ id: 2 })).question, "Moved");
});

test("a form of another site is refused", async () => {
  const { status } = await project.fetch("/faq/questions/2/edit/", {
    method: "POST",
    headers: {
      origin: "http://elsewhere.example",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "question=Stolen",
  });
  assert.equal(status, 403);
  assert.equal((await v2.entry({ id: 2 })).question, "Moved");
});

test("a question that does not exist is a page that says so", async () => {
  for (const id of ["999", "abc", "1.5"]) {
    const headers = { accept: "text/html" };
    const response = await project.fetch(`/faq/questions/${id}/`, { headers });
    assert.equal(response.status, 404, id);
    assert.match(await response.text(), /<h1>/);
  }
  assert.equal((await project.get("/faq/questions/999/edit/")).status, 404);
  assert.equal((await project.post("/faq/questions/999/edit/", "question=q")).status, 404);
  assert.equal((await project.get("/faq/nothing/")).status, 404);
});

test("an address without its last slash leads to the one with it", async () => {
  const short = ["/faq", "/faq/questions/1", "/faq/questions/1/edit?from=here"];
  const full = ["/faq/", "/faq/questions/1/", "/faq/questions/1/edit/?from=here"];
  for (const [index, path] of short.entries()) {
    const { status, headers } = await project.fetch(path, { redirect: "manual" });
    assert.deepEqual([status, headers.get("location")], [308, full[index]]);
  }
  assert.equal((await project.post("/faq", "question=q")).status, 404);
});
