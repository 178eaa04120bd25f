import { app } from "marcot";
import { v2 } from "./contract.ts";
import * as tables from "./tables.ts";
import { urls } from "./urls.ts";
import * as views from "./views.ts";

export default app("faq", {
  contract: v2,
  summary: "Questions that many people ask, and their answers.",
  views,
  urls,
  tables,
});
