import { job } from "marcot";
import { text } from "marcot/contract";
import { placeholder, prepared } from "marcot/tables";
import { marks } from "./tables.ts";

const insertMark = prepared("stock_mark", (db) =>
  db.insert(marks).values({ token: placeholder("token") }),
);

export const mark = job("mark", { token: text() }, async ({ token }, { db }) => {
  await insertMark(db, { token });
});
