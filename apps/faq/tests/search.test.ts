/** Finding an entry among others, by contract and on the page. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { testProject } from "marcot/testing";
import { v1 } from "../contract.ts";

const project = await testProject(import.meta.dirname);

const questions = [
  "How do I reset my password?",
  "Is 100% of it free?",
  "What does snake_case mean?",
  "Why C:\\temp?",
  "Wo ist die Straße nach Köln?",
  "Где мой пароль?",
  "Is “quoting” 'safe'?",
  "password again",
];

before(async () => {
  for (const [source, question] of questions.entries()) await v1.create({ question, source });
});

async function found(search: string, limit?: number): Promise<string[]> {
  const { entries } = await v1.entries({ search, ...(limit === undefined ? {} : { limit }) });
  return entries.map(({ question }) => question);
}

test("everything is listed, the newest first", async () => {
  assert.deepEqual(await found(""), questions.toReversed());
  assert.deepEqual(await found("", 2), questions.slice(-2).toReversed());
});

test("a part of the question finds it, in small and capital letters, in any script", async () => {
  assert.deepEqual(await found("PASSWORD"), ["password again", "How do I reset my password?"]);
  assert.deepEqual(await found("straße NACH kÖLN"), ["Wo ist die Straße nach Köln?"]);
  assert.deepEqual(await found("ПАРОЛЬ"), ["Где мой пароль?"]);
  assert.deepEqual(await found("nothing of this"), []);
});

test("signs that PostgreSQL reads as patterns mean themselves", async () => {
  assert.deepEqual(await found("%"), ["Is 100% of it free?"]);
  assert.deepEqual(await found("_"), ["What does snake_case mean?"]);
  assert.deepEqual(await found("\\"), ["Why C:\\temp?"]);
  assert.deepEqual(await found("'safe'"), ["Is “quoting” 'safe'?"]);
});

test("the search travels in the query as it is written", async () => {
  for (const search of ["100% of", "C:\\temp", "“quoting”", "Köln?", "мой пароль", "a+b&c=d#e"]) {
    const path = `/faq/v1/entries/?${new URLSearchParams({ search })}`;
    assert.deepEqual((await project.get(path)).body, await v1.entries({ search }), search);
  }
});

test("a search of 100 characters is the longest", async () => {
  assert.deepEqual(await found("x".repeat(100)), []);
  await assert.rejects(found("x".repeat(101)), { code: "InvalidInput" });
});

test("the page finds the same, and shows what was looked for", async () => {
  const { status, text } = await project.get("/faq/?search=password");
  assert.equal(status, 200);
  assert.match(text, /value="password"/);
  assert.match(text, /How do I reset my password\?/);
  assert.doesNotMatch(text, /snake_case/);
  const none = await project.get(`/faq/?${new URLSearchParams({ search: '"><b>&' })}`);
  assert.match(none.text, /No question contains “&quot;&gt;&lt;b&gt;&amp;”/);
  assert.equal((await project.get(`/faq/?search=${"x".repeat(500)}`)).status, 200);
});
