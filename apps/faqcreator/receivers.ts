import { projection } from "marcot";
import { v2 as tickets } from "marcot-tickets";
import { resolvedTickets } from "./tables.ts";

export const candidates = projection("resolved-tickets", {
  table: resolvedTickets,
  from: [tickets.resolved],
  snapshot: tickets.resolvedTickets,
});
