/** Tells the revision of an app's contract to whoever calls it as an app, so that they notice another release. */
import type { ServerResponse } from "node:http";
import type { ServedApp } from "../app/types.ts";
import { headerOf, publishedOf } from "../lock/revision.ts";

const headers = new WeakMap<ServedApp, string>();

export function tellRevision(served: ServedApp, response: ServerResponse): void {
  let header = headers.get(served);
  if (header === undefined) {
    header = headerOf(publishedOf(served.app.contract).revision);
    headers.set(served, header);
  }
  response.setHeader("contract", header);
}
