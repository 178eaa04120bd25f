/**
 * What things are called on a NATS server, and how the streams are made. A project has an account, or a
 * server, of its own: the names hold the apps' names and not the project's.
 */
import type { JetStreamManager } from "@nats-io/jetstream";

export const PREFIX = "marcot";

/** The one consumer of a stream: all processes that provide the app take from it. */
export const CONSUMER = "marcot";

const NANOSECONDS = 1_000_000;

/** A process that has died with a batch says nothing for so long, and the batch goes to another one. */
const ACK_WAIT_MS = 5000;

/** Whoever told it has sent it again long before; and it must be younger than signatures may be. */
const AGE_MAX_MS = 120_000;

/** Of a stream's configuration, the parts that are not NATS's defaults. */
const FILE = "file";
const WORK_QUEUE = "workqueue";
const EXPLICIT = "explicit";

/** Where it is asked what an app receives. */
export function receiversSubject(app: string): string {
  return `${PREFIX}.receivers.${app}`;
}

export interface Way {
  readonly app: string;
  readonly receiver: string;
  /** The app that tells. */
  readonly source: string;
}

/** Names of apps and receivers hold letters, digits and hyphens: each is one word of a subject. */
export function batchSubject({ app, receiver, source }: Way): string {
  return `${PREFIX}.events.${app}.${receiver}.${source}`;
}

export function receiverOf(subject: string): string {
  return subject.split(".")[3] ?? "";
}

/** Only there is answered: whoever writes a batch could name any subject. */
export function isAnswerSubject(subject: string): boolean {
  return /^marcot\.answers\.[A-Za-z0-9]+\.\d+$/.test(subject);
}

export function streamOf(app: string): string {
  return `marcot-events-${app}`;
}

export interface Streams {
  readonly manager: JetStreamManager;
  /** Apps whose streams are known to exist. */
  readonly ready: Set<string>;
}

/**
 * Makes the stream of a receiving app where it is not there. One that is there stays as it is, so that
 * people can give it replicas.
 */
export async function ensureStream({ manager, ready }: Streams, app: string): Promise<void> {
  if (ready.has(app)) return;
  const name = streamOf(app);
  try {
    await manager.streams.info(name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await manager.streams.add({
      name,
      subjects: [batchSubject({ app, receiver: "*", source: "*" })],
      retention: WORK_QUEUE,
      storage: FILE,
      // A batch that is sent again replaces the one that nobody took: there is at most one of each way.
      max_msgs_per_subject: 1,
      max_age: AGE_MAX_MS * NANOSECONDS,
    });
  }
  ready.add(app);
}

export async function ensureConsumer(manager: JetStreamManager, app: string): Promise<void> {
  await manager.consumers.add(streamOf(app), {
    durable_name: CONSUMER,
    ack_policy: EXPLICIT,
    ack_wait: ACK_WAIT_MS * NANOSECONDS,
    max_deliver: -1,
  });
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === STREAM_NOT_FOUND;
}

const STREAM_NOT_FOUND = 10_059;
