import { view } from "marcot";
import { count, prepared } from "marcot/tables";
import { v1 } from "./contract.ts";
import * as jobs from "./jobs.ts";
import { heard } from "./tables.ts";

const countHeard = prepared("reader_count", (db) => db.select({ count: count() }).from(heard));

const counted = view(v1.count, async (_input, { db }) => {
  const [found] = await countHeard(db, {});
  return { count: found?.count ?? 0 };
});

/** What is not kept fails after it has asked: then nothing may run. */
export const ask = view(v1.ask, async ({ job, isKept, box, line, after, key }, { db }) => {
  const when = { ...(after && { after }), ...(key && { key }) };
  await jobs[job].later({ box, line }, db, when);
  if (!isKept) throw new Error("not kept");
  return {};
});

export const cancel = view(v1.cancel, async ({ key }, { db }) => {
  return { waited: await jobs.remind.cancel(key, db) };
});

export const askLoosely = view(
  v1.askLoosely,
  async ({ box }, { db }) => {
    await jobs.remind.later({ box, line: 0 }, db);
    return {};
  },
  { atomic: false },
);

export const askWrongly = view(v1.askWrongly, async (_input, { db }) => {
  await jobs.remind.later({ box: "x".repeat(41), line: 0 }, db);
  return {};
});

export { counted as count };
