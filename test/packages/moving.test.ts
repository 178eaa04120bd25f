/**
 * "Set FAQ_API, and no caller changes a line": the packages as they are published answer the same in one
 * process as with faq in another one, and not a byte of them is different before and after.
 */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { testDatabase, type TestDatabase } from "../../src/data/testing.ts";
import { addressOf, endOf, marcot, root, spawnMarcot } from "../cli/command.ts";
import { freePort } from "../events/ports.ts";
import { stranger } from "./stranger.ts";

const example = (name: string) => readFileSync(join(root, "example", name), "utf8");
const company = stranger({
  "package.json": example("package.json"),
  "settings.js": example("settings.ts"), // it is JavaScript too
});
const { folder: cwd, script } = company;
const cleanUps: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  company.remove();
});

/** A database of its own, brought up by the built command. */
async function migrated(...apps: string[]): Promise<TestDatabase> {
  const database = await testDatabase("empty", async () => {});
  cleanUps.push(() => database.drop());
  const environment = { DATABASE_URL: database.url };
  const { code, stdout, stderr } = await marcot(["migrate", ...apps], { cwd, script, environment });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /faq: applied 0001_initial/);
  return database;
}

interface Process {
  readonly address: string;
  stop(): Promise<void>;
}

async function run(
  environment: Record<string, string>,
  { only = [], port = 0 }: { readonly only?: readonly string[]; readonly port?: number } = {},
): Promise<Process> {
  const args = ["runserver", "--port", String(port), ...only.flatMap((name) => ["--only", name])];
  const child: ChildProcess = spawnMarcot(args, { cwd, script, environment });
  const ended = endOf(child);
  const stop = async () => {
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
  };
  cleanUps.push(async () => child.kill("SIGKILL"));
  return { address: await addressOf(child), stop };
}

type Row = readonly [method: string, path: string, body?: string | object];

/** The ticket of which entries were made; the sixth is the last. */
const LINKED: Row = ["GET", "/tickets/show/1/"];

/** The resolved ticket, among those of which entries can be made. */
const LISTED: Row = ["GET", "/faqcreator/"];

/** What has been told elsewhere is there soon: by this a reply shows that it is. */
const shows = new Map([
  [LINKED, '"/faq/questions/6/"'],
  [LISTED, '"/faqcreator/from/1/"'],
]);

/** A day of the company: pages, forms and calls, right and wrong, in this order. */
const rows: readonly Row[] = [
  ["POST", "/tickets/v1/open/", { subject: "It is slow", body: "Since Monday." }],
  ["POST", "/faqcreator/v1/create/", { ticket: 1, question: "Why?", answer: "" }],
  ["POST", "/tickets/v1/tickets/1/answer/", { answer: "Wait a moment." }],
  ["POST", "/tickets/v1/tickets/1/resolve/", {}],
  LISTED,
  ["GET", "/faqcreator/from/1/"],
  ["POST", "/faqcreator/from/1/", "question=Why+is+it+slow%3F&answer=Wait+a+moment."],
  ["POST", "/faqcreator/v1/create/", { ticket: 1, question: "Why?", answer: "So." }],
  ["POST", "/faqcreator/v1/create/", { ticket: 99, question: "Why?", answer: "" }],
  ["POST", "/faqcreator/v1/create/", { ticket: 1, question: "", answer: "" }],
  ["POST", "/faq/v1/create/", "question=my+question&source=123"],
  ["POST", "/faq/create/", "question=my+question&source=123"],
  ["POST", "/faq/v2/create/", "question=q&source=1&related=1&related=2"],
  ["POST", "/faq/v2/create/", { question: "q", source: 1, related: [3] }],
  ["POST", "/faq/v1/create/", { question: 5, sourse: 1 }],
  ["POST", "/faq/v3/create/", {}],
  ["DELETE", "/faq/v1/entries/"],
  ["GET", "/faq/v1/entries/"],
  ["GET", "/faq/v2/entries/1/"],
  ["GET", "/faq/v1/entries/99/"],
  ["GET", "/faq/v1/nothing/"],
  ["GET", "/faq/"],
  ["GET", "/faq/?search=slow"],
  ["GET", "/faq/questions/5/"],
  ["GET", "/faq/questions/5/edit/"],
  ["POST", "/faq/questions/5/edit/", "question=&answer=&related=1"],
  ["POST", "/faq/questions/5/edit/", "question=better&answer=&related=1"],
  ["GET", "/faq/questions/99/"],
  LINKED,
];

interface Reply {
  readonly status: number;
  readonly type: string | null;
  readonly location: string | null;
  readonly body: string;
}

async function ask(site: string, [method, path, body]: Row): Promise<Reply> {
  const isForm = typeof body === "string";
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  const response = await fetch(site + path, {
    method,
    redirect: "manual",
    headers: { ...(body ? { "content-type": type } : {}), origin: site },
    ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
  });
  const { headers, status } = response;
  const text = await response.text();
  return {
    status,
    type: headers.get("content-type"),
    location: headers.get("location"),
    // What differs from one run of the same process to the next.
    body: text
      .replaceAll(site, "SITE")
      .replaceAll(/"traceId":"[^"]+"/g, '"traceId":""')
      .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, "TIME"),
  };
}

async function repliesOf({ address: site }: Process): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const row of rows) {
    const end = performance.now() + 15_000;
    let reply = await ask(site, row);
    while (!reply.body.includes(shows.get(row) ?? "")) {
      assert.ok(performance.now() < end, `${row[1]} is not up to date after 15 s`);
      await sleep(20);
      reply = await ask(site, row);
    }
    replies.push(reply);
  }
  return replies;
}

/** Every file of the project and of the packages in it, and what is in it. Third parties are links. */
function digests(): Record<string, string> {
  const files = readdirSync(cwd, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files
      .toSorted()
      .map((path) => [path, createHash("sha256").update(readFileSync(path)).digest("hex")]),
  );
}

test("moving faq changes no file, and no reply", async () => {
  const before = digests();
  for (const app of ["tickets", "faqcreator"])
    assert.ok(before[join(cwd, "node_modules", `marcot-${app}`, "views.js")]);

  const [one, other, own] = await Promise.all([migrated(), migrated(), migrated("faq")]);
  const port = await freePort();
  const shared = { EVENTS_SECRET: randomBytes(32).toString("hex") };
  const tickets = `http://127.0.0.1:${port}/tickets`;
  const [whole, faq] = await Promise.all([
    run({ DATABASE_URL: one.url }),
    run({ ...shared, FAQ_DATABASE_URL: own.url, TICKETS_API: tickets }, { only: ["faq"] }),
  ]);
  const rest = await run({ ...shared, DATABASE_URL: other.url, FAQ_API: faq.address }, { port });
  const [together, apart] = await Promise.all([repliesOf(whole), repliesOf(rest)]);
  const entries = await ask(faq.address, ["GET", "/v1/entries/"]);
  for (const process of [rest, faq, whole]) await process.stop();

  assert.equal(JSON.parse(entries.body).entries.length, 6, "the entries are not in the service");

  for (const [index, row] of rows.entries())
    assert.deepEqual(apart[index], together[index], JSON.stringify(row));
  assert.deepEqual(digests(), before);
  const statuses = new Set(together.map(({ status }) => status));
  assert.deepEqual([...statuses].toSorted(), [200, 201, 303, 404, 405, 409, 422]);
});
