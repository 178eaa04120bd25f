import { integer, schema, text } from "marcot/tables";

export const stock = schema("stock");

export const articles = stock.table("articles", {
  article: text("article").primaryKey(),
  pieces: integer("pieces").notNull(),
});
