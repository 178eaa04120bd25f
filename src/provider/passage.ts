/**
 * Passes a request for a remote app on to its provider, so that no address that a person or a script
 * knows ever changes when the app moves.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { Pool } from "undici";
import { codeOf, MarcotError } from "../errors.ts";
import type { Refuse } from "./reply.ts";
import { allowedIn } from "./server.ts";

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

/** More is not kept: whoever sends it is told when the app changes places just then, and sends it again. */
const KEPT_BYTES_MAX = 1024 * 1024;

/** Says that a request was passed on: nobody passes it on again, so that none goes in circles. */
export const PASSED = "marcot-passed";

/** A request, and what was read of it to be sent more than once. */
export interface Passing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When it came, in milliseconds of `performance.now()`. */
  readonly since: number;
  /** Its body, whole. Undefined before it was read, and where it is too large to be kept. */
  body: Buffer | undefined;
}

export interface Passage {
  /** `/faq`, or nothing in a service of one app. */
  readonly prefix: string;
  readonly app: string;
  /**
   * Takes what lies below the prefix: `/faq/…`, not `/faq`. `refuse` tells the caller where the provider
   * cannot be asked. Resolves when the reply has begun, or with what the provider says when the app has just
   * moved from there and nothing was done: then nothing was replied, and the request may be sent again.
   */
  pass(passing: Passing, refuse: Refuse): Promise<MarcotError | undefined>;
  close(): Promise<void>;
}

export interface PassageOptions {
  readonly app: string;
  readonly prefix: string;
  readonly address: URL;
  /** Whether the provider may pass it on again. Default: true; false where the app has moved there. */
  readonly mayGoOn?: boolean;
}

export function createPassage(options: PassageOptions): Passage {
  const { app, prefix, address, mayGoOn = true } = options;
  const pool = new Pool(address.origin, { headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });
  const base = address.pathname === "/" ? "" : address.pathname;
  return {
    prefix,
    app,
    pass(passing, refuse) {
      const path = `${base}${(passing.request.url ?? "/").slice(prefix.length)}`;
      return forward({ pool, path, prefix, app, address, mayGoOn, refuse }, passing);
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
  readonly mayGoOn: boolean;
  readonly refuse: Refuse;
}

async function forward(target: Target, passing: Passing): Promise<MarcotError | undefined> {
  const { pool, path, refuse } = target;
  const { request, response } = passing;
  const hasBody =
    request.headers["content-length"] !== undefined ||
    request.headers["transfer-encoding"] !== undefined;
  try {
    const content = hasBody ? (passing.body ?? (await read(passing))) : null;
    const { statusCode, headers, body } = await pool.request({
      path,
      method: request.method === undefined ? "GET" : (request.method as "GET"), // node:http has parsed it
      headers: headersFor(target, passing),
      body: content,
    });
    const mayRepeat = content === null || content === passing.body;
    if (statusCode === 503 && isProblem(headers)) {
      // Sent on as it came: what stands between may have compressed it.
      const bytes = Buffer.from(await body.arrayBuffer());
      const moved = movedIn(bytes.toString("utf8"));
      if (moved !== undefined && mayRepeat) return moved;
      response.writeHead(statusCode, withoutHops(headers));
      response.end(bytes);
      return undefined;
    }
    response.writeHead(statusCode, withoutHops(headers));
    pipeline(body, response, () => {}); // a break on either side ends both, and the caller sees it
  } catch (error) {
    if (!request.readableEnded) request.resume();
    refuse(request, response, failure(target, nameOf(target, request), error));
  }
  return undefined;
}

/** Reads a body that is small enough to be kept; of a larger one a stream. */
async function read(passing: Passing): Promise<Buffer | Readable> {
  const { request } = passing;
  if (Number(request.headers["content-length"] ?? 0) > KEPT_BYTES_MAX) return request;
  const chunks: Buffer[] = [];
  let size = 0;
  // By hand, because leaving a loop over a stream would destroy it.
  const rest = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  for await (const chunk of rest) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > KEPT_BYTES_MAX) return Readable.from(joined(chunks, request));
  }
  passing.body = Buffer.concat(chunks);
  return passing.body;
}

async function* joined(chunks: readonly Buffer[], rest: Readable): AsyncGenerator<Buffer> {
  yield* chunks;
  yield* rest as AsyncIterable<Buffer>;
}

function isProblem(headers: IncomingHttpHeaders): boolean {
  return String(headers["content-type"] ?? "").startsWith("application/problem+json");
}

/** What a provider says from which the app has just moved; undefined for any other reply. */
function movedIn(text: string): MarcotError | undefined {
  try {
    const problem = JSON.parse(text) as { code?: unknown; ran?: unknown; detail?: unknown } | null;
    if (problem?.code !== "AppMoved" || problem.ran !== "no") return undefined;
    return new MarcotError("AppMoved", String(problem.detail));
  } catch {
    return undefined;
  }
}

function headersFor(
  { prefix, mayGoOn }: Target,
  { request, since }: Passing,
): Record<string, string | string[]> {
  const { socket } = request;
  const proto = "encrypted" in socket ? "https" : "http";
  const kept = withoutHops(request.headers);
  // Only who passes on says so: a stranger's word would be repeated until it is too late.
  delete kept[PASSED];
  return {
    ...kept,
    ...(mayGoOn ? {} : { [PASSED]: "1" }),
    ...deadlineLeft(request, since),
    "x-forwarded-prefix": `${prefixBefore(request)}${prefix}`,
    "x-forwarded-host": textOf(request.headers["x-forwarded-host"]) ?? request.headers.host ?? "",
    "x-forwarded-proto": textOf(request.headers["x-forwarded-proto"]) ?? proto,
    "x-forwarded-for": [request.headers["x-forwarded-for"], socket.remoteAddress]
      .flat()
      .filter(Boolean)
      .join(", "),
  };
}

/** What a caller allows counts from when it came here, and it may have waited. */
function deadlineLeft({ headers }: IncomingMessage, since: number): Record<string, string> {
  const allowed = allowedIn(headers["marcot-deadline"]);
  if (allowed === undefined) return {};
  const left = Math.floor(allowed - (performance.now() - since));
  return { "marcot-deadline": String(Math.max(0, left)) };
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
