/**
 * The program of an app's own process in a test: the command `marcot`, which leaves when the test's
 * process is gone, however that one ended.
 */
import { manage } from "../cli/manage.ts";
import { recordUses } from "./uses.ts";

process.once("disconnect", () => process.exit(1));
process.channel?.unref(); // listening to it would keep a command alive that has ended
recordUses(process.env);
await manage();
