import { emit, view } from "marcot";
import { v1 as stock } from "#apps/stock";
import { placeholder, prepared } from "marcot/tables";
import { v1 } from "./contract.ts";
import { orders } from "./tables.ts";

const insertOrder = prepared("shop_order", (db) =>
  db.insert(orders).values({ token: placeholder("token"), entry: placeholder("entry") }),
);

/** The stock is asked first: the transaction begins with the first statement, and waits for nobody. */
export const order = view(v1.order, async ({ token, amount }, { db }) => {
  const { id } = await stock.create({ token, amount });
  await insertOrder(db, { token, entry: id });
  await emit(v1.ordered, { token }, db);
  return { token, entry: id };
});
