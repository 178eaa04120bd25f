import { app } from "marcot";
import { v1 } from "./contract.ts";
import * as tables from "./tables.ts";
import * as views from "./views.ts";

export default app("orders", { contract: v1, views, tables });
