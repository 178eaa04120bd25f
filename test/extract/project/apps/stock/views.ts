import { emit, view } from "marcot";
import { count, desc, eq, one, placeholder, prepared, sql } from "marcot/tables";
import { v1 } from "./contract.ts";
import * as jobs from "./jobs.ts";
import { counters, entries } from "./tables.ts";

const SHELVES = 32;

const insertEntry = prepared("stock_insert", (db) =>
  db
    .insert(entries)
    .values({ token: placeholder("token"), amount: placeholder("amount") })
    .returning(),
);

const countUp = prepared("stock_count_up", (db) =>
  db
    .insert(counters)
    .values({ shelf: placeholder("shelf"), entries: 1 })
    .onConflictDoUpdate({
      target: counters.shelf,
      set: { entries: sql`${counters.entries} + 1` },
    }),
);

const changeEntry = prepared("stock_change", (db) =>
  db
    .update(entries)
    .set({ changes: sql`${entries.changes} + 1`, amount: sql`${placeholder("amount")}` })
    .where(eq(entries.token, placeholder("token")))
    .returning(),
);

const selectEntry = prepared("stock_entry", (db) =>
  db
    .select()
    .from(entries)
    .where(eq(entries.token, placeholder("token")))
    .limit(1),
);

const selectNewest = prepared("stock_newest", (db) =>
  db.select().from(entries).orderBy(desc(entries.id)).limit(10),
);

const countEntries = prepared("stock_count", (db) => db.select({ count: count() }).from(entries));

/** A row, a counter, an event and a job: all of them, or none. */
export const create = view(v1.create, async ({ token, amount }, { db }) => {
  const entry = one(await insertEntry(db, { token, amount }));
  await emit(v1.created, { token, amount }, db);
  await jobs.mark.later({ token }, db);
  // Last, because the row of the counter stays locked until the end.
  await countUp(db, { shelf: entry.id % SHELVES });
  return entry;
});

export const change = view(v1.change, async ({ token, amount }, { db, fail }) => {
  const [entry] = await changeEntry(db, { token, amount });
  if (entry === undefined) throw fail("NoSuchEntry", `there is no ${token}`);
  return entry;
});

const entryView = view(v1.entry, async ({ token }, { db, fail }) => {
  const [entry] = await selectEntry(db, { token });
  if (entry === undefined) throw fail("NoSuchEntry", `there is no ${token}`);
  return entry;
});

export const newest = view(v1.newest, async (_input, { db }) => {
  return { entries: await selectNewest(db, {}) };
});

const countView = view(v1.count, async (_input, { db }) => {
  return { count: one(await countEntries(db, {})).count };
});

export { countView as count, entryView as entry };
