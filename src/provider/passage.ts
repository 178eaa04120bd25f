/**
 * Passes a request for a remote app on to its provider, so that no address that a person or a script
 * knows ever changes when the app moves.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { Pool } from "undici";
import { codeOf, MarcotError } from "../errors.ts";
import type { Refuse } from "./reply.ts";

/** They concern one connection, not the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "host",
]);

/** Longer than any call may take, so that the provider's own answer about its deadline comes through. */
const SILENCE_MS = 30_000;

export interface Passage {
  /** `/faq`. */
  readonly prefix: string;
  readonly app: string;
  /**
   * Takes what lies below the prefix: `/faq/…`, not `/faq`. `refuse` tells the caller where the provider
   * cannot be asked.
   */
  pass(request: IncomingMessage, response: ServerResponse, refuse: Refuse): void;
  close(): Promise<void>;
}

export function createPassage(app: string, prefix: string, address: URL): Passage {
  const pool = new Pool(address.origin, { headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });
  const base = address.pathname === "/" ? "" : address.pathname;
  return {
    prefix,
    app,
    pass(request, response, refuse) {
      const path = `${base}${(request.url ?? "/").slice(prefix.length)}`;
      forward({ pool, path, prefix, app, address, refuse }, request, response);
    },
    close: () => pool.close(),
  };
}

interface Target {
  readonly pool: Pool;
  readonly path: string;
  readonly prefix: string;
  readonly app: string;
  readonly address: URL;
  readonly refuse: Refuse;
}

function forward(target: Target, request: IncomingMessage, response: ServerResponse): void {
  const { pool, path } = target;
  const hasBody =
    request.headers["content-length"] !== undefined ||
    request.headers["transfer-encoding"] !== undefined;
  const sent = pool.request({
    path,
    method: request.method === undefined ? "GET" : (request.method as "GET"), // node:http has parsed it
    headers: headersFor(target, request),
    body: hasBody ? request : null,
  });
  sent.then(
    ({ statusCode, headers, body }) => {
      response.writeHead(statusCode, withoutHops(headers));
      pipeline(body, response, () => {}); // a break on either side ends both, and the caller sees it
    },
    (error: unknown) => {
      if (!hasBody) request.resume();
      target.refuse(request, response, failure(target, nameOf(target, request), error));
    },
  );
}

function headersFor(
  { prefix }: Target,
  request: IncomingMessage,
): Record<string, string | string[]> {
  const { socket } = request;
  const proto = "encrypted" in socket ? "https" : "http";
  return {
    ...withoutHops(request.headers),
    "x-forwarded-prefix": `${prefixBefore(request)}${prefix}`,
    "x-forwarded-host": textOf(request.headers["x-forwarded-host"]) ?? request.headers.host ?? "",
    "x-forwarded-proto": textOf(request.headers["x-forwarded-proto"]) ?? proto,
    "x-forwarded-for": [request.headers["x-forwarded-for"], socket.remoteAddress]
      .flat()
      .filter(Boolean)
      .join(", "),
  };
}

function prefixBefore(request: IncomingMessage): string {
  const before = textOf(request.headers["x-forwarded-prefix"]) ?? "";
  return /^(\/[a-z0-9-]+)*$/.test(before) ? before : "";
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" && header !== "" ? header : undefined;
}

function withoutHops(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = (textOf(headers.connection) ?? "").toLowerCase().split(/\s*,\s*/);
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name) && !named.includes(name)) kept[name] = value;
  }
  return kept;
}

/** `POST /v1/create/ of faq`: version and endpoint as the provider knows them, without what was asked. */
function nameOf({ app, path }: Target, { method }: IncomingMessage): string {
  return `${method} ${path.replace(/\?.*$/s, "")} of ${app}`;
}

function failure({ address }: Target, name: string, error: unknown): MarcotError {
  const code = codeOf(error) ?? "";
  const never = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EAI_AGAIN",
    "UND_ERR_CONNECT_TIMEOUT",
  ];
  const why = code || (error instanceof Error ? error.message : "");
  if (never.includes(code)) {
    return new MarcotError("Unavailable", `${name}: ${address.href} cannot be reached (${why})`);
  }
  if (code === "UND_ERR_HEADERS_TIMEOUT") {
    return new MarcotError(
      "TimedOut",
      `${name} at ${address.href} did not answer in ${SILENCE_MS / 1000} s`,
    );
  }
  return new MarcotError(
    "ConnectionLost",
    `${name}: the connection to ${address.href} broke before the answer (${why})`,
  );
}
