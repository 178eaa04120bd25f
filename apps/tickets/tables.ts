import { index, integer, schema, text, timestamp } from "marcot/tables";

export const ticketsSchema = schema("tickets");

export const tickets = ticketsSchema.table(
  "tickets",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    subject: text("subject").notNull(),
    body: text("body").notNull(),
    answer: text("answer").notNull().default(""),
    status: text("status", { enum: ["open", "answered", "resolved"] })
      .notNull()
      .default("open"),
    /** The newest entry of the app faq that was made of it: another app's row, so no foreign key. */
    entry: integer("entry"),
    openedAt: timestamp("opened_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index("tickets_status").on(table.status)],
);
