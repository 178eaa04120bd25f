/**
 * What happens between a checked-in call and its answer, for local and remote callers alike:
 * check the input, take it up to the newest version, run the view under the deadline, take the answer
 * down, check and cut it. `client/dispatch` and `provider/server` both end here.
 */
import { AsyncResource } from "node:async_hooks";
import { check, invalidInput, sentenceOf } from "../contract/check.ts";
import type { Viewed } from "../contract/endpoint.ts";
import { type Endpoint, endpointOf } from "../contract/endpoint.ts";
import { type Issue, MarcotError } from "../errors.ts";
import { isMoved } from "../data/moved.ts";
import type { Atomic } from "../data/scope.ts";
import { isAtWork } from "./at-work.ts";
import { current, newTraceId } from "./context.ts";
import { crossing } from "./crossing.ts";
import { claim } from "./idempotency.ts";
import { compiled } from "./served.ts";
import type {
  Context,
  Flight,
  Incoming,
  Outgoing,
  Route,
  Running,
  Tally,
  View,
  ViewContext,
} from "./types.ts";
import { newTally } from "./usage.ts";

/**
 * Answers an endpoint. `input` is checked and copied; what is returned is checked, copied and cut.
 * A view is always asynchronous: with one kind of answer the compiler names a missing field in three
 * lines, with two it compares every way in which they differ.
 */
export function view<I, A, N extends string>(
  call: Viewed<I, A, N>,
  run: (input: I, context: ViewContext<N>) => Promise<A>,
  { atomic: isMeant = true }: ViewOptions = {},
): View {
  const endpoint = endpointOf(call);
  const isAtomic = isMeant && endpoint.method !== "GET";
  const data: unknown = Object.freeze({ is: "view", endpoint, atomic: isAtomic, run });
  return data as View; // `answer` hands it only what the check of the input has accepted
}

export interface ViewOptions {
  /**
   * Whether the queries of a POST, PUT, PATCH or DELETE are one transaction, which ends with the view: what
   * `emit` and the keys of repeated calls need. `false` saves two round trips where there is one statement.
   * Default: true.
   */
  readonly atomic?: boolean;
}

/** How the values of a call travel: as JSON, or as values of the program. */
export interface Way {
  readonly input: "copy" | "read";
  readonly output: "copy" | "write";
  /**
   * What becomes of a call that was undone because its app had moved. Default: it fails with AppMoved, and
   * its caller sends it to where the app is.
   */
  readonly moved?: (call: MovedCall) => Promise<unknown>;
}

/** A call that met the fence of an app that had moved, and has left nothing behind. */
export interface MovedCall {
  readonly endpoint: Endpoint;
  /** As it came. */
  readonly input: unknown;
  readonly outgoing: Outgoing;
  readonly error: MarcotError;
}

/** Runs a route. Rejects only with errors that may cross the border of an app. */
export function answer(
  route: Route,
  input: unknown,
  way: Way,
  incoming: Incoming,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    void run(new CallContext(route, incoming, resolve, reject), input, way);
  });
}

/** Settles the call, and never rejects itself: a promise more for each call would cost as much as a check. */
async function run(context: CallContext, input: unknown, way: Way): Promise<void> {
  const { route } = context;
  const issues: Issue[] = [];
  const { onRead } = route.served;
  const weight = weightOf(context.tally);
  const begun = weight > 0 || onRead !== undefined ? performance.now() : 0;
  let isEntered = false;
  if (route.isWrite) route.served.flight.writes += 1;
  try {
    const accept = route.input[way.input] ?? compiled(route, "input", way.input);
    const checked = accept(input, issues);
    if (issues.length > 0) return context.fails(invalidInput(route.name, issues));
    context.tally.sent |= sentOf(route.optional, input as Readonly<Record<string, unknown>>);
    watch(context);
    const repeat = context.mayRepeat
      ? await claim(route, context, checked, context.transaction)
      : undefined;
    if (repeat?.reply !== undefined) {
      await context.transaction.rollback();
      return context.resolve(way.output === "copy" ? fromJson(route, repeat.reply) : repeat.reply);
    }
    isEntered = true;
    const risen = route.up === undefined ? checked : rise(route, checked);
    let result = await apart.runInAsyncScope(enter, undefined, context, risen);
    if (route.down !== undefined) result = route.down(result as Record<string, unknown>);
    const cut = route.output[way.output] ?? compiled(route, "output", way.output);
    const lowered = cut(result, issues);
    if (issues.length > 0) {
      if (context.hasBegun) await context.transaction.rollback();
      return context.fails(broken(route, issues));
    }
    repeat?.keep(way.output === "write" ? lowered : toJson(route, result));
    if (context.hasBegun) await context.transaction.commit();
    context.resolve(lowered);
    if (onRead === undefined) return;
    const milliseconds = performance.now() - begun;
    onRead({ route, input: checked, result, caller: context.caller, milliseconds });
  } catch (error) {
    if (context.hasBegun) await context.transaction.rollback();
    const isOwn = !isEntered && error instanceof MarcotError;
    if (context.isAtomic && isMoved(error)) context.leaves(input, way);
    else context.fails(isOwn ? error : crossing(error, route, context));
  } finally {
    unwatch(context);
    if (weight > 0) context.took(performance.now() - begun, weight);
    // Counted even when nobody waits for it any more: a switch waits until it is committed, or undone.
    if (route.isWrite) lands(route.served.flight);
  }
}

function lands(flight: Flight): void {
  flight.writes -= 1;
  if (flight.writes === 0) flight.onIdle?.();
}

/**
 * A view starts with nothing of its caller's surroundings: what another `AsyncLocalStorage` holds would
 * not reach it over the wire either. It is also cheaper: entering from here copies nothing.
 */
const apart = new AsyncResource("MarcotCall");

function enter(context: CallContext, input: unknown): unknown {
  current.enterWith(context);
  return context.route.view.run(input, context);
}

/** Whoever waits longer has begun to do something else. */
const SLOW_MS = 1000;

/** In the ten seconds between two writings of the ledger. */
const TIMED_ALL = 64;
const TIMED_ONE_OF = 64;

/**
 * For how many calls the time of one that begins stands; 0: it is not taken. Looking at the clock twice takes a third of a
 * call within a process, so each of a few is timed, and of many one in 64, by chance: what comes in turns would
 * be met always or never.
 */
function weightOf({ calls }: Tally): number {
  if (calls <= TIMED_ALL) return 1;
  return Math.random() * TIMED_ONE_OF < 1 ? TIMED_ONE_OF : 0;
}

/** A bit for each of the fields that a caller might have left out and did not. */
function sentOf(optional: readonly string[], input: Readonly<Record<string, unknown>>): number {
  let bits = 0;
  for (let bit = 0; bit < optional.length; bit += 1) {
    if (input[optional[bit] ?? ""] !== undefined) bits |= 1 << bit;
  }
  return bits;
}

/** What is stored of a reply that may be asked for again. */
function toJson(route: Route, result: unknown): unknown {
  const write = route.output.write ?? compiled(route, "output", "write");
  return check(write, result, (issues) => broken(route, issues));
}

function fromJson(route: Route, reply: unknown): unknown {
  const read = route.output.read ?? compiled(route, "output", "read");
  return check(read, reply, (issues) => broken(route, issues));
}

function rise(route: Route, checked: unknown): unknown {
  const risen = route.up?.(checked as Record<string, unknown>);
  if (route.upCheck === undefined) return risen;
  return check(route.upCheck, risen, (issues) => broken(route, issues));
}

function broken(route: Route, issues: readonly Issue[]): MarcotError {
  const message = `${sentenceOf(`${route.name} answered outside its contract:`, issues)}`;
  return new MarcotError("ContractBroken", message, { errors: issues });
}

class CallContext implements ViewContext, Context, Timed {
  before: Timed | undefined = undefined;
  after: Timed | undefined = undefined;
  readonly running: Running;
  readonly app: string;
  readonly caller: string;
  readonly deadline: number;
  readonly idempotencyKey: string | undefined;
  readonly route: Route;
  readonly resolve: (value: unknown) => void;
  readonly tally: Tally;
  readonly #reject: (error: MarcotError) => void;
  #traceId: string | undefined;
  #transaction: Atomic | undefined;
  #controller: AbortController | undefined;
  #hasFailed = false;

  constructor(
    route: Route,
    incoming: Incoming,
    resolve: (value: unknown) => void,
    reject: (error: MarcotError) => void,
  ) {
    this.running = incoming.running;
    this.app = route.endpoint.app;
    this.caller = incoming.caller;
    this.deadline = incoming.deadline;
    this.#traceId = incoming.traceId;
    this.idempotencyKey = incoming.idempotencyKey;
    this.route = route;
    this.resolve = resolve;
    this.#reject = reject;
    this.tally = this.counted;
    this.tally.calls += 1;
  }

  /** An app without a database has nothing that could be atomic. */
  get db(): ViewContext["db"] {
    return this.isAtomic ? this.transaction.db : this.route.served.db;
  }

  get isAtomic(): boolean {
    const { served, view: answering } = this.route;
    return answering.atomic && served.atomic !== undefined;
  }

  get transaction(): Atomic {
    const { served, name } = this.route;
    if (served.atomic === undefined) throw new TypeError(`${name} has no database`);
    return (this.#transaction ??= served.atomic());
  }

  get hasBegun(): boolean {
    return this.#transaction !== undefined;
  }

  get mayRepeat(): boolean {
    return this.idempotencyKey !== undefined && this.isAtomic;
  }

  get traceId(): string {
    return (this.#traceId ??= newTraceId());
  }

  /** Made only for views that ask for it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Bound when a view asks for it, because views take it out of the context. */
  get fail() {
    const { errors } = this.route.view.endpoint;
    return (name: string, message: string) =>
      MarcotError.declared(name, errors[name] ?? 500, message);
  }

  /** What is counted of the caller now: since the call began, the counts may have been taken. */
  get counted(): Tally {
    return this.route.tallies.get(this.caller) ?? newTally(this.route, this.caller);
  }

  took(milliseconds: number, weight: number): void {
    const { counted } = this;
    counted.milliseconds += weight * milliseconds;
    if (milliseconds > SLOW_MS) counted.slow += weight;
  }

  /** One that passed its deadline may fail once more when it ends: it is one failure. */
  fails(error: MarcotError): void {
    if (!this.#hasFailed) this.counted.errors += 1;
    this.#hasFailed = true;
    this.#reject(error);
  }

  /** The call was undone: it counts where it is answered. */
  leaves(input: unknown, { moved }: Way): void {
    const { endpoint, name } = this.route;
    const message = `${name} was not carried out: ${this.app} is not written here any more`;
    const error = new MarcotError("AppMoved", message, { traceId: this.traceId });
    if (moved === undefined || this.deadline <= performance.now()) return this.fails(error);
    this.tally.calls -= 1;
    const again = moved({ endpoint, input, outgoing: this, error });
    again.catch(() => {}); // where the deadline passes first, nobody waits for it
    this.resolve(again);
  }

  /** Whether it is a write of the app that belongs to a trace. */
  isWriteOf(app: string, traceId: string): boolean {
    return this.app === app && this.#traceId === traceId && this.route.isWrite;
  }

  expire(): void {
    const error = timedOut(this.route.name, this.traceId);
    this.fails(error);
    this.#controller?.abort(error);
  }
}

export function timedOut(name: string, traceId: string, where = "this process"): MarcotError {
  const message = `${name} did not answer before its deadline (provider: ${where})`;
  return new MarcotError("TimedOut", message, { traceId });
}

// Deadlines. A timer for each call would cost more than a local call; one timer looks at all of them.

/** Larger would honour a deadline too late (we promise 100 ms), smaller would wake an idle process. */
const TICK_MS = 20;

/** Something that is given up when its time has come. Also a link of the list of all of them. */
export interface Timed {
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number;
  expire(): void;
  before?: Timed | undefined;
  after?: Timed | undefined;
}

let first: Timed | undefined;
let timer: NodeJS.Timeout | undefined;

export function watch(timed: Timed): void {
  timed.before = undefined;
  timed.after = first;
  if (first !== undefined) first.before = timed;
  first = timed;
  timer ??= setInterval(expireLate, TICK_MS);
}

export function unwatch(timed: Timed): void {
  if (timed.before !== undefined) timed.before.after = timed.after;
  else if (first === timed) first = timed.after;
  if (timed.after !== undefined) timed.after.before = timed.before;
  timed.before = timed.after = undefined;
}

/**
 * Whether a write of the app, or a receiver, is being carried out in this trace: what it calls belongs to it, and must not
 * wait until it has ended. Looks at all calls, so only where one would be held.
 */
export function isWriting(app: string, traceId: string): boolean {
  for (let at = first; at !== undefined; at = at.after)
    if (at instanceof CallContext && at.isWriteOf(app, traceId)) return true;
  return isAtWork(app, traceId);
}

function expireLate(): void {
  if (first === undefined) {
    clearInterval(timer);
    timer = undefined;
    return;
  }
  const now = performance.now();
  let at: Timed | undefined = first;
  while (at !== undefined) {
    const after: Timed | undefined = at.after;
    if (at.deadline <= now) {
      unwatch(at);
      at.expire();
    }
    at = after;
  }
}
