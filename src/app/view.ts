/**
 * What happens between a checked-in call and its answer, for local and remote callers alike:
 * check the input, take it up to the newest version, run the view under the deadline, take the answer
 * down, check and cut it. `client/dispatch` and `provider/server` both end here.
 */
import { AsyncResource } from "node:async_hooks";
import { check, invalidInput, sentenceOf } from "../contract/check.ts";
import type { Viewed } from "../contract/endpoint.ts";
import { endpointOf } from "../contract/endpoint.ts";
import { codeOf, type Issue, MarcotError } from "../errors.ts";
import { current, newTraceId } from "./context.ts";
import { compiled } from "./served.ts";
import type { Context, Incoming, Route, Running, Tally, View, ViewContext } from "./types.ts";
import { newTally } from "./usage.ts";

/**
 * Answers an endpoint. `input` is checked and copied; what is returned is checked, copied and cut.
 * A view is always asynchronous: with one kind of answer the compiler names a missing field in three
 * lines, with two it compares every way in which they differ.
 */
export function view<I, A, N extends string>(
  call: Viewed<I, A, N>,
  run: (input: I, context: ViewContext<N>) => Promise<A>,
): View {
  const data: unknown = Object.freeze({ is: "view", endpoint: endpointOf(call), run });
  return data as View; // `answer` hands it only what the check of the input has accepted
}

/** How the values of a call travel: as JSON, or as values of the program. */
export interface Way {
  readonly input: "copy" | "read";
  readonly output: "copy" | "write";
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
  try {
    const accept = route.input[way.input] ?? compiled(route, "input", way.input);
    const checked = accept(input, issues);
    if (issues.length > 0) return context.fails(invalidInput(route.name, issues));
    context.tally.sent |= sentOf(route.optional, input as Readonly<Record<string, unknown>>);
    watch(context);
    const risen = route.up === undefined ? checked : rise(route, checked);
    let result = await apart.runInAsyncScope(enter, undefined, context, risen);
    if (route.down !== undefined) result = route.down(result as Record<string, unknown>);
    const cut = route.output[way.output] ?? compiled(route, "output", way.output);
    const lowered = cut(result, issues);
    if (issues.length > 0) return context.fails(broken(route, issues));
    context.resolve(lowered);
  } catch (error) {
    context.fails(crossing(error, route, context));
  } finally {
    unwatch(context);
  }
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

/** A bit for each of the fields that a caller might have left out and did not. */
function sentOf(optional: readonly string[], input: Readonly<Record<string, unknown>>): number {
  let bits = 0;
  for (let bit = 0; bit < optional.length; bit += 1) {
    if (input[optional[bit] ?? ""] !== undefined) bits |= 1 << bit;
  }
  return bits;
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

/** Failures of calls that a view made itself: its own caller must learn of them, but of no other bug. */
const PASSING = ["Unavailable", "ConnectionLost", "TimedOut", "ContractBroken"] as const;
/** Failures because its provider is another release. They are no 404 of the view: its caller asked rightly. */
const SKEWED = ["UnknownVersion", "UnknownEndpoint", "VersionGone", "MethodNotAllowed"];

/**
 * The error that leaves the app. A new one each time: no reference is shared, and no stack crosses.
 * What the contract does not name stays in the provider's log, under the trace id.
 */
function crossing(error: unknown, route: Route, context: CallContext): MarcotError {
  const { traceId } = context;
  if (error instanceof Error) {
    const code = codeOf(error);
    const declared = code === undefined ? undefined : route.errors.get(code);
    if (declared) return MarcotError.declared(declared.name, declared.status, error.message);
    if (code !== undefined && route.view.endpoint.errors[code] !== undefined) {
      const { version } = route.endpoint;
      const message = `${route.name} failed with ${code}, which ${version} does not name: ${error.message}`;
      return new MarcotError("ContractBroken", message, { ran: "yes", traceId });
    }
    if (code === "NotAllowed") return new MarcotError("NotAllowed", error.message, { traceId });
    const isSkewed = SKEWED.includes(code ?? "");
    const passing = isSkewed ? "ContractBroken" : PASSING.find((known) => known === code);
    if (passing) {
      const message = `${route.name} could not finish: ${error.message}`;
      return new MarcotError(passing, message, { ran: "maybe", traceId });
    }
  }
  context.running.log.error({ err: error, endpoint: route.name, traceId }, "view failed");
  const message = `${route.name} failed; its provider's log has the reason under trace ${traceId}`;
  return new MarcotError("InternalError", message, { traceId });
}

class CallContext implements ViewContext, Context, Timed {
  before: Timed | undefined = undefined;
  after: Timed | undefined = undefined;
  readonly running: Running;
  readonly app: string;
  readonly caller: string;
  readonly deadline: number;
  readonly idempotencyKey: string | undefined;
  readonly db: ViewContext["db"];
  readonly route: Route;
  readonly resolve: (value: unknown) => void;
  readonly tally: Tally;
  readonly #reject: (error: MarcotError) => void;
  #traceId: string | undefined;
  #controller: AbortController | undefined;

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
    this.db = route.served.db;
    this.route = route;
    this.resolve = resolve;
    this.#reject = reject;
    this.tally = route.tallies.get(incoming.caller) ?? newTally(route, incoming.caller);
    this.tally.calls += 1;
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

  fails(error: MarcotError): void {
    this.tally.errors += 1;
    this.#reject(error);
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
