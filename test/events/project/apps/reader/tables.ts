import { index, integer, schema, text } from "marcot/tables";

export const reader = schema("reader");

/** One row for each time that a receiver has handled a letter: without a constraint, so that a double shows. */
export const heard = reader.table(
  "heard",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    receiver: text("receiver").notNull(),
    number: integer("number").notNull(),
    box: text("box").notNull(),
    line: integer("line").notNull(),
  },
  (table) => [index("heard_receiver").on(table.receiver)],
);
