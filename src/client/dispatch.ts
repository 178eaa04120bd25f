/**
 * Every call between apps passes here. Read this first: the provider of the app decides whether the
 * call is answered in this process or sent to an address; nothing else differs for the caller.
 */
import { current } from "../app/context.ts";
import { noteRetired, unserved } from "../app/retired.ts";
import { answer } from "../app/view.ts";
import type { Context, Outgoing, Provider, Route, ServedApp } from "../app/types.ts";
import { check, invalidInput } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import { setCaller } from "../contract/contract.ts";
import { type CallOptions, type Endpoint, nameOf } from "../contract/endpoint.ts";
import { MarcotError } from "../errors.ts";
import { callRemote } from "./remote.ts";
import { answeredOutside, asCallerKnows } from "./skew.ts";

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
  if (provider?.is === "remote") return callRemote(provider.address, endpoint, input, outgoing);
  if (provider?.is === "fake") return callLocal(provider.served, endpoint, input, outgoing);
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

/** The caller holds another copy of the contract than the app: it is checked against both, as remotely. */
async function callOtherCopy(
  served: ServedApp,
  endpoint: Endpoint,
  input: unknown,
  outgoing: Outgoing,
): Promise<unknown> {
  const name = nameOf(endpoint);
  const checked = check(checkOf(endpoint.input, "copy", name), input, (issues) =>
    invalidInput(name, issues),
  );
  const route = served.byName.get(name) ?? missing(served, endpoint);
  if (route.retired !== undefined) noteRetired(outgoing, endpoint, route.retired);
  try {
    const output = await answer(route, checked, LOCAL, outgoing);
    return check(checkOf(endpoint.output, "copy", name), output, (issues) =>
      answeredOutside(name, issues),
    );
  } catch (error) {
    throw asCallerKnows(error, endpoint);
  }
}

function missing(served: ServedApp, endpoint: Endpoint): Route {
  const { version, path, app } = endpoint;
  if (!served.versions.includes(version)) throw unserved(served, version);
  throw new MarcotError(
    "UnknownEndpoint",
    `${app} ${version} has no endpoint at /${version}${path}`,
  );
}

function absent(
  endpoint: Endpoint,
  provider: (Provider & { is: "absent" }) | undefined,
): MarcotError {
  const why = provider?.why ?? `${endpoint.app} is not one of the project's apps`;
  const message = `${nameOf(endpoint)} cannot be called: ${why}`;
  return new MarcotError("Unavailable", message, { ran: "no" });
}
