/** Rows of another app that an app keeps: filled when they are new, followed by events, filled anew. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import postgres, { type Sql } from "postgres";
import { v1 as faqcreator } from "../../apps/faqcreator/contract.ts";
import { v1 as tickets } from "../../apps/tickets/contract.ts";
import { hydrate } from "../../src/app/hydrate.ts";
import { v2 as faq } from "../../apps/faq/contract.ts";
import { askToFill } from "../../src/events/projections.ts";
import { openProject, type Project } from "../../src/project/project.ts";
import { type Service, startService } from "../../src/provider/service.ts";
import { openDatabase } from "../company.ts";
import { until } from "./letters.ts";

const quiet = { info() {}, warn() {}, error() {} };
const folder = new URL("../../example", import.meta.url).pathname;
let rows: { url: string; drop(): Promise<void> };
let sql: Sql;
let project: Project;
let service: Service | undefined;

async function start(): Promise<void> {
  project = await openProject({ folder, environment: { DATABASE_URL: rows.url }, log: quiet });
  service = await startService({ project, port: 0 });
}

async function stop(): Promise<void> {
  await service?.stop();
  service = undefined;
  await project.close();
}

before(async () => {
  rows = await openDatabase();
  sql = postgres(rows.url, { max: 1, onnotice() {} });
});
after(async () => {
  await stop();
  await sql.end();
  await rows.drop();
});

const listed = async () => {
  const found = await project.run(() => faqcreator.candidates({}));
  return found.tickets.map(({ subject }) => subject).toSorted();
};

const resolve = (subject: string) =>
  project.run(async () => {
    const { id } = await tickets.open({ subject, body: "b" });
    await tickets.answer({ id, answer: "a" });
    await tickets.resolve({ id });
    return id;
  });

const isReady = async () => {
  const [found] = await sql`select state from faqcreator.event_projections`;
  return found?.["state"] === "ready";
};

test("a new projection is filled with what was there before, page by page", async () => {
  // More than two pages, which no event tells of.
  await sql`insert into tickets.tickets (subject, body, answer, status)
    select 'old ' || n, '', 'a', 'resolved' from generate_series(1, 450) n`;
  await sql`insert into tickets.tickets (subject, body) values ('open', '')`;
  await start();
  await until(isReady, (ready) => ready);
  const [found] = await sql`select count(*)::int as count from faqcreator.resolved_tickets`;
  assert.equal(found?.["count"], 450);
});

test("it follows events", async () => {
  await resolve("new");
  await until(listed, (subjects) => subjects.includes("new"));
});

test("filled anew it has what is there, no less and no more", async () => {
  await sql`delete from faqcreator.resolved_tickets where id < 100`;
  await sql`insert into faqcreator.resolved_tickets values (100000, 'a stranger', '')`;
  await sql`update faqcreator.resolved_tickets set answer = 'wrong' where id = 200`;
  await askToFill(sql, "faqcreator", "resolved-tickets");
  await resolve("while it is filled");
  await until(isReady, (ready) => ready);
  await until(listed, (subjects) => subjects.includes("while it is filled"));
  const [found] = await sql`
    select count(*)::int as count, count(*) filter (where subject = 'a stranger')::int as strangers,
      count(*) filter (where answer = 'wrong')::int as wrong
    from faqcreator.resolved_tickets`;
  assert.deepEqual({ ...found }, { count: 452, strangers: 0, wrong: 0 });
});

test("a page of the snapshot does not overwrite what an event has touched since", async () => {
  await stop();
  await sql`update faqcreator.event_projections set state = 'building', after = 0`;
  await sql`insert into faqcreator.event_projection_keys values ('resolved-tickets', '200')`;
  await sql`update faqcreator.resolved_tickets set answer = 'newer' where id in (200, 201)`;
  await sql`delete from faqcreator.resolved_tickets where id = 201`;
  await start();
  await until(isReady, (ready) => ready);
  const found =
    await sql`select id, answer from faqcreator.resolved_tickets where id in (200, 201)`;
  assert.deepEqual(
    found.map((row) => ({ ...row })),
    [
      { id: 200, answer: "newer" },
      { id: 201, answer: "a" },
    ],
  );
});

test("hydrate puts rows of another app in the place of their ids, with one call", async () => {
  await project.run(async () => {
    const one = await faq.create({ question: "one", source: 1 });
    const two = await faq.create({ question: "two", source: 2 });
    const own = [
      { name: "a", entry: two.id },
      { name: "b", entry: one.id },
      { name: "c", entry: two.id },
      { name: "d", entry: 99_999 },
      { name: "e", entry: null },
    ];
    let calls = 0;
    const counted = Object.assign((input: { ids: number[] }) => {
      calls += 1;
      return faq.many(input);
    }, faq.many);
    const hydrated = await hydrate(own, "entry", counted);
    assert.deepEqual(
      hydrated.map(({ name, entry }) => [name, entry?.question ?? null]),
      [
        ["a", "two"],
        ["b", "one"],
        ["c", "two"],
        ["d", null],
        ["e", null],
      ],
    );
    assert.equal(calls, 1);
  });
});

test("what cannot be reached is an error, or null where a page is worth showing without", async () => {
  await stop();
  const environment = { DATABASE_URL: rows.url, FAQ_API: "http://127.0.0.1:9" };
  project = await openProject({ folder, environment, log: quiet });
  await project.run(async () => {
    const own = [{ entry: 1 }];
    await assert.rejects(hydrate(own, "entry", faq.many), { code: "Unavailable" });
    const shown = await hydrate(own, "entry", faq.many, { unreachable: "null" });
    assert.deepEqual(shown, [{ entry: null }]);
  });
});
