import { app } from "marcot";
import { v1 } from "./contract.ts";
import * as receivers from "./receivers.ts";
import * as tables from "./tables.ts";
import { urls } from "./urls.ts";
import * as views from "./views.ts";

export default app("faqcreator", {
  contract: v1,
  summary: "Turn the answer to one person into an answer for all.",
  views,
  urls,
  tables,
  receivers,
});
