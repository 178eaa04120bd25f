/**
 * Events come in: each is handled in a transaction of the receiving app, in which it is marked as handled
 * too, so that what a receiver does to its own rows is done once, however often the event comes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { atWork } from "../app/at-work.ts";
import { current } from "../app/context.ts";
import type { HeldProvider, Receiver, ReceiverContext, Running, ServedApp } from "../app/types.ts";
import { sentenceOf } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import { nameOf } from "../contract/endpoint.ts";
import { isMoved } from "../data/moved.ts";
import { ownTable } from "../data/own-tables.ts";
import { PREPARED, type Scope } from "../data/scope.ts";
import { type Issue, MarcotError } from "../errors.ts";
import { type Batch, type Message, type Outcome, traceOf } from "./message.ts";

/** More would undo much when one fails and hold rows for long; fewer would pay for a COMMIT more often. */
const TOGETHER_MAX = 100;

/** Events of different keys that are handled at the same time. Each takes a connection of the app's pool. */
const LANES = 4;

/**
 * What is not begun by then is left for the next batch: whoever has sent this one waits for a minute, and what
 * has failed counts only when it hears of it.
 */
const BUDGET_MS = 25_000;

/** A switch takes one or two seconds; who tells tries again later anyway. */
const HELD_MS = 5000;

/** Says that nothing is known of the receiver here: those who tell must ask again who there is. */
export function unknownReceiver({ app, receiver }: Pick<Batch, "app" | "receiver">): MarcotError {
  return new MarcotError("NotFound", `the app ${app} has no receiver "${receiver}"`);
}

/**
 * Handles the events of a batch, which is a write of the app: it waits while the app changes places. Rejects
 * with Unavailable when the app is not here any more, and when the database cannot be reached: nothing is
 * known then, and whoever tells it does not count it as an attempt.
 */
export async function receive(
  running: Running,
  served: ServedApp,
  batch: Batch,
): Promise<readonly Outcome[]> {
  const receiver = served.app.receivers.find(({ name }) => name === batch.receiver);
  if (receiver === undefined) throw unknownReceiver(batch);
  const { flight } = served;
  await arrive(running, served);
  try {
    return await handleBatch({ running, served, receiver }, batch);
  } finally {
    flight.writes -= 1;
    if (flight.writes === 0) flight.onIdle?.();
  }
}

/** Counts a write that may begin. The last look at the provider and the count are one step. */
async function arrive({ providers }: Running, { app: { name }, flight }: ServedApp): Promise<void> {
  const provider = providers.get(name);
  if (provider?.is === "held") await untilOpen(provider);
  if (providers.get(name)?.is !== "local")
    throw new MarcotError("Unavailable", `${name} is not provided here just now`);
  flight.writes += 1;
}

/** Waits, at most five seconds, until an app that changes places has one again. Answers whether it has. */
export async function untilOpen({ opened }: HeldProvider): Promise<boolean> {
  const late = new AbortController();
  const isLate = sleep(HELD_MS, true, { signal: late.signal, ref: false }).catch(() => true);
  const isOpen = await Promise.race([opened.then(() => true), isLate.then(() => false)]);
  late.abort();
  return isOpen;
}

async function handleBatch(work: Work, batch: Batch): Promise<readonly Outcome[]> {
  const lanes: Message[][] = Array.from({ length: LANES }, () => []);
  for (const [index, message] of batch.messages.entries())
    lanes[laneOf(message, index)]?.push(message);
  const outcomes = await Promise.all(lanes.map((messages) => handleAll(work, messages)));
  return outcomes.flat();
}

interface Work {
  readonly running: Running;
  readonly served: ServedApp;
  readonly receiver: Receiver;
}

/** Those of one key go one after the other, in their order. */
function laneOf({ partitionkey }: Message, index: number): number {
  if (partitionkey === undefined) return index % LANES;
  let sum = 0;
  for (const letter of partitionkey) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % LANES;
}

function isHere({ running, served }: Work): boolean {
  return running.providers.get(served.app.name)?.is === "local";
}

async function handleAll(work: Work, messages: readonly Message[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let left = messages;
  let suspect: string | undefined;
  const end = performance.now() + BUDGET_MS;
  while (left.length > 0) {
    // Nor does a batch hold up an app that is about to move.
    if (performance.now() > end || !isHere(work)) {
      outcomes.push(...left.map(({ id }) => ({ id, is: "held" as const })));
      break;
    }
    // What stands before one that failed was undone with it: it is done again without it.
    const before = left.findIndex(({ id }) => id === suspect);
    const part = left.slice(0, before === -1 ? TOGETHER_MAX : Math.max(1, before));
    const failure = await handleTogether(work, part);
    if (failure === undefined) {
      outcomes.push(...part.map(({ id }) => ({ id, is: "done" as const })));
      left = left.slice(part.length);
    } else if (part.length > 1) {
      suspect = part[failure.index]?.id;
    } else {
      const [failed, ...others] = left;
      if (failed === undefined) break;
      outcomes.push({ id: failed.id, is: "failed", error: failure.error });
      const isHeld = ({ partitionkey }: Message) =>
        partitionkey !== undefined && partitionkey === failed.partitionkey;
      outcomes.push(...others.filter(isHeld).map(({ id }) => ({ id, is: "held" as const })));
      left = others.filter((message) => !isHeld(message));
    }
  }
  return outcomes;
}

interface Failure {
  /** Which of them failed. */
  readonly index: number;
  readonly error: string;
}

/** Handles events in one transaction: all of them, or none. */
async function handleTogether(
  work: Work,
  messages: readonly Message[],
): Promise<Failure | undefined> {
  const { served, receiver, running } = work;
  const transaction = served.atomic?.();
  if (transaction === undefined) throw new TypeError(`${served.app.name} has no database`);
  let index = 0;
  try {
    const isNew = await markHandled(await transaction.scope(), work, messages);
    for (const message of messages) {
      if (isNew.has(message.id)) await handle(work, message, transaction.db);
      index += 1;
    }
    index = 0;
    await transaction.commit();
    return undefined;
  } catch (error) {
    await transaction.rollback();
    // Not by the error: a receiver may have asked somebody else who cannot be reached.
    if (transaction.isBroken()) {
      const what = `the database of ${served.app.name} cannot be used`;
      throw new MarcotError("Unavailable", what, { cause: error, ran: "maybe" });
    }
    if (isMoved(error)) {
      const what = `${served.app.name} has moved: nothing was handled here`;
      throw new MarcotError("Unavailable", what, { cause: error });
    }
    const message = messages[index];
    const details = { err: error, receiver: receiver.name, event: message?.type, id: message?.id };
    running.log.warn({ app: served.app.name, ...details }, "an event was not handled");
    return { index, error: error instanceof Error ? error.message : String(error) };
  }
}

/** One statement for all. Waits where another transaction is about to mark the same event. */
async function markHandled(
  scope: Scope,
  { served, receiver }: Work,
  messages: readonly Message[],
): Promise<Set<string>> {
  const [first] = messages;
  const rows = await scope.unsafe<{ id: string }[]>(
    `WITH limited AS MATERIALIZED (SELECT set_config('statement_timeout', $4::text, true))
     INSERT INTO ${ownTable(served.app.name, "event_inbox")} (event_id, receiver, source)
     SELECT id, $2::text, $3::text FROM unnest($1::text::uuid[]) AS id, limited
     ON CONFLICT DO NOTHING RETURNING event_id AS id`,
    [
      `{${messages.map(({ id }) => id).join(",")}}`,
      receiver.name,
      first?.source,
      // A statement that hangs would hold up ROLLBACK too.
      `${receiver.deadlineMs}ms`,
    ],
    PREPARED,
  );
  return new Set(rows.map(({ id }) => id));
}

async function handle(
  { running, served, receiver }: Work,
  message: Message,
  db: ReceiverContext["db"],
): Promise<void> {
  const { event, deadlineMs } = receiver;
  const name = nameOf(event);
  const [app, , told] = message.type.split(".");
  if (app !== event.app || told !== event.name || message.source !== event.app)
    throw new MarcotError("ContractBroken", `${receiver.name} hears ${name}, not ${message.type}`);
  const issues: Issue[] = [];
  const data = checkOf(event.fields, "read", name)(message.data, issues);
  if (issues.length > 0) {
    const what = sentenceOf(`${message.type} does not fit ${name}:`, issues);
    throw new MarcotError("ContractBroken", what, { errors: issues });
  }
  const context: ReceiverContext = {
    running,
    app: served.app.name,
    caller: message.source,
    deadline: performance.now() + deadlineMs,
    traceId: traceOf(message),
    idempotencyKey: undefined,
    db,
    eventId: message.id,
  };
  const late = new AbortController();
  try {
    await Promise.race([
      atWork(context, () => current.run(context, () => receiver.run(data, context))),
      sleep(deadlineMs, undefined, { signal: late.signal, ref: false }).then(() => {
        throw new MarcotError("TimedOut", `${receiver.name} took more than ${deadlineMs} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
}
