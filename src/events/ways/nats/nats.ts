/**
 * Events through a NATS server with JetStream: for many processes and machines that need not know each
 * other's addresses. It is trusted with nothing: a row of an outbox is done when a receiver has answered,
 * and what the server loses is sent again. docs/decisions/017 says why.
 */
import type { Running, ServedApp } from "../../../app/types.ts";
import { MarcotError } from "../../../errors.ts";
import type { Transport } from "../transport.ts";
import { openLink, type Session } from "./connection.ts";
import { type Consumer, consume } from "./consume.ts";
import { natsTransport } from "./send.ts";
import type { Consuming } from "./take.ts";

/** As long as a service takes for its requests. What is not done then is sent again. */
const DRAIN_MS = 9000;

export interface BrokerOptions {
  readonly running: Running;
  /** EVENTS_URL */
  readonly url: string;
  /** EVENTS_SECRET */
  readonly secret: string | undefined;
}

export interface Broker {
  transportTo(app: string): Transport;
  /** Takes events for an app from now on, until it is told to stop: it resolves when they are answered. */
  serve(app: ServedApp): Consumer;
  /** Takes no more; resolves when what was taken is answered and `told`, what is told here, has ended. */
  stop(told: Promise<void>): Promise<void>;
}

/** Connects in the background. Throws SettingInvalid without a secret. */
export function openBroker({ running, url, secret }: BrokerOptions): Broker {
  if (secret === undefined)
    throw new MarcotError("SettingInvalid", "EVENTS_URL is set, but EVENTS_SECRET is not", {
      fix: "Give the same EVENTS_SECRET, 32 characters or more, to all services of the project.",
    });
  const ways = new Map<string, Transport>();
  const served = new Map<ServedApp, Consumer | undefined>();
  let isTold = false;
  const onRefused = (error: unknown) => {
    // Once: whoever does it does it again and again.
    if (!isTold) running.log.warn({ err: error }, "events are refused");
    isTold = true;
  };
  const serveAll = (session: Session) => {
    for (const app of served.keys()) served.set(app, consume(consuming, session, app));
  };
  const link = openLink({ url, log: running.log, onOpen: serveAll });
  const consuming: Consuming = { running, link, secret, onRefused };
  const late = Promise.withResolvers<void>();
  const end = async (app: ServedApp): Promise<void> => {
    const consumer = served.get(app);
    served.delete(app);
    await Promise.race([consumer?.stop(), late.promise]);
  };
  return {
    transportTo(app) {
      const way = ways.get(app) ?? natsTransport({ link, app, secret, onRefused });
      ways.set(app, way);
      return way;
    },
    serve(app) {
      const session = link.current();
      served.set(app, session && consume(consuming, session, app));
      return { stop: () => end(app) };
    },
    async stop(told) {
      const timer = setTimeout(() => {
        link.cut();
        late.resolve();
      }, DRAIN_MS);
      await Promise.all([...[...served.keys()].map(end), told]);
      clearTimeout(timer);
      await link.close();
    },
  };
}
