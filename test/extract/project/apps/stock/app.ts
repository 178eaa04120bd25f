import { app } from "marcot";
import { v1 } from "./contract.ts";
import * as jobs from "./jobs.ts";
import * as receivers from "./receivers.ts";
import * as tables from "./tables.ts";
import * as views from "./views.ts";

export default app("stock", { contract: v1, views, tables, receivers, jobs });
