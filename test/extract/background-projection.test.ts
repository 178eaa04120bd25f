/** A projection that was being filled when its app moved is filled on where the app arrives. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import postgres from "postgres";
import { type Events, startEvents } from "../../src/events/events.ts";
import { openProject } from "../../src/project/project.ts";
import { openDatabase } from "../company.ts";
import { until } from "../events/letters.ts";

const quiet = { info() {}, warn() {}, error() {} };
const folder = new URL("../../example", import.meta.url).pathname;

test("it goes on behind the last page that has arrived, however often it is paused", async () => {
  const rows = await openDatabase();
  const sql = postgres(rows.url, { max: 1, onnotice() {} });
  await sql`insert into tickets.tickets (subject, body, answer, status)
    select 'ticket ' || n, '', 'new', 'resolved' from generate_series(1, 1000) n`;
  // As it arrives: half of it was filled by a process of the other side.
  await sql`insert into faqcreator.event_projections (name, state, after, builder)
    values ('resolved-tickets', 'building', 400, 'of the other side')`;
  await sql`insert into faqcreator.event_projection_keys
    select 'resolved-tickets', n::text from generate_series(1, 400) n`;
  await sql`insert into faqcreator.resolved_tickets
    select n, 'ticket ' || n, 'arrived' from generate_series(1, 400) n`;
  const project = await openProject({
    folder,
    environment: { DATABASE_URL: rows.url },
    log: quiet,
  });
  const running = project;
  const workers = project.databases.flatMap((database) => {
    const provider = project.providers.get(database.app ?? "");
    return provider?.is === "local" ? [{ served: provider.served, database }] : [];
  });
  const state = async () => {
    const [found] = await sql`
      select state, after::int as after from faqcreator.event_projections`;
    return { state: found?.["state"] as string, after: Number(found?.["after"]) };
  };
  let events: Events | undefined;
  try {
    const { apps } = project.plan.settings;
    const paused = (app: string) => app === "faqcreator";
    events = await startEvents({ running, workers, apps, outward: () => undefined, paused });
    await sleep(500);
    assert.deepEqual(await state(), { state: "building", after: 400 });
    for (let turn = 0; turn < 5; turn += 1) {
      await events.resume("faqcreator");
      await sleep(turn * 4);
      await events.pause("faqcreator");
      const before = await state();
      await sleep(50);
      assert.deepEqual(await state(), before, "paused, it does not go on");
    }
    await events.resume("faqcreator");
    await until(state, (found) => found.state === "ready");
    const [found] = await sql`
      select count(*)::int as count, count(*) filter (where answer = 'arrived')::int as arrived
      from faqcreator.resolved_tickets`;
    assert.deepEqual({ ...found }, { count: 1000, arrived: 400 });
  } finally {
    await events?.stop();
    await project.close();
    await sql.end();
    await rows.drop();
  }
});
