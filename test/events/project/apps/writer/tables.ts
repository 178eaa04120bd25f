import { integer, schema, text } from "marcot/tables";

export const writer = schema("writer");

export const letters = writer.table("letters", {
  number: integer("number").primaryKey().generatedAlwaysAsIdentity(),
  box: text("box").notNull(),
  line: integer("line").notNull(),
});
