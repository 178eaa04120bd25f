/** An app that tells, and one that hears: what the tests of events and `torture:events` run. */
import { env, settings } from "marcot";

export default settings({
  name: "Letters",
  apps: ["writer", "reader"],
  database: env.url("DATABASE_URL"),
});
