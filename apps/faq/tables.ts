import { index, integer, schema, text, timestamp } from "marcot/tables";

export const faq = schema("faq");

export const entries = faq.table(
  "entries",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    question: text("question").notNull(),
    answer: text("answer").notNull().default(""),
    /** The ticket that the question came from: another app's row, so no foreign key. */
    source: integer("source").notNull(),
    related: integer("related").array().notNull().default([]),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index("entries_source").on(table.source)],
);
