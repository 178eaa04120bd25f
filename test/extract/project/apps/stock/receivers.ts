import { receiver } from "marcot";
import { v1 as shop } from "#apps/shop";
import { placeholder, prepared } from "marcot/tables";
import { notes } from "./tables.ts";

const insertNote = prepared("stock_note", (db) =>
  db.insert(notes).values({ token: placeholder("token") }),
);

export const note = receiver(shop.ordered, "note", async ({ token }, { db }) => {
  await insertNote(db, { token });
});
