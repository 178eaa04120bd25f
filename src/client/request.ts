/** A call as an HTTP request: where each field travels. */
import type { Dispatcher } from "undici";
import type { Outgoing } from "../app/types.ts";
import { type Endpoint, hasNoBody } from "../contract/endpoint.ts";

type Values = Readonly<Record<string, unknown>>;

export function toRequest(
  address: URL,
  endpoint: Endpoint,
  input: Values,
  outgoing: Outgoing,
): Dispatcher.DispatchOptions {
  const { foreign, method } = endpoint;
  const rest: Record<string, unknown> = { ...input };
  const filled = endpoint.path.replaceAll(/:(\w+)/g, (_, key: string) => {
    const value = encodeURIComponent(String(rest[key]));
    delete rest[key];
    return value;
  });
  const base = address.pathname === "/" ? "" : address.pathname;
  const path = foreign ? base + filled : `${base}/${endpoint.version}${filled}`;
  const headers = headersOf(endpoint, outgoing);
  const { origin } = address;
  for (const name of foreign?.headers ?? []) {
    const [value] = Object.values(take(rest, [name]));
    if (value !== undefined) headers.push(name, String(value));
  }
  if (hasNoBody(method)) return { origin, path: path + queryOf(rest), method, headers };
  const query = foreign?.query ? queryOf(take(rest, foreign.query)) : "";
  const body = foreign?.body === undefined ? rest : rest[foreign.body];
  // What others were not promised a body for, they may refuse one for.
  if (
    foreign &&
    (body === undefined || (body === rest && Object.keys(endpoint.input).length === 0))
  )
    return { origin, path: path + query, method, headers };
  headers.push("content-type", "application/json");
  return { origin, path: path + query, method, headers, body: JSON.stringify(body) };
}

/** Takes the named values out. */
function take(values: Record<string, unknown>, names: readonly string[]): Values {
  const taken: Record<string, unknown> = {};
  for (const name of names) {
    if (values[name] !== undefined) taken[name] = values[name];
    delete values[name];
  }
  return taken;
}

function queryOf(values: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  const written = query.toString();
  return written === "" ? "" : `?${written}`;
}

function headersOf(endpoint: Endpoint, outgoing: Outgoing): string[] {
  const left = Math.max(0, Math.floor(outgoing.deadline - performance.now()));
  const headers = [
    "accept",
    "application/json, application/problem+json",
    "traceparent",
    `00-${outgoing.traceId}-${newSpanId()}-01`,
  ];
  // What our apps are called is nothing to others.
  if (endpoint.foreign) headers.push("user-agent", "marcot");
  else {
    headers.push("marcot-caller", outgoing.caller);
    headers.push("marcot-deadline", String(Math.min(left, Number.MAX_SAFE_INTEGER)));
  }
  if (endpoint.method === "POST") {
    headers.push("idempotency-key", `"${outgoing.idempotencyKey ?? crypto.randomUUID()}"`);
  }
  return headers;
}

/** 16 hexadecimal digits (W3C Trace Context, 3.2.2.4). It names a span; nothing is guarded by it. */
export function newSpanId(): string {
  const half = () =>
    Math.floor(Math.random() * 0xffffffff)
      .toString(16)
      .padStart(8, "0");
  return half() + half();
}
