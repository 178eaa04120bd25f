/** Logs go to standard output (12factor, XI): JSON lines, or on a terminal lines for people. */
import { pino } from "pino";
import type { Log } from "../app/context.ts";

export function openLog(): Log {
  if (!process.stdout.isTTY) return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const write = (data: object, message: string) => {
    const error = "err" in data ? data.err : undefined;
    const parts = Object.entries(data).filter(([name]) => name !== "err");
    const details = parts.map(([name, value]) => `${name}=${String(value)}`).join(" ");
    console.log(message, details);
    if (error !== undefined) console.log(error);
  };
  return { info: write, warn: write, error: write };
}
