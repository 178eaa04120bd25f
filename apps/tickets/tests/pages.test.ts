/** A person opens a ticket, another one answers it, by pages and forms alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testProject } from "marcot/testing";
import { v1 } from "../contract.ts";

const project = await testProject(import.meta.dirname);

test("without tickets the page says so, and leads to the form", async () => {
  const { status, text } = await project.get("/tickets/");
  assert.equal(status, 200);
  assert.match(text, /class="empty"/);
  assert.match(text, /href="\/tickets\/new\/"/);
  const form = await project.get("/tickets/new/");
  assert.match(form.text, /<label for="open-subject">\s*What is it about\?/);
  assert.match(form.text, /<textarea [^>]*id="open-body"/);
});

test("a form that is not right comes back with what was written, and opens nothing", async () => {
  const { status, text } = await project.post("/tickets/new/", "subject=&body=<b>Kept</b>");
  assert.equal(status, 422);
  assert.match(text, /role="alert"/);
  assert.match(text, /id="open-subject-error"/);
  assert.match(text, /aria-invalid="true"/);
  assert.match(text, /&lt;b&gt;Kept&lt;\/b&gt;<\/textarea>/);
  assert.deepEqual(await v1.tickets({}), { tickets: [] });
});

test("a form opens a ticket, and leads to its page", async () => {
  const sent = await project.post("/tickets/new/", "subject=It+is+%3Cslow%3E&body=Very%0D%0ASlow");
  assert.deepEqual([sent.status, sent.headers.get("location")], [303, "/tickets/show/1/"]);
  const { text } = await project.get("/tickets/show/1/");
  assert.match(text, /<h1>It is &lt;slow&gt;<\/h1>/);
  assert.match(text, /Very\r?\nSlow/);
  assert.match(text, /<span class="tag[^"]*">open<\/span>/);
  assert.match(text, /Your answer/);
  assert.doesNotMatch(text, /Mark as resolved/);
  const list = await project.get("/tickets/");
  assert.match(list.text, /<a href="\/tickets\/show\/1\/">It is &lt;slow&gt;<\/a>/);
});

test("an answer that is missing is asked for, on the ticket's page", async () => {
  const { status, text } = await project.post("/tickets/show/1/", "answer=");
  assert.equal(status, 422);
  assert.match(text, /<h1>It is &lt;slow&gt;<\/h1>/);
  assert.match(text, /id="answer-answer-error"/);
});

test("an answer by form, whose hidden id is not believed, brings the button to resolve", async () => {
  const other = await v1.open({ subject: "other", body: "b" });
  const sent = await project.post("/tickets/show/1/", `id=${other.id}&answer=Wait+a+moment.`);
  assert.deepEqual([sent.status, sent.headers.get("location")], [303, "/tickets/show/1/"]);
  assert.equal((await v1.ticket({ id: other.id })).status, "open");
  const { text } = await project.get("/tickets/show/1/");
  assert.match(text, /<h2>Answer<\/h2>[^]*Wait a moment\./);
  assert.match(text, /action="\/tickets\/show\/1\/resolved\/"[^]*Mark as resolved/);
});

test("the button resolves it, and then nothing is left to do", async () => {
  const sent = await project.post("/tickets/show/1/resolved/", "id=1");
  assert.deepEqual([sent.status, sent.headers.get("location")], [303, "/tickets/show/1/"]);
  assert.equal((await v1.ticket({ id: 1 })).status, "resolved");
  const { text } = await project.get("/tickets/show/1/");
  assert.match(text, /<span class="tag[^"]*">resolved<\/span>/);
  assert.doesNotMatch(text, /<form/);
  const late = await project.post("/tickets/show/1/", "answer=Too+late");
  assert.equal(late.status, 409);
  assert.match(late.text, /role="alert"[^]*Too late/, "what was written is not lost");
  assert.equal((await v1.ticket({ id: 1 })).answer, "Wait a moment.");
});

test("every link on the pages leads somewhere", async () => {
  for (const page of ["/", "/tickets/", "/tickets/new/", "/tickets/show/1/"]) {
    const { text } = await project.get(page);
    const links = [...text.matchAll(/href="([^"#]+)"/g)].map(([, href = ""]) => href);
    assert.ok(links.includes("/tickets/") && links.includes("/faq/"), page);
    for (const link of links) assert.equal((await project.get(link)).status, 200, link);
  }
});

test("a ticket that does not exist is a page that says so", async () => {
  for (const id of ["999", "abc", "99999999999"]) {
    const headers = { accept: "text/html" };
    const response = await project.fetch(`/tickets/show/${id}/`, { headers });
    const { status } = response;
    assert.ok(status === 404 || status === 422, `${id}: ${status}`);
    assert.match(await response.text(), /<h1>/);
  }
  assert.equal((await project.post("/tickets/show/999/", "answer=a")).status, 404);
  assert.equal((await project.post("/tickets/show/999/resolved/", "")).status, 404);
  assert.equal((await project.post("/tickets/show/abc/resolved/", "")).status, 404);
});

test("a form of another site is refused", async () => {
  const headers = {
    origin: "http://elsewhere.example",
    "content-type": "application/x-www-form-urlencoded",
  };
  const body = "subject=Stolen&body=b";
  const { status } = await project.fetch("/tickets/new/", { method: "POST", headers, body });
  assert.equal(status, 403);
  assert.equal((await v1.tickets({})).tickets.length, 2);
});
