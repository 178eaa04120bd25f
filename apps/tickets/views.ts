import { type Db, emit, view } from "marcot";
import { and, desc, eq, gt, ne, one } from "marcot/tables";
import { v2 } from "./contract.ts";
import { tickets } from "./tables.ts";

/** More than a person reads on one page; the list is not for copying the table. */
const LISTED_MAX = 200;

export const open = view(v2.open, async (input, { db }) =>
  one(await db.insert(tickets).values(input).returning()),
);

export const ticket = view(v2.ticket, async ({ id }, { db, fail }) => {
  const found = await find(db, id);
  if (!found) throw fail("NoSuchTicket", `there is no ticket ${id}`);
  return found;
});

export const list = view(v2.tickets, async ({ status }, { db }) => ({
  tickets: await db
    .select()
    .from(tickets)
    .where(status === "any" ? undefined : eq(tickets.status, status))
    .orderBy(desc(tickets.id))
    .limit(LISTED_MAX),
}));

export const answer = view(v2.answer, async ({ id, answer: words }, { db, fail }) => {
  const [changed] = await db
    .update(tickets)
    .set({ answer: words, status: "answered" })
    .where(and(eq(tickets.id, id), ne(tickets.status, "resolved")))
    .returning();
  if (changed) return changed;
  if (await find(db, id)) throw fail("AlreadyResolved", `ticket ${id} is resolved`);
  throw fail("NoSuchTicket", `there is no ticket ${id}`);
});

export const resolve = view(v2.resolve, async ({ id }, { db, fail }) => {
  const [changed] = await db
    .update(tickets)
    .set({ status: "resolved" })
    .where(and(eq(tickets.id, id), eq(tickets.status, "answered")))
    .returning();
  if (changed) {
    await emit(v2.resolved, changed, db);
    return changed;
  }
  const found = await find(db, id);
  if (found?.status === "resolved") return found;
  if (found) throw fail("NotAnswered", `ticket ${id} has no answer yet`);
  throw fail("NoSuchTicket", `there is no ticket ${id}`);
});

export const resolved = view(v2.resolvedTickets, async ({ after, limit }, { db }) => ({
  tickets: await db
    .select()
    .from(tickets)
    .where(and(eq(tickets.status, "resolved"), gt(tickets.id, after)))
    .orderBy(tickets.id)
    .limit(limit),
}));

async function find(db: Db, id: number) {
  const [found] = await db.select().from(tickets).where(eq(tickets.id, id));
  return found;
}
