/**
 * What an app is while a project runs, and what travels with a call. Only types: what makes the values
 * stands in the files beside this one, and no two of them import each other.
 */
import type { Check } from "../contract/check.ts";
import type { AnyContract, Retirement } from "../contract/contract.ts";
import type { Endpoint, EventData } from "../contract/endpoint.ts";
import type { Fields } from "../contract/field.ts";
import type { Carry } from "../contract/steps/carry-text.ts";
import type { DeclaredError } from "../contract/steps/plan.ts";
import type { Db } from "../data/db.ts";
import type { Atomic } from "../data/scope.ts";
import type { MarcotError } from "../errors.ts";
import type { Page } from "./page.ts";
import type { Schedule } from "./schedule.ts";

export interface App {
  readonly name: string;
  readonly contract: AnyContract;
  readonly summary: string;
  readonly views: ReadonlyMap<string, View>;
  readonly urls: readonly Page[];
  readonly tables: Readonly<Record<string, unknown>>;
  /** Those of its projections too. */
  readonly receivers: readonly Receiver[];
  readonly projections: readonly Projection[];
  readonly jobs: readonly Job[];
}

/** Work that an app does by itself. */
export interface Job {
  readonly is: "job";
  /** Unique among the app's jobs, and not to be renamed: by it the app knows what waits. */
  readonly name: string;
  readonly fields: Fields;
  /** Of one that comes again. */
  readonly schedule: Schedule | undefined;
  /** How long one attempt may take, in milliseconds. */
  readonly deadlineMs: number;
  /** How often it is tried before it is parked. */
  readonly attempts: number;
  readonly run: (data: unknown, context: RecurringContext) => Promise<void>;
}

/** What a job gets besides its data. */
export interface JobContext extends Context {
  /** The transaction in which the job is marked as done. */
  readonly db: Db;
  /** The job's own id, the same at every attempt. */
  readonly jobId: string;
  /** From 1. */
  readonly attempt: number;
  /** Ends when the deadline has passed or the process stops, so that a job can stop its work. */
  readonly signal: AbortSignal;
}

export interface RecurringContext extends JobContext {
  /** The time for which it runs, which may be long past. */
  readonly scheduledFor: Date;
}

/** A function that handles an event of another app. */
export interface Receiver {
  /** Unique among the app's receivers, and never renamed: by it the app knows what it has done. */
  readonly name: string;
  /** At the version that the function is written for. */
  readonly event: EventData;
  /** How long one event may take, in milliseconds. */
  readonly deadlineMs: number;
  /** How often an event is tried before it is parked. */
  readonly attempts: number;
  readonly run: (data: unknown, context: ReceiverContext) => Promise<void>;
}

/** Rows of another app that an app keeps for itself. */
export interface Projection {
  readonly is: "projection";
  readonly name: string;
  /** The name of the primary key among the fields. */
  readonly key: string;
  readonly receivers: readonly Receiver[];
  /** A page of all rows there are, by id. */
  readonly snapshot: (input: {
    readonly after: number;
    readonly limit: number;
  }) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Writes one of them, new or changed. */
  readonly insert: (db: Db, item: unknown) => Promise<void>;
  /** The quoted name of the table. */
  readonly table: string;
}

/** What a receiver gets besides the event's data. */
export interface ReceiverContext extends Context {
  /** The transaction in which the event is marked as handled. */
  readonly db: Db;
  /** The event's own id, the same at every attempt. */
  readonly eventId: string;
}

/** A function that answers an endpoint of the newest version. */
export interface View {
  readonly endpoint: Endpoint;
  /** Whether its queries are one transaction. */
  readonly atomic: boolean;
  readonly run: (input: unknown, context: ViewContext) => unknown;
}

/** One endpoint at one version, ready to be answered by the view of the newest. */
export interface Route {
  readonly served: ServedApp;
  readonly endpoint: Endpoint;
  readonly view: View;
  /** `faq.v1.create`. */
  readonly name: string;
  readonly hasBody: boolean;
  /** Every method but GET. */
  readonly isWrite: boolean;
  /** Undefined, unless the version is to end. */
  readonly retired: Retirement | undefined;
  readonly up: Carry | undefined;
  /** Checks what `up` made, where a function of the contract's author took part in it. */
  readonly upCheck: Check | undefined;
  readonly down: Carry | undefined;
  /** Error that the view may throw -> what this version calls it. */
  readonly errors: ReadonlyMap<string, DeclaredError>;
  readonly input: Checks;
  readonly output: Checks;
  /** Fields of the input that a caller may leave out. */
  readonly optional: readonly string[];
  /** By caller, since the counts were last taken. */
  readonly tallies: Map<string, Tally>;
}

export interface Tally {
  calls: number;
  errors: number;
  milliseconds: number;
  slow: number;
  /** A bit for each of the route's `optional` fields that was sent. */
  sent: number;
}

/** Filled when first used: most endpoints of a project are never called. */
export interface Checks {
  copy?: Check;
  read?: Check;
  write?: Check;
}

/** Rung when something has been written and committed, so that it is taken up at once. */
export interface Bell {
  ring: () => void;
}

/** Writes that are being carried out, so that a switch can wait for their end. */
export interface Flight {
  writes: number;
  /** Called when `writes` has become 0. */
  onIdle: (() => void) | undefined;
}

/** A call that has its answer. What is told of it must not throw. */
export interface AnsweredRead {
  readonly route: Route;
  /** As it was accepted: values of the program. */
  readonly input: unknown;
  /** As the view returned it, carried down to the route's version. */
  readonly result: unknown;
  readonly caller: string;
  readonly milliseconds: number;
}

export interface ServedApp {
  readonly app: App;
  readonly flight: Flight;
  readonly db: Db;
  /** A new transaction of the app; undefined where it has no database. */
  readonly atomic: (() => Atomic) | undefined;
  /** Told of reads that were answered. Undefined: nobody is, and a call costs one look. */
  onRead: ((read: AnsweredRead) => void) | undefined;
  /** Rung when an event has been told. */
  readonly bell: Bell;
  /** Rung when a job has been asked for. */
  readonly jobsBell: Bell;
  /** `["v1", "v2"]`: those that are served. */
  readonly versions: readonly string[];
  /** Every endpoint of every version, oldest version first. */
  readonly routes: readonly Route[];
  readonly byEndpoint: ReadonlyMap<Endpoint, Route>;
}

/** Where an app is provided. It may change while a project runs. */
export type Provider =
  | { readonly is: "local"; readonly served: ServedApp }
  | RemoteProvider
  | HeldProvider
  | { readonly is: "fake"; readonly served: ServedApp }
  | { readonly is: "absent"; readonly app: string; readonly why: string };

/** An app that is just changing places: writes wait until it has one again. */
export interface HeldProvider {
  readonly is: "held";
  readonly app: string;
  /** Why calls wait: `it is just moving`. */
  readonly why: string;
  /** Answers reads meanwhile, where the app has been until now. */
  readonly served: ServedApp | undefined;
  /** Answers reads meanwhile, where the app has been elsewhere until now. Without either, reads wait too. */
  readonly remote: RemoteProvider | undefined;
  /** Resolves when the app is not held any more. Never rejects. */
  readonly opened: Promise<void>;
}

/** What an app does beside its calls: it stops before the app leaves, and begins where it arrives. */
export interface Background {
  /** Lets what has begun be finished, and begins nothing more of this app. */
  pause(app: string): Promise<void>;
  resume(app: string): Promise<void>;
}

/** An app at an address. What is known of the release that runs there is kept by `client/release`. */
export interface RemoteProvider {
  readonly is: "remote";
  readonly app: string;
  readonly address: URL;
  /** The newest version that callers here have. Default: none, or it is of a service of others. */
  readonly contract?: AnyContract | undefined;
  /** The secret for a service of others. Default: there is none. */
  readonly token?: (() => string) | undefined;
  /** Looks at calls before they leave. Default: nothing is in their way, and a call costs one look. */
  guard?: Guard | undefined;
  /** The release's, as replies name it. Default: not known. */
  revision?: string | undefined;
  /** Told of another revision that a reply names. Default: nobody. */
  onRevision?: ((revision: string) => void) | undefined;
}

/** Rejects where the call is not to be made. `input` is what would be sent. */
export type Guard = (endpoint: Endpoint, input: unknown, outgoing: Outgoing) => Promise<void>;

/** What a call needs of the running project. */
export interface Running {
  /** Milliseconds that a call may take when neither endpoint nor caller says so. */
  readonly deadlineMs: number;
  readonly log: Log;
  /** Of every app that the settings name. */
  readonly providers: { get(app: string): Provider | undefined };
  /** The apps whose code is here, wherever they are provided just now. Default: those of local providers. */
  readonly local?: ReadonlyMap<string, ServedApp>;
  /** Looks where an app is by now; never rejects. Default: no app moves. */
  readonly look?: (app: string) => Promise<void>;
  /** Work to be done when the project closes, such as closing connections. */
  onClose(work: () => Promise<void>): void;
}

export interface Log {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

export interface Context {
  readonly running: Running;
  /** The app whose code runs; empty outside of apps, for example in `marcot shell`. */
  readonly app: string;
  /** The app, or the program, that made the call. */
  readonly caller: string;
  /** When the call is given up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** W3C Trace Context: 32 hexadecimal digits, the same along the whole chain of calls. */
  readonly traceId: string;
  readonly idempotencyKey: string | undefined;
}

/** What a view gets besides its input. */
export interface ViewContext<E extends string = string> extends Context {
  /**
   * The app's own database: its schema is all that the role may touch. In a view of a POST, PUT, PATCH or
   * DELETE it is a transaction, which is committed when the view has returned.
   */
  readonly db: Db;
  /** Ends when the deadline has passed, so that a view can stop its work. */
  readonly signal: AbortSignal;
  /** An error that the contract declares: `throw fail("NoSuchEntry", "there is no entry 7")`. */
  fail(name: E, message: string): MarcotError;
}

/** What a call takes along when it leaves its caller. */
export type Outgoing = Omit<Context, "app">;

/** What is known of a call where it arrives: a trace that begins here gets its id when somebody asks. */
export type Incoming = Omit<Outgoing, "traceId"> & { readonly traceId: string | undefined };
