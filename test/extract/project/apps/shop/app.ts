import { app } from "marcot";
import { v1 } from "./contract.ts";
import * as receivers from "./receivers.ts";
import * as tables from "./tables.ts";
import * as views from "./views.ts";

export default app("shop", { contract: v1, views, tables, receivers });
