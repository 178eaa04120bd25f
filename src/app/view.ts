/**
 * What happens between a checked-in call and its answer, for local and remote callers alike:
 * check the input, take it up to the newest version, run the view under the deadline, take the answer
 * down, check and cut it. `client/dispatch` and `provider/server` both end here.
 */
import { check, invalidInput, sentenceOf } from "../contract/check.ts";
import type { Endpoint, Viewed } from "../contract/endpoint.ts";
import { endpointOf } from "../contract/endpoint.ts";
import { codeOf, type Issue, MarcotError } from "../errors.ts";
import { type Context, current, type Running, type ViewContext } from "./context.ts";
import type { Route } from "./served.ts";

/** A function that answers an endpoint of the newest version. */
export interface View {
  readonly endpoint: Endpoint;
  readonly run: (input: unknown, context: ViewContext) => unknown;
}

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

/** What is known of a call before it runs: all of its context but the app that will answer it. */
export type Incoming = Omit<Context, "app">;

/** Runs a route. Rejects only with errors that may cross the border of an app. */
export function answer(
  route: Route,
  input: unknown,
  way: Way,
  incoming: Incoming,
): Promise<unknown> {
  const context = new CallContext(route, incoming);
  return new Promise((resolve, reject) => {
    context.reject = reject;
    watch(context);
    run(route, input, way, context).then(
      (value) => {
        unwatch(context);
        resolve(value);
      },
      (error: unknown) => {
        unwatch(context);
        reject(error);
      },
    );
  });
}

async function run(route: Route, input: unknown, way: Way, context: CallContext): Promise<unknown> {
  const issues: Issue[] = [];
  const checked = route.input[way.input](input, issues);
  if (issues.length > 0) throw invalidInput(route.name, issues);
  let result: unknown;
  try {
    const risen = route.up === undefined ? checked : rise(route, checked);
    result = await current.run(context, route.view.run, risen, context);
    if (route.down !== undefined) result = route.down(result as Record<string, unknown>);
  } catch (error) {
    throw crossing(error, route, context);
  }
  const lowered = route.output[way.output](result, issues);
  if (issues.length > 0) throw broken(route, issues);
  return lowered;
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

/**
 * The error that leaves the app. A new one each time: no reference is shared, and no stack crosses.
 * What the contract does not name stays in the provider's log, under the trace id.
 */
function crossing(error: unknown, route: Route, context: CallContext): MarcotError {
  const { traceId } = context;
  if (error instanceof Error) {
    const code = codeOf(error);
    const status = code === undefined ? undefined : route.view.endpoint.errors[code];
    if (code !== undefined && status !== undefined) {
      return MarcotError.declared(code, status, error.message);
    }
    if (code === "NotAllowed") return new MarcotError("NotAllowed", error.message, { traceId });
    const passing = PASSING.find((known) => known === code);
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
  reject: ((error: MarcotError) => void) | undefined = undefined;
  readonly running: Running;
  readonly app: string;
  readonly caller: string;
  readonly deadline: number;
  readonly traceId: string;
  readonly idempotencyKey: string | undefined;
  readonly db: ViewContext["db"];
  readonly #route: Route;
  #controller: AbortController | undefined;

  constructor(route: Route, incoming: Incoming) {
    this.running = incoming.running;
    this.app = route.endpoint.app;
    this.caller = incoming.caller;
    this.deadline = incoming.deadline;
    this.traceId = incoming.traceId;
    this.idempotencyKey = incoming.idempotencyKey;
    this.db = route.served.db;
    this.#route = route;
    this.fail = this.fail.bind(this);
  }

  /** Made only for views that ask for it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  fail(name: string, message: string): MarcotError {
    return MarcotError.declared(name, this.#route.view.endpoint.errors[name] ?? 500, message);
  }

  expire(): void {
    const error = timedOut(this.#route.name, this.traceId);
    this.reject?.(error);
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
