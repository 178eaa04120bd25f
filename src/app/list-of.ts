/** Endpoints that answer with rows: a list of objects, and nothing else of interest. */
import { type AnyCall, endpointOf, nameOf } from "../contract/endpoint.ts";
import { isGuest } from "../contract/guest.ts";
import { MarcotError } from "../errors.ts";

/** The name of the one list in an endpoint's output. Not found by looking into a reply: that reads all of it. */
export function listOf(call: AnyCall): string {
  const endpoint = endpointOf(call);
  const { output } = endpoint;
  const lists = isGuest(output)
    ? []
    : Object.entries(output).filter(([, { kind }]) => kind === "list");
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return only[0];
  const message = `${nameOf(endpoint)} does not answer with one list of rows`;
  throw new MarcotError("AppInvalid", message, {
    fix: "Use an endpoint whose output has one list.",
  });
}
