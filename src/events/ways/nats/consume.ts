/**
 * Events come in through the broker. All processes that provide an app take from one consumer, so that
 * each batch goes to one of them. Only when its events are handled and that is committed is it taken out
 * of the stream, and answered to who told it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ConsumerMessages } from "@nats-io/jetstream";
import type { Msg } from "@nats-io/transport-node";
import type { ServedApp } from "../../../app/types.ts";
import { sign } from "../signature.ts";
import { listedOf } from "../transport.ts";
import type { Session } from "./connection.ts";
import { CONSUMER, ensureConsumer, ensureStream, receiversSubject, streamOf } from "./subjects.ts";
import { type Consuming, take } from "./take.ts";

/** After it a pull is made anew. A stream that was deleted is missed after as long. */
const PULL_MS = 5000;

/** Before it is tried again to make a consumer. */
const WAIT_MS = 1000;

export interface Consumer {
  /** Takes no more, and resolves when what was taken is answered. */
  stop(): Promise<void>;
}

/** Serves an app over one connection. Ends with it, if it is not stopped before. */
export function consume(consuming: Consuming, session: Session, served: ServedApp): Consumer {
  const { nats } = session;
  const { name, receivers } = served.app;
  const taken = new Set<Promise<void>>();
  let messages: ConsumerMessages | undefined;
  let isOpen = true;
  const asked = nats.subscribe(receiversSubject(name), {
    queue: CONSUMER,
    callback: (_error, message) => answerReceivers(consuming, session, { served, message }),
  });
  const takeAll = async () => {
    const { log } = consuming.running;
    for (let failures = 0; isOpen && !nats.isClosed();) {
      try {
        messages = await open(session, name);
        if (!isOpen) messages.stop();
        for await (const message of messages) {
          failures = 0;
          const work = take(consuming, served, message).finally(() => taken.delete(work));
          taken.add(work);
        }
      } catch (error) {
        failures += 1;
        if (failures === 1 && isOpen && !nats.isClosed())
          log.warn({ err: error, app: name }, "events wait: the broker's consumer is missing");
      }
      // Somebody may have deleted the stream: it is made again.
      session.ready.delete(name);
      if (isOpen && !nats.isClosed()) await sleep(WAIT_MS, undefined, { ref: false });
    }
  };
  const taking = receivers.length === 0 ? Promise.resolve() : takeAll();
  return {
    async stop() {
      isOpen = false;
      if (!nats.isClosed()) asked.unsubscribe();
      messages?.stop();
      await taking;
      await Promise.all(taken);
    },
  };
}

async function open(session: Session, app: string): Promise<ConsumerMessages> {
  await ensureStream(session, app);
  await ensureConsumer(session.manager, app);
  const consumer = await session.stream.consumers.get(streamOf(app), CONSUMER);
  return consumer.consume({ expires: PULL_MS, abort_on_missing_resource: true });
}

interface Asked {
  readonly served: ServedApp;
  readonly message: Msg;
}

function answerReceivers(
  { secret }: Consuming,
  { headersOf }: Session,
  { served, message }: Asked,
): void {
  const { id, of } = questionOf(message);
  const body = JSON.stringify({ receivers: listedOf(served, of) });
  message.respond(body, { headers: headersOf(sign(secret, `receivers.${id}`, body)) });
}

function questionOf(message: Msg): { readonly id: string; readonly of: string } {
  try {
    const { id, of } = JSON.parse(message.string()) as Record<string, unknown>;
    return { id: String(id), of: String(of) };
  } catch {
    return { id: "", of: "" };
  }
}
