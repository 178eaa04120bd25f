/**
 * Every call between apps passes here. Read this first: the provider of the app decides whether the
 * call is answered in this process or sent to an address; nothing else differs for the caller.
 */
import { current } from "../app/context.ts";
import { noteRetired } from "../app/retired.ts";
import { REHEARSAL } from "../app/usage.ts";
import { answer, type MovedCall, type Way } from "../app/view.ts";
import type { Context, HeldProvider, Outgoing, Provider, ServedApp } from "../app/types.ts";
import { check, invalidInput } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import { setCaller } from "../contract/contract.ts";
import { type CallOptions, type Endpoint, nameOf } from "../contract/endpoint.ts";
import { MarcotError } from "../errors.ts";
import { hasMoved, isWithin, lookAgain, untilOpened } from "./follow.ts";
import { callOtherCopy } from "./other-copy.ts";
import { callRemote } from "./remote.ts";

/**
 * What a caller keeps of its own deadline: enough to hear that the call was late and to say so. With
 * nothing left, both would be given up in the same moment, and nobody would learn which call was slow.
 */
const RESERVE_MS = 50;

const LOCAL: Way = { input: "copy", output: "copy", moved: follow };
/** A second try is followed by whoever made it. */
const AGAIN: Way = { input: "copy", output: "copy" };

setCaller(dispatch);

/** Calls an endpoint of an app, wherever the app is provided. Exported for `testing`, which records calls. */
export function dispatch(
  endpoint: Endpoint,
  input: unknown,
  options?: CallOptions,
): Promise<unknown> {
  const context = current.getStore();
  if (context === undefined) {
    return Promise.reject(
      new MarcotError("NoProject", `${nameOf(endpoint)} was called outside a project`),
    );
  }
  if (context.caller === REHEARSAL && endpoint.method !== "GET")
    return Promise.reject(unrepeatable(endpoint));
  const provider = context.running.providers.get(endpoint.app);
  const outgoing: Outgoing = {
    running: context.running,
    // What a rehearsed read asks for is rehearsed too.
    caller: context.caller === REHEARSAL ? REHEARSAL : context.app,
    deadline: deadlineOf(context, endpoint, options),
    traceId: context.traceId,
    idempotencyKey: options?.idempotencyKey,
  };
  if (provider?.is === "local") return callLocal(provider.served, endpoint, input, outgoing);
  if (provider?.is === "fake") return callLocal(provider.served, endpoint, input, outgoing);
  if (provider?.is === "held") return callHeld(provider, { endpoint, input, outgoing }, context);
  return sendOn({ endpoint, input, outgoing: keyed(endpoint, outgoing) });
}

type Call = Omit<MovedCall, "error">;

/** One try, wherever the app is just now. */
async function send(call: Call): Promise<unknown> {
  const { endpoint, input, outgoing } = call;
  const provider = outgoing.running.providers.get(endpoint.app);
  if (provider?.is === "remote") return callRemote(provider, endpoint, input, outgoing);
  if (provider?.is === "held" && provider.remote !== undefined && endpoint.method === "GET")
    return callRemote(provider.remote, endpoint, input, outgoing);
  if (provider?.is === "held" && !isAnswered(provider, endpoint)) {
    await untilOpened(provider, nameOf(endpoint), outgoing.deadline);
    return send(call);
  }
  if (provider === undefined || provider.is === "absent") throw absent(endpoint, provider);
  if (provider.served === undefined) throw absent(endpoint, undefined);
  return callLocal(provider.served, endpoint, input, outgoing, AGAIN);
}

/** As often as it takes. */
function sendOn(call: Call): Promise<unknown> {
  return send(call).catch((error: unknown) => {
    if (!hasMoved(error)) throw error;
    return follow({ ...call, error });
  });
}

/** Sends a call again that was undone because the app had moved, until it is answered or too late. */
async function follow({ error: first, ...call }: MovedCall): Promise<unknown> {
  const { endpoint, input, outgoing } = call;
  const kept: Call = { endpoint, input, outgoing: keyed(endpoint, outgoing) };
  let error = first;
  for (;;) {
    await lookAgain(outgoing.running, endpoint.app, { deadline: outgoing.deadline, error });
    try {
      return await send(kept);
    } catch (thrown) {
      if (!hasMoved(thrown)) throw thrown;
      error = thrown;
    }
  }
}

/** Chosen once, so that all tries are one call for whoever answers. */
function keyed(endpoint: Endpoint, outgoing: Outgoing): Outgoing {
  if (endpoint.method !== "POST" || outgoing.idempotencyKey !== undefined) return outgoing;
  const { running, caller, deadline, traceId } = outgoing;
  return { running, caller, deadline, traceId, idempotencyKey: crypto.randomUUID() };
}

async function callHeld(provider: HeldProvider, call: Call, context: Context): Promise<unknown> {
  const { endpoint, input, outgoing } = call;
  const { served } = provider;
  if (served !== undefined && (isAnswered(provider, endpoint) || isWithin(endpoint.app, context)))
    return callLocal(served, endpoint, input, outgoing);
  const name = nameOf(endpoint);
  // What the caller does to it while it waits is not part of the call.
  const copied = check(checkOf(endpoint.input, "copy", name), input, (issues) =>
    invalidInput(name, issues),
  );
  return sendOn({ endpoint, input: copied, outgoing: keyed(endpoint, outgoing) });
}

/** Reads go on where the app has been until now. */
function isAnswered({ served }: HeldProvider, { method }: Endpoint): boolean {
  return served !== undefined && method === "GET";
}

function deadlineOf(
  context: Context,
  endpoint: Endpoint,
  options: CallOptions | undefined,
): number {
  const allowed = options?.deadlineMs ?? endpoint.deadlineMs ?? context.running.deadlineMs;
  return Math.min(context.deadline - RESERVE_MS, performance.now() + allowed);
}

function callLocal(
  served: ServedApp,
  endpoint: Endpoint,
  input: unknown,
  outgoing: Outgoing,
  way: Way = LOCAL,
): Promise<unknown> {
  const route = served.byEndpoint.get(endpoint);
  if (route !== undefined) {
    if (route.retired !== undefined) noteRetired(outgoing, endpoint, route.retired);
    return answer(route, input, way, outgoing);
  }
  return callOtherCopy(served, endpoint, input, outgoing).catch((error: unknown) => {
    if (way.moved === undefined || !hasMoved(error)) throw error;
    return way.moved({ endpoint, input, outgoing, error });
  });
}

/** A read that is answered a second time must not write a second time. */
function unrepeatable(endpoint: Endpoint): MarcotError {
  const message = `${nameOf(endpoint)} cannot be called by a read that is rehearsed: it would write twice`;
  return new MarcotError("Unavailable", message, { ran: "no" });
}

function absent(
  endpoint: Endpoint,
  provider: (Provider & { is: "absent" }) | undefined,
): MarcotError {
  const why = provider?.why ?? `${endpoint.app} is not one of the project's apps`;
  const message = `${nameOf(endpoint)} cannot be called: ${why}`;
  return new MarcotError("Unavailable", message, { ran: "no" });
}
