/**
 * An event on its way: a CloudEvent (CloudEvents 1.0.2, with its extensions for partitioning, sequence
 * and distributed tracing). The same in one process, over HTTP and through NATS.
 */
import { check, sentenceOf } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import { type AnyContract, aboutOf, versionsOf } from "../contract/contract.ts";
import { type EventData, nameOf } from "../contract/endpoint.ts";
import { downwardEvent, toldFields } from "../contract/steps/plan.ts";
import { MarcotError } from "../errors.ts";

export interface Message {
  readonly specversion: "1.0";
  readonly id: string;
  /** The app that tells. */
  readonly source: string;
  /** `faq.v1.published`, at the version of the receiver. */
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  readonly datacontenttype: "application/json";
  /** The value of the event's key. */
  readonly partitionkey?: string;
  /** Where it stands among the events of its app. */
  readonly sequence: string;
  /** W3C Trace Context. */
  readonly traceparent: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Events for one receiver, in their order. */
export interface Batch {
  /** The app that receives. */
  readonly app: string;
  readonly receiver: string;
  readonly messages: readonly Message[];
}

/** What became of one event. Held: one of the same key failed before it. */
export type Outcome =
  | { readonly id: string; readonly is: "done" | "held" }
  | { readonly id: string; readonly is: "failed"; readonly error: string };

/** A receiver, as those who tell must know it. */
export interface Listed {
  readonly name: string;
  /** Name of the event, without its app. */
  readonly event: string;
  readonly version: string;
  readonly attempts: number;
}

/** A row of the outbox. */
export interface Stored {
  readonly position: string;
  readonly id: string;
  readonly event: string;
  readonly version: string;
  readonly key: string | null;
  readonly data: string;
  readonly traceId: string;
  readonly toldAt: string;
}

/** Takes a stored event down to the version of its receiver. Newer receivers get it as it was told. */
export function toMessage(contract: AnyContract, row: Stored, version: string): Message {
  const { about, event } = eventAt(contract, row.version, row.event);
  const wanted = order(version) < order(row.version) ? version : row.version;
  const target = wanted === row.version ? event : eventAt(contract, wanted, row.event).event;
  return {
    specversion: "1.0",
    id: row.id,
    source: about.app,
    type: `${about.app}.${wanted}.${row.event}`,
    time: row.toldAt,
    datacontenttype: "application/json",
    ...(row.key !== null && { partitionkey: row.key }),
    sequence: row.position,
    traceparent: `00-${row.traceId}-${row.traceId.slice(0, 16)}-01`,
    data: cut(event, target, JSON.parse(row.data)),
  };
}

function order(version: string): number {
  return Number(version.slice(1));
}

function eventAt(contract: AnyContract, version: string, name: string) {
  const about = versionsOf(contract)
    .map(aboutOf)
    .find((one) => one.version === version);
  const event = about?.events.find((one) => one.name === name);
  if (about !== undefined && event !== undefined) return { about, event };
  const { app } = aboutOf(contract);
  throw new MarcotError("ContractBroken", `${app} has no event ${name} at ${version} any more`);
}

function cut(from: EventData, to: EventData, data: unknown): Record<string, unknown> {
  const broken = (issues: MarcotError["errors"]) =>
    new MarcotError(
      "ContractBroken",
      sentenceOf(`${nameOf(from)} does not fit ${nameOf(to)}:`, issues),
      {
        errors: issues,
      },
    );
  const told = check<Record<string, unknown>>(
    checkOf(toldFields(from), "read", nameOf(from)),
    data,
    broken,
  );
  const down = from === to ? undefined : downwardEvent(from, to);
  return check(checkOf(to.fields, "write", nameOf(to)), down ? down(told) : told, broken);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a value that came from outside is a message. Its data is for the receiver's contract to judge. */
function isMessage(value: unknown): value is Message {
  if (typeof value !== "object" || value === null) return false;
  const { id, source, type, traceparent, partitionkey, data } = value as Partial<Message>;
  return (
    typeof id === "string" &&
    UUID.test(id) &&
    typeof source === "string" &&
    typeof type === "string" &&
    typeof traceparent === "string" &&
    /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent) &&
    (partitionkey === undefined || typeof partitionkey === "string") &&
    typeof data === "object" &&
    data !== null
  );
}

/** The trace that an event belongs to. */
export function traceOf({ traceparent }: Message): string {
  return traceparent.slice(3, 35);
}

/** The messages of a body that came from outside. Throws MalformedBody where it holds anything else. */
export function readMessages(body: string): readonly Message[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new MarcotError("MalformedBody", "the batch is not JSON");
  }
  if (!Array.isArray(value) || !value.every(isMessage))
    throw new MarcotError(
      "MalformedBody",
      "the batch is not a list of CloudEvents 1.0 as apps tell them",
    );
  return value;
}
