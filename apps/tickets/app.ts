import { app } from "marcot";
import { v2 } from "./contract.ts";
import * as receivers from "./receivers.ts";
import * as tables from "./tables.ts";
import { urls } from "./urls.ts";
import * as views from "./views.ts";

export default app("tickets", {
  contract: v2,
  summary: "Ask for help, and see what became of it.",
  views,
  urls,
  tables,
  receivers,
});
