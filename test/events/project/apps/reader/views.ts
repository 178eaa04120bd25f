import { view } from "marcot";
import { count, prepared } from "marcot/tables";
import { v1 } from "./contract.ts";
import { heard } from "./tables.ts";

const countHeard = prepared("reader_count", (db) => db.select({ count: count() }).from(heard));

const counted = view(v1.count, async (_input, { db }) => {
  const [found] = await countHeard(db, {});
  return { count: found?.count ?? 0 };
});

export { counted as count };
