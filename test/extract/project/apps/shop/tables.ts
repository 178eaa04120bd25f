import { integer, schema, text } from "marcot/tables";

export const shop = schema("shop");

export const orders = shop.table("orders", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  token: text("token").notNull(),
  entry: integer("entry").notNull(),
});

/** One row for each event of the stock that was handled. */
export const heard = shop.table("heard", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  token: text("token").notNull(),
});
