/**
 * "An error says what happened, where, whether the call may have run, and what to do next": also when the
 * process of an app is gone from one moment to the next, in the middle of a call or between two.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { v2 as faq } from "../../apps/faq/contract.ts";
import { v1 as faqcreator } from "../../apps/faqcreator/contract.ts";
import { v1 as tickets } from "../../apps/tickets/contract.ts";
import { type Browser, createBrowser } from "../../src/testing/browser.ts";
import { type Provider, startProvider } from "../../src/testing/provider.ts";
import { createRecording } from "../../src/testing/recording.ts";
import { openSite, type Site } from "../../src/testing/site.ts";

let site: Site;
let browser: Browser;
let provider: Provider;
let ticket: number;

before(async () => {
  const folder = join(import.meta.dirname, "..", "..", "example");
  site = await openSite({
    folder,
    arrangement: "process-per-app",
    recording: createRecording(),
  });
  browser = createBrowser(site.address);
  const found = site.providers.get("faq");
  assert.ok(found);
  provider = found;
  ticket = await site.project.run(async () => {
    const { id } = await tickets.open({ subject: "s", body: "b" });
    await tickets.answer({ id, answer: "a" });
    await tickets.resolve({ id });
    await faqcreator.create({ ticket: id, question: "before", answer: "" });
    return id;
  });
});
after(() => site.close());

test("a process that dies during a call: it may have run, and nothing repeats it", async () => {
  process.kill(provider.pid, "SIGSTOP"); // it is given the call, and does not get to answer it
  const call = site.project.run(() => faq.create({ question: "lost", source: ticket }));
  const lost = assert.rejects(call, {
    code: "ConnectionLost",
    status: 502,
    ran: "maybe",
    message: `faq.v2.create: the connection to ${provider.address}/ broke before the answer (ECONNRESET)`,
  });
  await sleep(200); // a process that stands still tells nobody what has reached it
  await provider.kill();
  await lost;
});

test("after that a call says that it never ran: which app, version, endpoint, address, cause", async () => {
  const call = site.project.run(() => faq.create({ question: "never", source: ticket }));
  await assert.rejects(call, {
    code: "Unavailable",
    status: 503,
    ran: "no",
    message: `faq.v2.create: ${provider.address}/ cannot be reached (ECONNREFUSED)`,
  });
});

test("an app that needs the lost one says so in its own name", async () => {
  const input = { ticket, question: "?", answer: "" };
  const { status, headers, body } = await browser.post("/faqcreator/v1/create/", input);
  assert.equal(status, 503);
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.partialDeepStrictEqual(body, {
    code: "Unavailable",
    ran: "maybe", // its view has begun, and has asked tickets already
    detail: `faqcreator.v1.create could not finish: faq.v2.create: ${provider.address}/ cannot be reached (ECONNREFUSED)`,
  });
});

test("the project says it for the addresses of the lost app", async () => {
  const { status, body } = await browser.post("/faq/v1/create/", "question=q&source=1");
  assert.equal(status, 503);
  assert.partialDeepStrictEqual(body, {
    code: "Unavailable",
    ran: "no",
    detail: `POST /v1/create/ of faq: ${provider.address}/ cannot be reached (ECONNREFUSED)`,
  });
  assert.equal((await browser.get("/faq/")).status, 503);
});

test("what does not need it goes on", async () => {
  assert.equal((await browser.get("/tickets/")).status, 200);
  assert.equal((await browser.get("/faqcreator/")).status, 200);
  assert.equal((await browser.get("/")).status, 200);
  assert.equal((await browser.post("/tickets/v1/open/", "subject=s&body=b")).status, 201);
});

test("another process at its address is used at once, and only the lost call is in doubt", async () => {
  const next = await startProvider(provider.options);
  try {
    const input = { ticket, question: "after", answer: "" };
    await site.project.run(() => faqcreator.create(input));
    const { entries } = await site.project.run(() => faq.entries({}));
    const questions = entries.map(({ question }) => question).filter((one) => one !== "lost");
    assert.deepEqual(questions, ["after", "before"]);
  } finally {
    await next.stop();
  }
});
