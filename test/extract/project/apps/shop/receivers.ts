import { receiver } from "marcot";
import { v1 as stock } from "#apps/stock";
import { placeholder, prepared } from "marcot/tables";
import { heard } from "./tables.ts";

const insertHeard = prepared("shop_hear", (db) =>
  db.insert(heard).values({ token: placeholder("token") }),
);

export const hear = receiver(stock.created, "hear", async ({ token }, { db }) => {
  await insertHeard(db, { token });
});
