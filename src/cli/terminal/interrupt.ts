/** Ctrl+C in a command that moves something: what must not be cut off is finished first. */

/** What a command rejects with that a person has stopped. */
export class Interrupted extends Error {
  override readonly name: string = "Interrupted";
}

/** As shells have it: 128 and the number of SIGINT. */
export const INTERRUPTED = 130;

export interface Interrupts {
  /** Rejects with Interrupted when somebody asks to stop, and nothing is being finished. */
  readonly stopped: Promise<never>;
  /** Aborted at the same moment, for what waits. */
  readonly signal: AbortSignal;
  /** Work that is finished before the command ends, with what is told to somebody who asks meanwhile. */
  whole<T>(told: string, work: () => Promise<T>): Promise<T>;
  /** What must not be cut off is done: the rest of the work that is finished now may be. */
  letGo(): void;
  /** Work that ends by itself, and well, when somebody asks to stop. */
  ending<T>(onAsked: () => void, work: () => Promise<T>): Promise<T>;
  /** Signals end the process again as they always do. */
  close(): void;
}

export function listenForInterrupts(tell: (text: string) => void): Interrupts {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined); // whoever waits gets it too
  const abort = new AbortController();
  let finishing: string | undefined;
  let onAsked: (() => void) | undefined;
  let isAsked = false;
  const stop = () => {
    abort.abort(new Interrupted());
    reject(new Interrupted());
  };
  const ask = () => {
    if (onAsked) return onAsked();
    isAsked = true;
    if (finishing === undefined) stop();
    else tell(finishing);
  };
  process.on("SIGINT", ask).on("SIGTERM", ask);
  return {
    stopped: promise,
    signal: abort.signal,
    async whole(told, work) {
      finishing = told;
      try {
        return await work();
      } finally {
        finishing = undefined;
        if (isAsked) stop();
      }
    },
    letGo() {
      finishing = undefined;
      if (isAsked) stop();
    },
    async ending(end, work) {
      onAsked = end;
      try {
        return await work();
      } finally {
        onAsked = undefined;
      }
    },
    close() {
      process.off("SIGINT", ask).off("SIGTERM", ask);
    },
  };
}
