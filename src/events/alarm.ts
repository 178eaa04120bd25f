/** Something to sleep on, that can be woken. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Alarm {
  ring(): void;
  /** Sleeps until it rings, at most so many milliseconds. A ring that came before counts, once. */
  wait(milliseconds: number, isWoken?: boolean): Promise<void>;
  /** Sleeps through every ring but this. */
  stop(): void;
}

export function alarm(): Alarm {
  let isRung = false;
  let isStopped = false;
  let wake = () => {};
  let waker: AbortController | undefined;
  return {
    ring() {
      isRung = true;
      wake();
    },
    stop() {
      isStopped = true;
      waker?.abort();
    },
    async wait(milliseconds, isWoken = true) {
      if (isStopped || (isWoken && isRung)) {
        isRung = false;
        return;
      }
      const own = (waker = new AbortController());
      if (isWoken) wake = () => own.abort();
      await sleep(milliseconds, undefined, { signal: own.signal, ref: false }).catch(() => {});
      wake = () => {};
      waker = undefined;
      if (isWoken) isRung = false;
    },
  };
}
