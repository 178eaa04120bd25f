import { codeOf, view } from "marcot";
import { one } from "marcot/tables";
import { v1 as stock } from "#apps/stock";
import { v1 } from "./contract.ts";
import * as tables from "./tables.ts";

export const place = view(v1.place, async (input, { db, fail }) => {
  await stock.take(input).catch((error: unknown) => {
    if (codeOf(error) === "OutOfStock") throw fail("NotInStock", `no ${input.article} is left`);
    throw error;
  });
  return one(await db.insert(tables.orders).values(input).returning());
});

export const orders = view(v1.orders, async (_input, { db }) => ({
  orders: await db.select().from(tables.orders),
}));
