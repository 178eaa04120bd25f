/** How a server process ends: in order when it is asked to, and in any case in time. */
import type { ServerLog } from "./log.ts";

/**
 * Supervisors kill after 10 s. Larger would lose the log's last lines to that; smaller would cut off
 * calls that `Service.stop` (9 s) is still waiting for.
 */
const LIMIT_MS = 9_700;

export interface Ending {
  /** What an orderly end is. Done at once when the process was asked to end while it started. */
  become(stop: () => Promise<void>): void;
}

/** Listens to SIGTERM and SIGINT, and to what nobody caught. */
export function prepareEnding(log: ServerLog): Ending {
  let stop: (() => Promise<void>) | undefined;
  let asked: number | undefined;

  const leave = (code: number): never => {
    log.flush();
    process.exit(code);
  };
  const finish = async (code: number): Promise<void> => {
    try {
      await stop?.();
      log.info({}, "stopped");
    } catch (err) {
      log.error({ err }, "the end was not orderly");
    }
    leave(code);
  };
  const begin = (code: number, why: string): void => {
    if (asked !== undefined) return;
    asked = code;
    process.exitCode = code;
    log.info({}, `stopping: ${why}`);
    setTimeout(() => {
      log.warn({}, "what was not done in time was given up");
      leave(code);
    }, LIMIT_MS).unref();
    if (stop) void finish(code);
  };
  for (const [signal, number] of [
    ["SIGTERM", 15],
    ["SIGINT", 2],
  ] as const) {
    // Whoever asks twice does not want to wait: 128 and the number, as shells have it.
    process.on(signal, () => (asked === undefined ? begin(0, signal) : leave(128 + number)));
  }
  watchFailures(log, begin);
  return {
    become(work) {
      stop = work;
      if (asked !== undefined) void finish(asked);
    },
  };
}

/**
 * A rejection that nobody handled ends one chain of `await`, whose `finally` blocks have run: nothing
 * else in the process is in doubt, and one app's forgotten `await` must not end the other apps. An
 * exception that nobody caught is different: it left some callback halfway, and what that was about to
 * put right is unknown. The process then finishes its calls and leaves with 1, for a new one to start.
 */
function watchFailures(log: ServerLog, begin: (code: number, why: string) => void): void {
  process.on("unhandledRejection", (err) => {
    log.error({ err }, "a rejection was not handled");
  });
  process.on("uncaughtException", (err) => {
    log.error({ err }, "an exception was not caught");
    begin(1, "an exception was not caught");
  });
}
