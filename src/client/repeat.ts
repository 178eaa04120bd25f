/** Repeats a call that failed on its way. Only for endpoints whose contract says that this does no harm. */
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "../errors.ts";

/** One try meets a provider that restarts; many would multiply the load on one that is overwhelmed. */
const TRIES_MAX = 3;

/** Shorter would try again while the provider still starts; longer would use up the deadline. */
const WAIT_MS = 50;

/** Runs `send` until it does not fail on its way, at most three times, and not past the deadline. */
export async function repeat<T>(send: () => Promise<T>, deadline: number): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const wait = WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
      const isLate = performance.now() + wait >= deadline;
      const code = codeOf(error);
      const mayPass = code === "Unavailable" || code === "ConnectionLost";
      if (!mayPass || attempt === TRIES_MAX || isLate) throw error;
      await sleep(wait);
    }
  }
}
