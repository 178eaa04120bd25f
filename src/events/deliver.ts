/**
 * Delivers what an app has told: for each receiver one batch after the other, so that a receiver which is
 * slow or fails delays no other. A batch is done when the receiver's transaction was committed; until
 * then its rows are only lent out.
 */
import type { Log } from "../app/types.ts";
import type { AnyContract } from "../contract/contract.ts";
import { codeOf } from "../errors.ts";
import { alarm, type Alarm } from "./alarm.ts";
import { type Outcome, type Message, type Stored, toMessage } from "./message.ts";
import type { Lane, Outbox } from "./outbox.ts";
import type { Transport } from "./ways/transport.ts";

/** News come by notification; this is for the one that got lost. */
const POLL_MS = 1000;

/** The waits for an app that cannot be reached. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

export interface DeliveryOptions {
  readonly contract: AnyContract;
  readonly outbox: Outbox;
  readonly log: Log;
  readonly transportTo: (app: string) => Transport;
  /** Whether this process may deliver to a receiver now. `isNew`: it may since this moment. */
  readonly lead: (lane: Lane) => Promise<{ readonly has: boolean; readonly isNew: boolean }>;
  /** Told when an app says that it does not know the receiver. */
  readonly ask: (app: string) => void;
}

export interface Delivery {
  /** There may be events. */
  wake(): void;
  /** Begins to serve a receiver; does nothing for one that it serves. */
  open(lane: Lane & { readonly version: string }): void;
  /** Waits for the batches that are out. */
  close(): Promise<void>;
}

interface Served extends Lane {
  version: string;
  readonly alarm: Alarm;
}

export function startDelivery(options: DeliveryOptions): Delivery {
  const lanes = new Map<string, Served>();
  const running: Promise<void>[] = [];
  let isOpen = true;
  return {
    wake() {
      for (const lane of lanes.values()) lane.alarm.ring();
    },
    open({ app, receiver, version }) {
      const key = `${app}/${receiver}`;
      const known = lanes.get(key);
      if (known !== undefined) {
        known.version = version;
        return;
      }
      const lane: Served = { app, receiver, version, alarm: alarm() };
      lanes.set(key, lane);
      running.push(serve(lane, options, () => isOpen));
    },
    async close() {
      isOpen = false;
      for (const lane of lanes.values()) lane.alarm.stop();
      await Promise.all(running);
    },
  };
}

async function serve(lane: Served, options: DeliveryOptions, isOpen: () => boolean): Promise<void> {
  const { log } = options;
  let failures = 0;
  while (isOpen()) {
    let isIdle = true;
    try {
      const { has, isNew } = await options.lead(lane);
      if (isNew) await options.outbox.recover(lane);
      if (has) isIdle = (await deliverNext(lane, options)) === 0;
      failures = 0;
    } catch (error) {
      failures += 1;
      // Said once, and once more when it is over: a service may be down for hours.
      if (failures === 1)
        log.warn(
          { err: error, app: lane.app, receiver: lane.receiver },
          "events wait: not delivered",
        );
      if (codeOf(error) === "NotFound") options.ask(lane.app);
    }
    if (failures > 0)
      await lane.alarm.wait(
        Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10)),
        false,
      );
    else if (isIdle && isOpen()) await lane.alarm.wait(POLL_MS);
  }
}

/** Answers how many events were claimed. */
async function deliverNext(lane: Served, options: DeliveryOptions): Promise<number> {
  const { outbox, contract } = options;
  const rows = await outbox.claim(lane);
  if (rows.length === 0) return 0;
  try {
    const { messages, broken } = toMessages(contract, rows, lane.version);
    const outcomes =
      messages.length === 0
        ? []
        : await options.transportTo(lane.app).send({
            app: lane.app,
            receiver: lane.receiver,
            messages,
          });
    await outbox.settle(lane, rows, [...outcomes, ...broken]);
  } catch (error) {
    await outbox.release(lane, rows);
    throw error;
  }
  return rows.length;
}

/** An event that its own contract does not fit any more fails; those of its key wait for it. */
function toMessages(
  contract: AnyContract,
  rows: readonly Stored[],
  version: string,
): { messages: Message[]; broken: Outcome[] } {
  const messages: Message[] = [];
  const broken: Outcome[] = [];
  const held = new Set<string>();
  for (const row of rows) {
    const { id, key } = row;
    if (key !== null && held.has(key)) {
      broken.push({ id, is: "held" });
      continue;
    }
    try {
      messages.push(toMessage(contract, row, version));
    } catch (error) {
      if (key !== null) held.add(key);
      broken.push({ id, is: "failed", error: String(error) });
    }
  }
  return { messages, broken };
}
