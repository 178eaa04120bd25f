/** What faq answers to those who call it, and what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testProject } from "marcot/testing";
import { v1, v2 } from "../contract.ts";

const project = await testProject(import.meta.dirname);

/** What PostgreSQL's `integer` holds. */
const LARGEST = 2_147_483_647;

test("without entries the list is empty", async () => {
  assert.deepEqual(await v1.entries({}), { entries: [] });
});

test("an entry can be created, read and changed", async () => {
  const created = await v2.create({ question: "Why?", source: 7 });
  assert.deepEqual(created, { id: 1, question: "Why?", answer: "", source: 7, related: [] });
  const changes = { id: 1, question: "Why not?", answer: "Because.", related: [1] };
  assert.deepEqual(await v2.update(changes), { ...changes, source: 7 });
  assert.deepEqual(await v2.entry({ id: 1 }), { ...changes, source: 7 });
});

test("a change over HTTP is one of the entry that the address names", async () => {
  const other = await v2.create({ question: "other", source: 1 });
  const changes = { id: 1, question: "Which?", answer: "That.", related: [] };
  const json = await project.post(`/faq/v2/entries/${other.id}/`, changes);
  assert.equal(json.status, 200);
  assert.deepEqual(json.body, { ...changes, id: other.id, source: 1 });
  const form = await project.post(`/faq/v2/entries/${other.id}/`, "question=Who?&related=1");
  assert.deepEqual(form.body, {
    id: other.id,
    question: "Who?",
    answer: "",
    source: 1,
    related: [1],
  });
  assert.equal((await v2.entry({ id: 1 })).question, "Why not?");
});

test("an entry that does not exist is the declared error, at every door", async () => {
  const absent = { code: "NoSuchEntry", status: 404, ran: "yes", message: "there is no entry 999" };
  await assert.rejects(v1.entry({ id: 999 }), absent);
  await assert.rejects(v2.entry({ id: 999 }), absent);
  await assert.rejects(v2.update({ id: 999, question: "q" }), absent);
  const replies = [
    await project.get("/faq/entries/999/"),
    await project.get("/faq/v1/entries/999/"),
    await project.get("/faq/v2/entries/999/"),
    await project.post("/faq/v2/entries/999/", { question: "q" }),
  ];
  for (const { status, headers, body } of replies) {
    assert.equal(status, 404);
    assert.equal(headers.get("content-type"), "application/problem+json");
    assert.partialDeepStrictEqual(body, { code: "NoSuchEntry", detail: "there is no entry 999" });
  }
});

test("values at their limits are taken, beyond them refused", async () => {
  const most = {
    question: "q".repeat(300),
    answer: "a".repeat(4000),
    source: LARGEST,
    related: Array.from({ length: 20 }, (_, index) => LARGEST - index),
  };
  const { id, ...kept } = await v2.create(most);
  assert.deepEqual(kept, most);
  const least = { question: "q", answer: "", source: 0, related: [0] };
  assert.deepEqual(await v2.create(least), { id: id + 1, ...least });
  const beyond = [
    { ...most, question: "q".repeat(301) },
    { ...most, question: "" },
    { ...most, answer: "a".repeat(4001) },
    { ...most, source: LARGEST + 1 },
    { ...most, source: -1 },
    { ...most, source: 1.5 },
    { ...most, related: [...most.related, 1] },
    { ...most, related: [LARGEST + 1] },
  ];
  for (const [index, input] of beyond.entries()) {
    await assert.rejects(v2.create(input), { code: "InvalidInput", ran: "no" }, `${index}`);
    const { status, body } = await project.post("/faq/v2/create/", input);
    assert.equal(status, 422, `${index}`);
    assert.partialDeepStrictEqual(body, { code: "InvalidInput" });
  }
});

test("letters of all scripts, emoji and line ends come back as they were", async () => {
  const texts = [
    "Wie grüßt man? Ça va? Öğle?",
    "Как это работает",
    "どうすればいいですか",
    "كيف أعيد تعيين كلمة المرور؟",
    "👩‍👩‍👧‍👦 and 🏳️‍🌈",
    "e\u0301 is not \u00e9",
    "a\r\nb\tc",
    "\u2028\ufeff\u200b",
    "<script>alert('&amp;')</script>",
    "Robert'); DROP TABLE entries;--",
    "+ & = % ; ?#",
  ];
  for (const question of texts) {
    const { id } = await v2.create({ question, answer: question, source: 1 });
    assert.equal((await v1.entry({ id })).question, question);
    const form = await project.post(
      "/faq/v2/create/",
      new URLSearchParams({ question, source: "1" }),
    );
    assert.partialDeepStrictEqual(form.body, { question });
    const json = await project.post("/faq/v2/create/", { question, source: 1 });
    assert.partialDeepStrictEqual(json.body, { question });
  }
});

test("a length is counted in characters, not in bytes", async () => {
  const question = "🏔".repeat(300);
  assert.equal((await v2.create({ question, source: 1 })).question, question);
  await assert.rejects(v2.create({ question: `${question}🏔`, source: 1 }), {
    code: "InvalidInput",
  });
});

test("every wrong field is named with its place, what was expected and what came", async () => {
  const { status, body } = await project.post("/faq/v2/create/", {
    source: "1",
    related: [1, "x"],
  });
  assert.equal(status, 422);
  assert.partialDeepStrictEqual(body, {
    code: "InvalidInput",
    errors: [
      { pointer: "/question", expected: "text from 1 to 300 characters", got: "nothing" },
      { pointer: "/source", expected: `an integer from 0 to ${LARGEST}`, got: '"1"' },
      { pointer: "/related/1", expected: `an integer from 0 to ${LARGEST}`, got: '"x"' },
    ],
  });
});

test("text becomes a number where the carrier has no types, and only a number", async () => {
  const wrong = ["abc", "", "1.5", "0x10", " 1", "99999999999", "-1"];
  for (const source of wrong) {
    const form = new URLSearchParams({ question: "q", source });
    const { status, body } = await project.post("/faq/v1/create/", form);
    assert.equal(status, 422, source);
    assert.partialDeepStrictEqual(body, { errors: [{ pointer: "/source" }] });
  }
  for (const id of ["abc", "1.5", "-1", "99999999999", "%00"])
    assert.equal((await project.get(`/faq/v1/entries/${id}/`)).status, 422, id);
  for (const limit of ["0", "101", "x"])
    assert.equal((await project.get(`/faq/v1/entries/?limit=${limit}`)).status, 422, limit);
});

test("what cannot be kept is refused, not changed", async () => {
  for (const question of ["a\0b", "a\ud800b"]) {
    await assert.rejects(v1.create({ question, source: 1 }), { code: "InvalidInput" });
    const { body } = await project.post("/faq/v1/create/", { question, source: 1 });
    assert.partialDeepStrictEqual(body, { code: "InvalidInput" });
  }
  const form = await project.post("/faq/v1/create/", "question=a%00b&source=1");
  assert.equal(form.status, 422);
});

test("many entries at once get an id each, and all of them are there", async () => {
  const numbers = Array.from({ length: 60 }, (_, index) => index);
  const created = await Promise.all(
    numbers.map(async (source) => {
      const question = `at once ${source}`;
      if (source % 3 === 0) return v2.create({ question, source });
      if (source % 3 === 1) return v1.create({ question, source });
      const { body } = await project.post("/faq/v1/create/", { question, source });
      return body as { id: number; source: number };
    }),
  );
  assert.deepEqual(
    created.map(({ source }) => source),
    numbers,
  );
  assert.equal(new Set(created.map(({ id }) => id)).size, numbers.length);
  const { entries } = await v1.entries({ search: "at once", limit: 100 });
  assert.equal(entries.length, numbers.length);
});
