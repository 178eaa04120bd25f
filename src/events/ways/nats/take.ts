/** A batch that came through the broker: checked, handled, answered to who told it, and taken out. */
import type { JsMsg } from "@nats-io/jetstream";
import type { Running, ServedApp } from "../../../app/types.ts";
import { isDisconnected } from "../../../data/disconnected.ts";
import { MarcotError } from "../../../errors.ts";
import { type Message, type Outcome, readMessages } from "../../message.ts";
import { receive } from "../../receive.ts";
import { sign, verify } from "../signature.ts";
import type { Link } from "./connection.ts";
import { isAnswerSubject, receiverOf } from "./subjects.ts";

/** Who tells, and the broker, hear so often that a batch is being worked on. */
const BEAT_MS = 1000;

/** An outcome is for people to read; all of a batch must fit into a message. */
const ERROR_LENGTH_MAX = 2000;

export interface Consuming {
  readonly running: Running;
  readonly link: Link;
  readonly secret: string;
  /** Told of batches that are refused. */
  readonly onRefused: (error: unknown) => void;
}

/** Never rejects: what is not answered is sent again. */
export async function take(consuming: Consuming, served: ServedApp, message: JsMsg): Promise<void> {
  const { secret, onRefused } = consuming;
  let messages: readonly Message[];
  try {
    messages = open(message, secret);
  } catch (error) {
    onRefused(error);
    answer(consuming, message, problemOf(error));
    quietly(() => message.term());
    return;
  }
  const beating = setInterval(() => {
    quietly(() => message.working());
    answer(consuming, message, undefined);
  }, BEAT_MS);
  const reply = await handle(consuming, { served, message, messages });
  clearInterval(beating);
  quietly(() => message.ack());
  answer(consuming, message, reply);
}

/** Throws NotAllowed or MalformedBody where it is not what somebody who has the secret has put there. */
function open(message: JsMsg, secret: string): readonly Message[] {
  const { headers, subject } = message;
  const body = message.string();
  const id = headers?.get("webhook-id") ?? "";
  verify(
    secret,
    {
      // Signed for another subject it is not for this receiver.
      "webhook-id": id.startsWith(`${subject}.`) ? id : undefined,
      "webhook-timestamp": headers?.get("webhook-timestamp"),
      "webhook-signature": headers?.get("webhook-signature"),
    },
    body,
  );
  return readMessages(body);
}

type Reply = { readonly outcomes: readonly Outcome[] } | ReturnType<typeof problemOf>;

interface Taken {
  readonly served: ServedApp;
  readonly message: JsMsg;
  readonly messages: readonly Message[];
}

async function handle(
  { running }: Consuming,
  { served, message, messages }: Taken,
): Promise<Reply> {
  const app = served.app.name;
  const receiver = receiverOf(message.subject);
  try {
    const outcomes = await receive(running, served, { app, receiver, messages });
    return { outcomes: outcomes.map(shorten) };
  } catch (error) {
    // Without a database nothing is known; who told it hears so, and sends it again.
    if (!(error instanceof MarcotError) && !isDisconnected(error))
      running.log.error({ err: error, app, receiver }, "a batch of events was not handled");
    return problemOf(error);
  }
}

function shorten(outcome: Outcome): Outcome {
  if (outcome.is !== "failed") return outcome;
  return { ...outcome, error: outcome.error.slice(0, ERROR_LENGTH_MAX) };
}

function problemOf(error: unknown): { readonly code: string; readonly detail: string } {
  if (error instanceof MarcotError) return { code: error.code, detail: error.message };
  return { code: "Unavailable", detail: String(error).slice(0, ERROR_LENGTH_MAX) };
}

/**
 * Answers over the connection that there is now: it need not be the one that the batch came by. Without a
 * reply it is a sign of life.
 */
function answer({ link, secret }: Consuming, { headers }: JsMsg, reply: Reply | undefined): void {
  const subject = headers?.get("marcot-reply") ?? "";
  const session = link.current();
  if (session === undefined || !isAnswerSubject(subject)) return;
  const body = reply === undefined ? "" : JSON.stringify(reply);
  const signed = body === "" ? {} : sign(secret, `answer.${headers?.get("webhook-id")}`, body);
  quietly(() => session.nats.publish(subject, body, { headers: session.headersOf(signed) }));
}

/** What the broker does not hear it learns otherwise: a batch that is not taken out comes again. */
function quietly(say: () => void): void {
  try {
    say();
  } catch {
    // The connection is closed.
  }
}
