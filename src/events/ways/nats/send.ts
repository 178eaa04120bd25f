/** Events to an app that is reached through the broker: signed batches, each answered by who handled it. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Msg, MsgHdrs } from "@nats-io/transport-node";
import { codeOf, errorTable, MarcotError } from "../../../errors.ts";
import type { Listed, Outcome } from "../../message.ts";
import { sign, verify } from "../signature.ts";
import { sendParts, type Transport } from "../transport.ts";
import type { Awaited } from "./answers.ts";
import type { Link, Session } from "./connection.ts";
import { batchSubject, ensureStream, receiversSubject } from "./subjects.ts";

const ASK_MS = 2000;

/** After so long without a sign of life it is asked whether there is anybody. */
const PROBE_MS = 1000;

/** Who works on a batch says so every second; one that is silent for so long is sent again. */
const SILENCE_MS = 20_000;

export interface NatsTransportOptions {
  readonly link: Link;
  readonly app: string;
  readonly secret: string;
  /** Told when somebody answers who has another secret. */
  readonly onRefused: (error: unknown) => void;
}

export function natsTransport(options: NatsTransportOptions): Transport {
  const { link, app } = options;
  // Nothing is sent to nobody: what waits does so in the outbox.
  let isHeard = false;
  return {
    receivers: (source) => ask(options, source),
    async send({ receiver, messages }) {
      const source = messages[0]?.source ?? "";
      const subject = batchSubject({ app, receiver, source });
      if (!isHeard) await ask(options, source);
      try {
        const outcomes = await sendParts(messages, async (body) =>
          exchange(options, await link.session(), { subject, source, body }),
        );
        isHeard = true;
        return outcomes;
      } catch (error) {
        isHeard = false;
        throw error;
      }
    },
  };
}

/** What an app receives. Rejects at once where the broker says that nobody is there. */
async function ask(
  { link, app, secret, onRefused }: NatsTransportOptions,
  source: string,
): Promise<readonly Listed[]> {
  const { nats } = await link.session();
  const id = randomUUID();
  const reply = await nats
    .request(receiversSubject(app), JSON.stringify({ id, of: source }), { timeout: ASK_MS })
    .catch((cause: unknown) => {
      throw unavailable(`no process that provides ${app} is at the broker`, cause);
    });
  try {
    return read<{ receivers: Listed[] }>(reply, secret, `receivers.${id}`).receivers;
  } catch (cause) {
    onRefused(cause);
    throw unavailable(`${app} cannot be asked`, cause);
  }
}

/** Rejects where nobody is there. One that takes its time is there. */
async function probe(options: NatsTransportOptions, source: string): Promise<undefined> {
  await ask(options, source).catch((error: unknown) => {
    if (!(error instanceof MarcotError && isTimeout(error.cause))) throw error;
  });
}

/** By its name: the class belongs to a package that is loaded late. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

interface Sent {
  readonly subject: string;
  readonly source: string;
  readonly body: string;
}

async function exchange(
  options: NatsTransportOptions,
  session: Session,
  { subject, source, body }: Sent,
): Promise<readonly Outcome[]> {
  const { app, secret } = options;
  // The subject is signed with it: a batch cannot be turned to another receiver.
  const id = `${subject}.${randomUUID()}`;
  const answer = session.answers.open();
  try {
    await publish(session, app, {
      subject,
      body,
      headers: session.headersOf({ ...sign(secret, id, body), "marcot-reply": answer.subject }),
    });
    const message = await hear(answer, options, source);
    const { outcomes, code, detail } = read<Answer>(message, secret, `answer.${id}`);
    if (outcomes !== undefined) return outcomes;
    const known = code !== undefined && Object.hasOwn(errorTable, code);
    throw new MarcotError(
      known ? (code as keyof typeof errorTable) : "Unavailable",
      `${app} answered: ${detail ?? "nothing"}`,
    );
  } finally {
    answer.close();
  }
}

interface Answer {
  readonly outcomes?: readonly Outcome[];
  readonly code?: string;
  readonly detail?: string;
}

interface Published {
  readonly subject: string;
  readonly body: string;
  readonly headers: MsgHdrs;
}

/** A stream may be gone although it was there: then it is made and the batch published once more. */
async function publish(
  session: Session,
  app: string,
  { subject, body, headers }: Published,
): Promise<void> {
  for (const isLast of [false, true]) {
    try {
      await ensureStream(session, app);
      await session.stream.publish(subject, body, { headers, timeout: ASK_MS, retries: 0 });
      return;
    } catch (cause) {
      session.ready.delete(app);
      if (isLast) throw unavailable(`the broker does not take events for ${app}`, cause);
    }
  }
}

async function hear(answer: Awaited, options: NatsTransportOptions, source: string): Promise<Msg> {
  const done = new AbortController();
  try {
    for (;;) {
      const pause = sleep(PROBE_MS, undefined, { signal: done.signal });
      const message = await Promise.race([answer.message, pause]);
      if (message !== undefined) return message;
      const silence = performance.now() - answer.heardAt;
      if (silence > SILENCE_MS)
        throw unavailable(`${options.app} has not answered for ${SILENCE_MS / 1000} s`, undefined);
      if (silence > PROBE_MS) await Promise.race([answer.message, probe(options, source)]);
    }
  } finally {
    done.abort();
  }
}

/** Throws NotAllowed unless it is signed by who has the secret, as the answer to this very question. */
function read<T>(message: Msg, secret: string, id: string): T {
  const { headers } = message;
  const body = message.string();
  verify(
    secret,
    {
      "webhook-id": id,
      "webhook-timestamp": headers?.get("webhook-timestamp"),
      "webhook-signature": headers?.get("webhook-signature"),
    },
    body,
  );
  return JSON.parse(body) as T;
}

function unavailable(message: string, cause: unknown): MarcotError {
  const why = cause instanceof Error ? ` (${codeOf(cause) ?? cause.message})` : "";
  return new MarcotError("Unavailable", message + why, { cause });
}
