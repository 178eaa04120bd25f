/** What the talk promises: a request that was right once stays right, however it is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testProject } from "marcot/testing";
import { v1, v2 } from "../contract.ts";

const project = await testProject(import.meta.dirname);

test("the talk's first request is answered, form-encoded and as JSON alike", async () => {
  const form = await project.post("/faq/v1/create/", "question=my question&source=123");
  assert.equal(form.status, 201);
  assert.deepEqual(form.body, { id: 1, question: "my question", source: 123 });
  const json = await project.post("/faq/v1/create/", { question: "my question", source: 123 });
  assert.equal(json.status, 201);
  assert.deepEqual(json.body, { id: 2, question: "my question", source: 123 });
});

test("a path without a version is the first version, whatever came later", async () => {
  const created = await project.post("/faq/create/", "question=my question&source=123");
  assert.equal(created.status, 201);
  assert.deepEqual(created.body, { id: 3, question: "my question", source: 123 });
  assert.deepEqual((await project.get("/faq/entries/3/")).body, created.body);
  assert.deepEqual((await project.get("/faq/entries/?limit=1")).body, { entries: [created.body] });
  const related = await project.post("/faq/create/", "question=q&source=1&related=1");
  assert.deepEqual(related.body, { id: 4, question: "q", source: 1 });
  assert.equal((await project.get("/faq/update/")).status, 404, "v2 has added it");
});

test("v2 takes `related` as a repeated field of a form and as a list", async () => {
  const form = await project.post("/faq/v2/create/", "question=q&source=1&related=456&related=789");
  assert.equal(form.status, 201);
  const expected = { question: "q", answer: "", source: 1, related: [456, 789] };
  assert.deepEqual(form.body, { id: 5, ...expected });
  const json = await project.post("/faq/v2/create/", {
    question: "q",
    source: 1,
    related: [456, 789],
  });
  assert.deepEqual(json.body, { id: 6, ...expected });
  const once = await project.post("/faq/v2/create/", "question=q&source=1&related=456");
  assert.deepEqual(once.body, { id: 7, ...expected, related: [456] });
});

test("what v2 has added is optional there", async () => {
  const { status, body } = await project.post("/faq/v2/create/", { question: "q", source: 1 });
  assert.equal(status, 201);
  assert.deepEqual(body, { id: 8, question: "q", answer: "", source: 1, related: [] });
});

test("a caller of v1 and one of v2 see the same entry, each in its version", async () => {
  const entry = { question: "How?", answer: "So.", source: 5, related: [1, 2] };
  const { id } = await v2.create(entry);
  assert.deepEqual(await v2.entry({ id }), { id, ...entry });
  assert.deepEqual(await v1.entry({ id }), { id, question: "How?", source: 5 });
  assert.deepEqual((await project.get(`/faq/v2/entries/${id}/`)).body, { id, ...entry });
  assert.deepEqual((await project.get(`/faq/v1/entries/${id}/`)).body, {
    id,
    question: "How?",
    source: 5,
  });
  const old = await v1.create({ question: "old", source: 6 });
  assert.deepEqual(old, { id: id + 1, question: "old", source: 6 });
  const asNew = { id: old.id, question: "old", answer: "", source: 6, related: [] };
  assert.deepEqual(await v2.entry({ id: old.id }), asNew);
});

test("the list is the same at both versions", async () => {
  const listed = await v1.entries({ limit: 3 });
  assert.equal(listed.entries.length, 3);
  assert.deepEqual(await v2.entries({ limit: 3 }), listed);
  for (const version of ["v1", "v2"])
    assert.deepEqual((await project.get(`/faq/${version}/entries/?limit=3`)).body, listed);
});

test("a version that does not exist, and an endpoint that is not in this one, are told apart", async () => {
  const version = await project.post("/faq/v3/create/", "question=q&source=1");
  assert.equal(version.status, 404);
  assert.partialDeepStrictEqual(version.body, { code: "UnknownVersion", ran: "no" });
  const endpoint = await project.post("/faq/v1/entries/1/", { question: "q" });
  assert.equal(endpoint.status, 405);
  assert.equal(endpoint.headers.get("allow"), "GET");
});
