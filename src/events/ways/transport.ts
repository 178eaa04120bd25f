/** How a batch of events reaches an app, wherever that is. */
import type { HeldProvider, Provider, Running, ServedApp } from "../../app/types.ts";
import { MarcotError } from "../../errors.ts";
import type { Batch, Listed, Message, Outcome } from "../message.ts";
import { receive, untilOpen } from "../receive.ts";

/** Providers read bodies of 1 MiB, and NATS carries messages of 1 MiB: both with what stands around it. */
const BODY_BYTES_MAX = 512 * 1024;
const MESSAGE_BYTES_MAX = 1_000_000;
const MESSAGES_MAX = 250;

/** A way to one app. Both reject with Unavailable where the app cannot be reached. */
export interface Transport {
  /** What the app receives of the events of `source`. */
  receivers(source: string): Promise<readonly Listed[]>;
  /** Resolves when each event was handled and that is committed, or was not. */
  send(batch: Batch): Promise<readonly Outcome[]>;
}

/** Ways that leave this process; undefined where none leads to the app. */
export type Outward = (provider: Provider) => Transport | undefined;

/** The way to an app of the project. */
export function transportTo(running: Running, app: string, outward: Outward): Transport {
  const provider = running.providers.get(app);
  if (provider?.is === "local") return inProcess(running, provider.served);
  if (provider?.is === "held") return held(provider, () => transportTo(running, app, outward));
  const way = provider && outward(provider);
  if (way !== undefined) return way;
  const why = provider?.is === "absent" ? provider.why : `${app} is not provided anywhere`;
  const fail = () => Promise.reject(new MarcotError("Unavailable", why));
  return { receivers: fail, send: fail };
}

function inProcess(running: Running, served: ServedApp): Transport {
  return {
    receivers: async (source) => listedOf(served, source),
    send: (batch) => receive(running, served, batch),
  };
}

/** Waits until the app has a place again, and goes there: the same one, or another. */
function held(provider: HeldProvider, again: () => Transport): Transport {
  const { app, served } = provider;
  const open = async (): Promise<Transport> => {
    const isOpen = await untilOpen(provider);
    if (!isOpen) throw new MarcotError("Unavailable", `${app} is about to change places`);
    return again();
  };
  return {
    receivers: async (source) =>
      served ? listedOf(served, source) : (await open()).receivers(source),
    send: async (batch) => (await open()).send(batch),
  };
}

/** What an app receives of the events of another one. */
export function listedOf({ app }: ServedApp, source: string): Listed[] {
  return app.receivers
    .filter(({ event }) => event.app === source)
    .map(({ name, event, attempts }) => {
      return { name, event: event.name, version: event.version, attempts };
    });
}

/**
 * Sends messages in bodies (CloudEvents 1.0.2, JSON Batch Format), one after the other. What follows one that
 * has failed, and is of its key, is held: in a body of its own it would overtake.
 */
export async function sendParts(
  messages: readonly Message[],
  send: (body: string) => Promise<readonly Outcome[]>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const keys = new Map(messages.map(({ id, partitionkey }) => [id, partitionkey]));
  const failed = new Set<string>();
  const note = (found: readonly Outcome[]) => {
    outcomes.push(...found);
    for (const { id, is } of found) {
      const key = keys.get(id);
      if (is !== "done" && key !== undefined) failed.add(key);
    }
  };
  let part: string[] = [];
  let size = 0;
  const flush = async () => {
    const body = `[${part.join(",")}]`;
    const isEmpty = part.length === 0;
    [part, size] = [[], 0];
    if (!isEmpty) note(await send(body));
  };
  for (const message of messages) {
    const { id, partitionkey } = message;
    const text = JSON.stringify(message);
    const bytes = Buffer.byteLength(text);
    if (part.length === MESSAGES_MAX || size + bytes > BODY_BYTES_MAX) await flush();
    if (partitionkey !== undefined && failed.has(partitionkey)) note([{ id, is: "held" }]);
    else if (bytes > MESSAGE_BYTES_MAX) note([{ id, is: "failed", error: tooLarge(bytes) }]);
    else {
      part.push(text);
      size += bytes;
    }
  }
  await flush();
  return outcomes;
}

function tooLarge(bytes: number): string {
  return `the event has ${bytes} bytes, and between processes at most ${MESSAGE_BYTES_MAX} can go`;
}
