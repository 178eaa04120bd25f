/** What leaves an app when its view fails. */
import { isMoved } from "../data/moved.ts";
import { codeOf, MarcotError } from "../errors.ts";

import type { Context, Route } from "./types.ts";

/** Failures of calls that a view made itself: its own caller must learn of them, but of no other bug. */
const PASSING = ["Unavailable", "ConnectionLost", "TimedOut", "ContractBroken"] as const;
/** Failures because its provider is another release. They are no 404 of the view: its caller asked rightly. */
const SKEWED = ["UnknownVersion", "UnknownEndpoint", "VersionGone", "MethodNotAllowed"];

/**
 * The error that leaves the app. A new one each time: no reference is shared, and no stack crosses.
 * What the contract does not name stays in the provider's log, under the trace id.
 */
export function crossing(error: unknown, route: Route, context: Context): MarcotError {
  const { traceId } = context;
  if (isMoved(error)) {
    const message = `${route.name} met the move of its app: what it had written before may have stayed`;
    return new MarcotError("Unavailable", message, { ran: "maybe", traceId });
  }
  if (error instanceof Error) {
    const code = codeOf(error);
    const declared = code === undefined ? undefined : route.errors.get(code);
    if (declared) return MarcotError.declared(declared.name, declared.status, error.message);
    if (code !== undefined && route.view.endpoint.errors[code] !== undefined) {
      const { version } = route.endpoint;
      const message = `${route.name} failed with ${code}, which ${version} does not name: ${error.message}`;
      return new MarcotError("ContractBroken", message, { ran: "yes", traceId });
    }
    // Another app than this one: it is not for the caller to look for it.
    if (code === "AppMoved") {
      const message = `${route.name} could not finish: ${error.message}`;
      return new MarcotError("Unavailable", message, { ran: "maybe", traceId });
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
