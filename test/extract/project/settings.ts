/** An app that moves, and one that calls it, hears it, and is heard by it: what `torture:extract` tortures. */
import { env, settings } from "marcot";

export default settings({
  name: "Warehouse",
  apps: ["stock", "shop"],
  database: env.url("DATABASE_URL"),
  deadlineMs: env.integer("DEADLINE_MS").default(2000),
});
