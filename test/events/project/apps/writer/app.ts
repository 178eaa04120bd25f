import { app } from "marcot";
import { v2 } from "./contract.ts";
import * as tables from "./tables.ts";
import * as views from "./views.ts";

export default app("writer", { contract: v2, views, tables });
