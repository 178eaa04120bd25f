/**
 * The connection to the NATS server. It is made again for ever, and each time everything that hangs on it
 * is made anew: a server may come back with its storage wiped. The client's own reconnecting is switched
 * off for this, because it would keep consumers that are no longer there.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { JetStreamClient } from "@nats-io/jetstream";
import type { MsgHdrs, NatsConnection, NodeConnectionOptions } from "@nats-io/transport-node";
import type { Log } from "../../../app/types.ts";
import { MarcotError } from "../../../errors.ts";
import { alarm } from "../../alarm.ts";
import type { SignedHeaders } from "../signature.ts";
import { type Answers, openAnswers } from "./answers.ts";
import { PREFIX, type Streams } from "./subjects.ts";

const CONNECT_MS = 3000;

/** How long who wants to send waits for a connection: at the start it is made at this moment. */
const PATIENCE_MS = 2000;

const FLUSH_MS = 2000;

/** The waits between attempts, which double. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 3000;

/** A connection that is dead without a word is found after two of these. */
const PING_MS = 5000;

/** A connection, while it lasts. */
export interface Session extends Streams {
  readonly nats: NatsConnection;
  readonly stream: JetStreamClient;
  readonly answers: Answers;
  headersOf(headers: Partial<SignedHeaders & { "marcot-reply": string }>): MsgHdrs;
}

export interface Link {
  /** Waits a moment for a session. Rejects with Unavailable where there is none. */
  session(): Promise<Session>;
  /** Undefined while there is no connection. */
  current(): Session | undefined;
  /** Rejects whatever still waits for an answer. */
  cut(): void;
  close(): Promise<void>;
}

export interface LinkOptions {
  /** `nats://user:password@host:4222`, or `tls://…`. A user without a password is a token. */
  readonly url: string;
  readonly log: Log;
  readonly onOpen: (session: Session) => void;
}

export function openLink({ url, log, onOpen }: LinkOptions): Link {
  const { host } = new URL(url);
  const waking = alarm();
  let current: Session | undefined;
  let isOpen = true;
  let waiting = Promise.withResolvers<void>();
  const keep = async () => {
    for (let failures = 0; isOpen;) {
      try {
        const session = await connect(url);
        if (!isOpen) return session.nats.close();
        if (failures > 0) log.info({ broker: host }, "events go again: the broker is reached");
        failures = 0;
        current = session;
        waiting.resolve();
        onOpen(session);
        const error = await session.nats.closed();
        current = undefined;
        waiting = Promise.withResolvers();
        session.answers.cut(lost(host, error));
        if (!isOpen) return;
        throw lost(host, error);
      } catch (error) {
        if (!isOpen) return;
        failures += 1;
        // Said once for each outage, however long it lasts.
        if (failures === 1)
          log.warn({ err: error, broker: host }, "events wait: the broker is not reached");
        await waking.wait(
          Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10)),
          false,
        );
      }
    }
  };
  const kept = keep();
  const cut = () => {
    isOpen = false;
    waiting.resolve();
    current?.answers.cut(lost(host, undefined));
  };
  return {
    current: () => current,
    async session() {
      if (current === undefined && isOpen) await waitFor(waiting.promise, PATIENCE_MS);
      if (current !== undefined && isOpen) return current;
      throw new MarcotError("Unavailable", `the events' broker ${host} cannot be reached`);
    },
    cut,
    async close() {
      cut();
      waking.stop();
      // An attempt to connect ends by itself, soon, and closes what it has opened.
      if (current === undefined) return;
      const { nats } = current;
      // What was answered last is still on its way.
      await waitFor(nats.drain(), FLUSH_MS).catch(() => {});
      await nats.close();
      await kept;
    },
  };
}

function lost(host: string, cause: unknown): MarcotError {
  const why = cause instanceof Error ? ` (${cause.message})` : "";
  return new MarcotError("Unavailable", `the connection to the broker ${host} was lost${why}`, {
    cause,
  });
}

/** Loaded here: who sets no EVENTS_URL does not pay for it. */
async function connect(url: string): Promise<Session> {
  const [core, { jetstream, jetstreamManager }] = await Promise.all([
    import("@nats-io/transport-node"),
    import("@nats-io/jetstream"),
  ]);
  const nats = await core.connect({
    ...optionsOf(url),
    name: `marcot ${process.pid}`,
    inboxPrefix: `${PREFIX}.inbox`,
    reconnect: false,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  });
  try {
    return {
      nats,
      stream: jetstream(nats),
      manager: await jetstreamManager(nats, { checkAPI: true, timeout: CONNECT_MS }),
      answers: openAnswers(nats, core.createInbox(`${PREFIX}.answers`)),
      ready: new Set(),
      headersOf(headers) {
        const made = core.headers();
        for (const [name, value] of Object.entries(headers)) made.set(name, value);
        return made;
      },
    };
  } catch (cause) {
    await nats.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MarcotError("Unavailable", `the broker has no JetStream for us: ${why}`, {
      cause,
      fix: "Start nats-server with -js, and allow JetStream for this account.",
    });
  }
}

export function optionsOf(url: string): NodeConnectionOptions {
  const { protocol, host, username, password } = new URL(url);
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    servers: host,
    ...(protocol === "tls:" && { tls: {} }),
    ...(user !== "" && (pass === "" ? { token: user } : { user, pass })),
  };
}

async function waitFor(promise: Promise<void>, milliseconds: number): Promise<void> {
  const late = new AbortController();
  try {
    await Promise.race([promise, sleep(milliseconds, undefined, { signal: late.signal })]);
  } finally {
    late.abort();
  }
}
