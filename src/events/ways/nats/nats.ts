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
  /** Takes events for these apps from now on. */
  serve(apps: readonly ServedApp[]): void;
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
  let served: readonly ServedApp[] = [];
  let consumers: Consumer[] = [];
  let isTold = false;
  const onRefused = (error: unknown) => {
    // Once: whoever does it does it again and again.
    if (!isTold) running.log.warn({ err: error }, "events are refused");
    isTold = true;
  };
  const serveAll = (session: Session) => {
    consumers = served.map((app) => consume(consuming, session, app));
  };
  const link = openLink({ url, log: running.log, onOpen: serveAll });
  const consuming: Consuming = { running, link, secret, onRefused };
  return {
    transportTo(app) {
      const way = ways.get(app) ?? natsTransport({ link, app, secret, onRefused });
      ways.set(app, way);
      return way;
    },
    serve(apps) {
      served = apps;
      const session = link.current();
      if (session !== undefined) serveAll(session);
    },
    async stop(told) {
      served = [];
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        link.cut();
        late.resolve();
      }, DRAIN_MS);
      const taken = Promise.all(consumers.map((consumer) => consumer.stop()));
      await Promise.all([Promise.race([taken, late.promise]), told]);
      clearTimeout(timer);
      await link.close();
    },
  };
}
