/** What an app does about an event of another app. */
import { eventOf, type Heard } from "../contract/endpoint.ts";
import { MarcotError } from "../errors.ts";
import type { Receiver, ReceiverContext } from "./types.ts";

export interface ReceiverOptions {
  /** How long one event may take, in milliseconds. Default: 10,000. */
  readonly deadlineMs?: number;
  /** How often an event is tried before it is parked; the last waits are ten minutes. Default: 12. */
  readonly attempts?: number;
}

/** Longer than a call: nobody waits for it, and it may make calls of its own. */
const DEADLINE_MS = 10_000;
/** With waits that double from a second this is about half an hour. */
const ATTEMPTS = 12;

/**
 * Handles an event of another app: `receiver(faq.published, "link-answer", async (entry, { db }) => …)`.
 * `db` is a transaction, and that the event was handled is stored in it: however often the event comes,
 * what the function has done to `db` is done once. Anything else that it does may be done again.
 */
export function receiver<T>(
  event: Heard<T>,
  name: string,
  run: (data: T, context: ReceiverContext) => Promise<void>,
  { deadlineMs = DEADLINE_MS, attempts = ATTEMPTS }: ReceiverOptions = {},
): Receiver {
  if (!/^[a-z][a-z0-9-]{0,59}$/.test(name))
    throw new MarcotError("AppInvalid", `a receiver is named like "link-answer", not "${name}"`);
  const data: unknown = { is: "receiver", name, event: eventOf(event), deadlineMs, attempts, run };
  return Object.freeze(data) as Receiver; // it is handed only what the check of the event has accepted
}

export function isReceiver(value: unknown): value is Receiver {
  return typeof value === "object" && value !== null && "is" in value && value.is === "receiver";
}
