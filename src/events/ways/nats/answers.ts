/** What comes back: one subscription for all answers to this process, each with a subject of its own. */
import type { Msg, NatsConnection } from "@nats-io/transport-node";

export interface Awaited {
  readonly subject: string;
  readonly message: Promise<Msg>;
  /** When the last sign of life came, in milliseconds of `performance.now()`. */
  heardAt: number;
  close(): void;
}

export interface Answers {
  open(): Awaited;
  /** Rejects all that is awaited. */
  cut(error: Error): void;
}

export function openAnswers(nats: NatsConnection, prefix: string): Answers {
  const open = new Map<string, { hear: (message: Msg) => void; fail: (error: Error) => void }>();
  let last = 0;
  nats.subscribe(`${prefix}.*`, {
    callback: (_error, message) => open.get(message.subject)?.hear(message),
  });
  return {
    open() {
      const subject = `${prefix}.${(last += 1)}`;
      const { promise, resolve, reject } = Promise.withResolvers<Msg>();
      // It may be cut before anybody looks at it.
      promise.catch(() => {});
      const awaited: Awaited = {
        subject,
        message: promise,
        heardAt: performance.now(),
        close: () => void open.delete(subject),
      };
      open.set(subject, {
        hear(message) {
          awaited.heardAt = performance.now();
          // An empty one says that it is being worked on.
          if (message.data.length > 0) resolve(message);
        },
        fail: reject,
      });
      return awaited;
    },
    cut(error) {
      for (const { fail } of open.values()) fail(error);
      open.clear();
    },
  };
}
