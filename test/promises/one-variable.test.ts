/**
 * "Service: provider, endpoint, contract." An app becomes a service by one variable, and no caller
 * changes: the same files run in one process, with faq in another one, and with every app in its own.
 * Who visits them, by page or by curl, sees no difference at all.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Arrangement } from "../../src/testing/arrangement.ts";
import { type Browser, createBrowser, type Reply } from "../../src/testing/browser.ts";
import { createRecording } from "../../src/testing/recording.ts";
import { openSite } from "../../src/testing/site.ts";

const folder = join(import.meta.dirname, "..", "..", "example");

/** Each on new databases, so that ids are the same too. */
async function visitAll(arrangement: Arrangement): Promise<Map<string, unknown>> {
  const site = await openSite({ folder, arrangement, recording: createRecording() });
  try {
    const seen = new Map<string, unknown>();
    for (const accept of ["*/*", "text/html"]) {
      await visit(createBrowser(site.address, accept), (name, reply) => {
        const request = `${name} for ${accept}`;
        assert.ok(!seen.has(request), request);
        seen.set(request, toSeen(reply, site.address));
      });
    }
    return seen;
  } finally {
    await site.close();
  }
}

/** All that a visitor sees, but the moment and the port. */
function toSeen({ status, headers, text }: Reply, address: string): unknown {
  const shown = text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "(moment)")
    .replaceAll(address, "(site)");
  const named = ["content-type", "location", "allow", "content-security-policy", "cache-control"];
  return [status, ...named.map((name) => headers.get(name)), shown];
}

async function visit(
  { get, post }: Browser,
  see: (name: string, reply: Reply) => void,
): Promise<void> {
  const gets = async (...paths: string[]) => {
    for (const path of paths) see(`GET ${path}`, await get(path));
  };
  const posts = async (path: string, ...bodies: unknown[]) => {
    const replies: Reply[] = [];
    for (const body of bodies) {
      const reply = await post(path, body);
      see(`POST ${path} ${JSON.stringify(body)}`, reply);
      replies.push(reply);
    }
    return replies;
  };
  // The talk's lines.
  const talk = "question=my question&source=123";
  await posts("/faq/v1/create/", talk, { question: "my question", source: 123 });
  await posts("/faq/v2/create/", `${talk}&related=1&related=2`, { question: "q", source: 1 });
  await posts("/faq/create/", talk);
  await gets("/faq/v1/entries/", "/faq/v1/entries/3/", "/faq/v2/entries/3/", "/faq/entries/1/");
  await gets("/faq/v1/entries/?search=MY&limit=2", "/faq/v2/entries/?limit=1");
  // A ticket becomes an entry.
  await posts("/tickets/v1/open/", { subject: "It is slow", body: "Very." });
  await posts("/faqcreator/v1/create/", { ticket: 1, question: "early", answer: "" });
  await posts("/tickets/v1/tickets/1/answer/", "answer=Wait.");
  await posts("/tickets/v1/tickets/1/resolve/", {});
  await untilListed(get, 1);
  await gets("/faqcreator/v1/candidates/", "/tickets/v1/tickets/?status=resolved");
  const why = { ticket: 1, question: "Why slow?", answer: "Wait." };
  const [made] = await posts("/faqcreator/v1/create/", why);
  // Pages, their forms, and what is wrong with some of them.
  await gets("/faq/", "/faq/?search=slow", "/faq/questions/3/", "/faq/questions/3/edit/");
  await posts("/faq/questions/3/edit/", "question=Changed&related=1", "question=");
  await untilLinked(get, (made?.body as { entry: number }).entry);
  await gets("/tickets/", "/tickets/new/", "/tickets/show/1/");
  await posts("/tickets/new/", "subject=s&body=b", "subject=&body=");
  await gets("/faqcreator/", "/faqcreator/from/1/", "/-/style.css", "/-/health");
  await posts("/faqcreator/from/1/", "question=By page&answer=a");
  await gets("/faq", "/faq?search=a", "/faq/questions/1", "/tickets/new", "/faq/v1/entries");
  // What there is not, and what is no input.
  await gets("/nothing/", "/faq/nothing/", "/faq/questions/99/", "/faq/v9/create/", "/faqs/");
  await gets("/faq/v1/create/", "/faq/v1/entries/99/", "/faq/v1/entries/x/", "/faq/v1/nothing/");
  await posts("/faqcreator/v1/create/", { ticket: 99, question: "?", answer: "" }, {}, null, "x");
  await posts("/faq/v1/create/", { question: "", source: "1" }, "question=q&source=x", [], 3);
  await posts("/faq/v1/entries/1/", "", {});
  await posts("/faq", "question=q");
}

/** The same for what tickets has told: a resolved ticket becomes a candidate. */
async function untilListed(get: Browser["get"], ticket: number): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await get("/faqcreator/v1/candidates/")).text.includes(`"id":${ticket},`)) {
    assert.ok(performance.now() < end, `ticket ${ticket} is no candidate after 15 s`);
    await sleep(20);
  }
}

/** What faq has told reaches tickets soon, wherever it is. */
async function untilLinked(get: Browser["get"], entry: number): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await get("/tickets/show/1/")).text.includes(`/faq/questions/${entry}/"`)) {
    assert.ok(performance.now() < end, `no link to ${entry} after 15 s`);
    await sleep(20);
  }
}

const together = visitAll("one-process");

test("the visit reaches what it is meant to reach", async () => {
  const statuses = [...(await together).values()].map((seen) => (seen as [number])[0]);
  for (const status of [200, 201, 303, 308, 404, 405, 409, 422])
    assert.ok(statuses.includes(status), String(status));
  assert.ok(!statuses.includes(500));
});

const arrangements: { readonly name: string; readonly arrangement: Arrangement }[] = [
  { name: "with faq in another process", arrangement: ["faq"] },
  { name: "with every app in a process of its own", arrangement: "process-per-app" },
];

for (const { name, arrangement } of arrangements) {
  test(`${name}, every reply is the same as from one process`, async () => {
    const expected = await together;
    const seen = await visitAll(arrangement);
    for (const [request, reply] of seen) assert.deepEqual(reply, expected.get(request), request);
    assert.equal(seen.size, expected.size);
  });
}
