/** Where the apps of a test run: the same test passes with all of them in one process and with a process per app. */
import { MarcotError } from "../errors.ts";
import type { Environment } from "../project/env.ts";

/** In the process of the test, in a process per app, or only the apps that are named in one of their own. */
export type Arrangement = "one-process" | "process-per-app" | readonly string[];

/** What the variable MARCOT_TEST says. Default: one-process. */
export function readArrangement(environment: Environment): Arrangement {
  const text = environment["MARCOT_TEST"] || "one-process";
  if (text === "one-process" || text === "process-per-app") return text;
  throw new MarcotError(
    "SettingInvalid",
    "MARCOT_TEST is wrong: expected one-process or process-per-app",
  );
}

/** Whether an app has a process of its own. */
export function isApart(arrangement: Arrangement, app: string): boolean {
  if (typeof arrangement === "string") return arrangement === "process-per-app";
  return arrangement.includes(app);
}
