import { codeOf, view } from "marcot";
import { v2 as faq } from "marcot-faq";
import { desc } from "marcot/tables";
import { v1 as tickets } from "marcot-tickets";
import { v1 } from "./contract.ts";
import { resolvedTickets } from "./tables.ts";

/** More than a person reads on one page. */
const LISTED_MAX = 200;

export const candidates = view(v1.candidates, async (_input, { db }) => ({
  tickets: await db
    .select()
    .from(resolvedTickets)
    .orderBy(desc(resolvedTickets.id))
    .limit(LISTED_MAX),
}));

/** Checks with tickets, writes to faq: each by its contract, wherever they are provided. */
export const create = view(v1.create, async ({ ticket: id, question, answer }, { fail }) => {
  const ticket = await tickets.ticket({ id }).catch((error: unknown) => {
    if (codeOf(error) === "NoSuchTicket") throw fail("NoSuchTicket", `there is no ticket ${id}`);
    throw error;
  });
  if (ticket.status !== "resolved") throw fail("NotResolved", `ticket ${id} is ${ticket.status}`);
  const entry = await faq.create({ question, answer, source: id });
  return { entry: entry.id };
});
