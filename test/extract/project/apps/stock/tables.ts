import { index, integer, schema, text } from "marcot/tables";

export const stock = schema("stock");

/** Tokens are made by who writes. Without a constraint, so that a double shows. */
export const entries = stock.table(
  "entries",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    token: text("token").notNull(),
    amount: integer("amount").notNull(),
    changes: integer("changes").notNull().default(0),
  },
  (table) => [index("entries_token").on(table.token)],
);

/** How many entries there are, on several rows: all writes would stand in line at one. */
export const counters = stock.table("counters", {
  shelf: integer("shelf").primaryKey(),
  entries: integer("entries").notNull(),
});

/** One row for each run of a job. */
export const marks = stock.table("marks", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  token: text("token").notNull(),
});

/** One row for each event of the shop that was handled. */
export const notes = stock.table("notes", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  token: text("token").notNull(),
});
