import { emit, view } from "marcot";
import { one, placeholder, prepared } from "marcot/tables";
import { v2 } from "./contract.ts";
import { letters } from "./tables.ts";

const insertTold = prepared(
  "writer_insert_told",
  (db) =>
    db
      .insert(letters)
      .values({ box: placeholder("box"), line: placeholder("line") })
      .returning({ number: letters.number, box: letters.box, position: letters.line }),
  { tells: v2.written },
);

/** One statement, which is a transaction by itself. */
export const drop = view(
  v2.drop,
  async ({ box, line }, { db }) => {
    const { number } = one(await insertTold(db, { box, line }));
    return { number };
  },
  { atomic: false },
);

/** A letter that is not kept fails after it has been told: then nobody may hear of it. */
export const write = view(v2.write, async ({ box, line, isKept }, { db }) => {
  const { number } = one(await insertTold(db, { box, line }));
  await emit(v2.counted, { number }, db);
  if (!isKept) throw new Error("not kept");
  return { number };
});

export const writeMany = view(v2.writeMany, async (input, { db }) => {
  const rows = await db
    .insert(letters)
    .values([...input.letters])
    .returning();
  for (const { number, box, line } of rows) {
    await emit(v2.written, { number, box, position: line }, db);
  }
  return {};
});
