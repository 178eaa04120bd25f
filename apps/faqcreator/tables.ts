import { integer, schema, text } from "marcot/tables";

export const faqcreator = schema("faqcreator");

/** What is needed of the resolved tickets of another app: kept here, so that they can be listed without it. */
export const resolvedTickets = faqcreator.table("resolved_tickets", {
  id: integer("id").primaryKey(),
  subject: text("subject").notNull(),
  answer: text("answer").notNull(),
});
