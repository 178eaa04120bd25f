import { setTimeout as sleep } from "node:timers/promises";
import { every, job } from "marcot";
import { integer, text } from "marcot/contract";
import { placeholder, prepared, sql } from "marcot/tables";
import { heard } from "./tables.ts";

const insertHeard = prepared("reader_job", (db) =>
  db.insert(heard).values({
    receiver: placeholder("receiver"),
    number: placeholder("number"),
    box: placeholder("box"),
    line: placeholder("line"),
  }),
);

const line = { box: text({ max: 40 }), line: integer() };

/** `number` is the attempt. */
export const remind = job("remind", line, async (data, { db, attempt }) => {
  await insertHeard(db, { receiver: "remind", number: attempt, ...data });
});

/** Fails after it has written. */
export const grumble = job(
  "grumble",
  line,
  async (data, { db, attempt }) => {
    await insertHeard(db, { receiver: "grumble-job", number: attempt, ...data });
    throw new Error("a bad job");
  },
  { attempts: 2 },
);

/** Takes as many milliseconds as its line, the first time. */
export const slow = job("slow", line, async (data, { db, attempt, signal }) => {
  await insertHeard(db, { receiver: "slow", number: attempt, ...data });
  if (attempt === 1) await sleep(data.line, undefined, { signal });
});

/** In a statement that does not end. */
export const hang = job(
  "hang",
  line,
  async (data, { db, attempt }) => {
    await insertHeard(db, { receiver: "hang", number: attempt, ...data });
    await db.execute(sql`select pg_sleep(60)`);
  },
  { attempts: 1, deadlineMs: 300 },
);

/** `line` is the time, in seconds since 1970. By night, unless a test wants it more often. */
export const sweep = every(
  "sweep",
  process.env["SWEEP"] ?? "0 3 * * *",
  async (_data, { db, attempt, scheduledFor }) => {
    const seconds = scheduledFor.getTime() / 1000;
    await insertHeard(db, { receiver: "sweep", number: attempt, box: "", line: seconds });
  },
);
