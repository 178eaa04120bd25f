/**
 * Logs go to standard output (12factor, XI): JSON lines for programs, lines for people on a terminal.
 * Both are written at once, not in the background, so that no line is lost when the process leaves.
 */
import { pino } from "pino";
import type { Log } from "../../app/types.ts";
import type { Answered } from "../../provider/service.ts";
import { style } from "./style.ts";

export interface ServerLog extends Log {
  /** One line for a request that is done. */
  readonly request: (answered: Answered) => void;
  /** Writes what a full pipe has held back. */
  flush(): void;
}

export function openLog(): ServerLog {
  return process.stdout.isTTY ? terminalLog() : jsonLog();
}

interface Seen {
  readonly method: string;
  readonly path: string;
  /** 499 (as nginx has it) when the other side left before the reply was complete. */
  readonly status: number;
  readonly ms: number;
  /** What failures of this request, here and in the providers that it calls, are logged under too. */
  readonly traceId: string;
}

function seenOf({ request, response, milliseconds, traceId }: Answered): Seen {
  // Without the query: what people look for is theirs. A terminal would obey some other characters.
  const path = (request.url ?? "/").replace(/\?.*$/s, "").replaceAll(/[^!-~]/g, encodeURIComponent);
  const status = response.writableFinished ? response.statusCode : 499;
  return { method: request.method ?? "GET", path, status, ms: Math.round(milliseconds), traceId };
}

function sentenceOf({ method, path, status, ms }: Seen): string {
  return `${method} ${path} ${status} ${ms} ms`;
}

function jsonLog(): ServerLog {
  const destination = pino.destination({ fd: 1, sync: true });
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    info: (data, message) => log.info(data, message),
    warn: (data, message) => log.warn(data, message),
    error: (data, message) => log.error(data, message),
    request(answered) {
      const seen = seenOf(answered);
      log.info(seen, sentenceOf(seen));
    },
    flush: () => destination.flushSync(),
  };
}

function terminalLog(): ServerLog {
  const write = (mark: string) => (data: object, message: string) => {
    const error = "err" in data ? data.err : undefined;
    const parts = Object.entries(data).filter(([name]) => name !== "err");
    const details = parts.map(([name, value]) => `${name}=${String(value)}`).join(" ");
    console.log(`${mark}${message}${details === "" ? "" : ` ${style("dim", details)}`}`);
    if (error !== undefined) console.log(error);
  };
  return {
    info: write(""),
    warn: write(`${style("yellow", "warning")} `),
    error: write(`${style("red", "error")} `),
    request(answered) {
      const seen = seenOf(answered);
      const format = seen.status >= 500 ? "red" : seen.status >= 400 ? "yellow" : "reset";
      console.log(style(format, sentenceOf(seen)));
    },
    flush() {}, // a terminal takes every line at once
  };
}

/** For commands whose standard output is their answer: only what went wrong, and beside it. */
export function quietLog(): Log {
  const write = (data: object, message: string) => {
    console.error(message, "err" in data ? data.err : "");
  };
  return { info() {}, warn: write, error: write };
}
