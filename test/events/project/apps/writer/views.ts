import { emit, view } from "marcot";
import { one } from "marcot/tables";
import { v2 } from "./contract.ts";
import { letters } from "./tables.ts";

/** A letter that is not kept fails after it has been told: then nobody may hear of it. */
export const write = view(v2.write, async ({ box, line, isKept }, { db }) => {
  const { number } = one(await db.insert(letters).values({ box, line }).returning());
  await emit(v2.written, { number, box, position: line }, db);
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
