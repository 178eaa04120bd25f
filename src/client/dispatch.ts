/**
 * Every call between apps passes here. Read this first: the provider of the app decides whether the
 * call is answered in this process or sent to an address; nothing else differs for the caller.
 */
import { current } from "../app/context.ts";
import { noteRetired } from "../app/retired.ts";
import { answer } from "../app/view.ts";
import type { Context, Outgoing, Provider, ServedApp } from "../app/types.ts";
import { setCaller } from "../contract/contract.ts";
import { type CallOptions, type Endpoint, nameOf } from "../contract/endpoint.ts";
import { MarcotError } from "../errors.ts";
import { callOtherCopy } from "./other-copy.ts";
import { callRemote } from "./remote.ts";

/**
 * What a caller keeps of its own deadline: enough to hear that the call was late and to say so. With
 * nothing left, both would be given up in the same moment, and nobody would learn which call was slow.
 */
const RESERVE_MS = 50;

const LOCAL = { input: "copy", output: "copy" } as const;

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
  const provider = context.running.providers.get(endpoint.app);
  const outgoing: Outgoing = {
    running: context.running,
    caller: context.app,
    deadline: deadlineOf(context, endpoint, options),
    traceId: context.traceId,
    idempotencyKey: options?.idempotencyKey,
  };
  if (provider?.is === "local") return callLocal(provider.served, endpoint, input, outgoing);
  if (provider?.is === "remote") return callRemote(provider, endpoint, input, outgoing);
  if (provider?.is === "fake") return callLocal(provider.served, endpoint, input, outgoing);
  if (provider?.is === "held") {
    const { served, opened } = provider;
    if (served !== undefined && endpoint.method === "GET")
      return callLocal(served, endpoint, input, outgoing);
    return opened.then(() => dispatch(endpoint, input, options));
  }
  return Promise.reject(absent(endpoint, provider));
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
): Promise<unknown> {
  const route = served.byEndpoint.get(endpoint);
  if (route !== undefined) {
    if (route.retired !== undefined) noteRetired(outgoing, endpoint, route.retired);
    return answer(route, input, LOCAL, outgoing);
  }
  return callOtherCopy(served, endpoint, input, outgoing);
}

function absent(
  endpoint: Endpoint,
  provider: (Provider & { is: "absent" }) | undefined,
): MarcotError {
  const why = provider?.why ?? `${endpoint.app} is not one of the project's apps`;
  const message = `${nameOf(endpoint)} cannot be called: ${why}`;
  return new MarcotError("Unavailable", message, { ran: "no" });
}
