import { integer, schema, text } from "marcot/tables";

export const ordersSchema = schema("orders");

export const orders = ordersSchema.table("orders", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  article: text("article").notNull(),
  pieces: integer("pieces").notNull(),
});
