/**
 * Every request to this process passes here. Read this second: find the endpoint, read the input, let
 * `app/view` answer, write the reply. What is no endpoint is a page, or belongs to a remote app.
 *
 * Bare node:http, because a framework in between costs more than the rest of the path together.
 */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { answer } from "../app/view.ts";
import type { Incoming, Running } from "../app/types.ts";
import { fromQuery, fromText, type TextValues } from "../contract/text.ts";
import { codeOf, MarcotError } from "../errors.ts";
import { allowedMethods, find, type Match, type Router } from "./router.ts";
import { type Refuse, reply, replyProblem } from "./reply.ts";
import { giveNotice } from "./retired.ts";
import { tellRevision } from "./revision.ts";

/** Enough for any form; a caller who sends more is told so before it is read. */
export const BODY_BYTES_MAX = 1024 * 1024;

const JSON_WAY = { input: "read", output: "write" } as const;

/** Where an app stands in this process: `/faq` in a project, nothing in a service of one app. */
export interface Mount {
  readonly prefix: string;
  readonly router: Router;
}

/** A request for an app whose code is here. */
export interface Visit {
  readonly mount: Mount;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** GET for HEAD too. */
  readonly method: string;
  /** The path below the app's place, and what follows it. */
  readonly below: string;
  readonly query: string;
  /** When it came, in milliseconds of `performance.now()`. */
  readonly since: number;
  /** Undefined while it was not read. */
  body: Buffer | undefined;
}

export interface Site {
  /** False while the process finishes what it has begun. */
  isOpen: boolean;
  readonly running: Running;
  readonly mounts: readonly Mount[];
  /** Answers what is no endpoint of a local app. */
  readonly others: (request: IncomingMessage, response: ServerResponse) => void;
  /**
   * Takes what is for an app that is not simply here: it moves, or has moved. `error` says that the request
   * was answered here and undone for that reason. Default: apps do not move.
   */
  readonly moving?: ((visit: Visit, error?: MarcotError) => void) | undefined;
  /** Told of every request before it is looked at. */
  readonly onRequest?: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Tells the caller, a person or a program, what was wrong. */
  readonly refuse: Refuse;
}

/** Answers one request; never throws. */
export function handle(site: Site, request: IncomingMessage, response: ServerResponse): void {
  site.onRequest?.(request, response);
  if (!site.isOpen) return refuse(site, request, response);
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  try {
    const mount = mountOf(site.mounts, path);
    if (mount === undefined) return site.others(request, response);
    const below = path.slice(mount.prefix.length) || "/";
    const query = mark === -1 ? "" : url.slice(mark + 1);
    const since = performance.now();
    const visit: Visit = { mount, request, response, method, below, query, since, body: undefined };
    if (isHere(site, visit)) answerHere(site, visit);
    else site.moving?.(visit);
  } catch (error) {
    fail(site, request, response, error);
  }
}

function isHere({ running, moving }: Site, { mount }: Visit): boolean {
  if (moving === undefined) return true;
  const is = running.providers.get(mount.router.app)?.is;
  return is === "local" || is === "fake";
}

/** Answers from the code that is here; never throws. */
export function answerHere(site: Site, visit: Visit): void {
  const { mount, request, response, method, below } = visit;
  const { router } = mount;
  try {
    if (router.endings !== undefined) giveNotice(router, below, response);
    if (request.headers["marcot-caller"] !== undefined) tellRevision(router.served, response);
    const match = find(router, method, below);
    if (match) answerEndpoint(site, match, visit);
    else answerOther(site, visit);
  } catch (error) {
    fail(site, request, response, error);
  }
}

function refuse(site: Site, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  site.refuse(request, response, new MarcotError("Unavailable", "this process is stopping"), {
    connection: "close",
    "retry-after": "1",
  });
}

function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  for (const mount of mounts) {
    const { prefix } = mount;
    if (path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/"))
      return mount;
  }
  return undefined;
}

/** A page may stand at the path of an endpoint for another method only if it answers this one. */
function answerOther(site: Site, { mount, below, request, response, body }: Visit): void {
  const allowed = allowedMethods(mount.router, below);
  if (allowed.length === 0) {
    if (body !== undefined) Object.assign(request, { rawBody: body }); // pages take it for the stream
    site.others(request, response);
    return;
  }
  const message = `${mount.router.app} answers ${allowed.join(", ")} at ${below}, not ${request.method}`;
  request.resume();
  site.refuse(request, response, new MarcotError("MethodNotAllowed", message), {
    allow: allowed.join(", "),
  });
}

function answerEndpoint(site: Site, { route, params }: Match, visit: Visit): void {
  const { endpoint } = route;
  const { request, response } = visit;
  const begin = (input: unknown): void => {
    answer(route, input, JSON_WAY, incomingOf(site.running, visit, endpoint.deadlineMs)).then(
      (value) => reply(response, endpoint.status, value),
      (error: unknown) => {
        if (site.moving && error instanceof MarcotError && error.code === "AppMoved")
          site.moving(visit, error);
        else fail(site, request, response, error);
      },
    );
  };
  if (!route.hasBody) {
    if (visit.body === undefined) request.resume();
    begin(fromText(endpoint.input, { ...fromQuery(visit.query), ...params }));
    return;
  }
  const take = (body: Buffer): void => {
    const input = parseBody(request, body);
    const values = input.is === "text" ? fromText(endpoint.input, input.values) : input.value;
    begin(params === undefined ? values : withParams(values, fromText(endpoint.input, params)));
  };
  if (visit.body !== undefined) return take(visit.body);
  readBody(request, (error, body) => {
    if (error) return fail(site, request, response, error);
    visit.body = body;
    // A slow sender may have begun before a move did.
    if (!isHere(site, visit)) return site.moving?.(visit);
    try {
      take(body);
    } catch (thrown) {
      fail(site, request, response, thrown);
    }
  });
}

/** The path decides: a body cannot name another row than the address does. */
function withParams(values: unknown, params: Record<string, unknown>): unknown {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return values;
  return { ...values, ...params };
}

export function fail(
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  if (error instanceof MarcotError) {
    if (codeOf(error) === "AppMoved") return failMoved(site, request, response, error);
    // What follows on this connection may be the rest of a body that was not read.
    const closes = codeOf(error) === "BodyTooLarge" || codeOf(error) === "Unavailable";
    site.refuse(request, response, error, closes ? { connection: "close" } : {});
    return;
  }
  site.running.log.error({ err: error }, "request failed");
  const failure = new MarcotError("InternalError", "the request could not be answered");
  site.refuse(request, response, failure);
}

/** Whoever passed the request on reads the code, also where a person waits for a page. */
function failMoved(
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
  error: MarcotError,
): void {
  const refusing = request.headers["marcot-passed"] === undefined ? site.refuse : refuseProgram;
  refusing(request, response, error, { "retry-after": "1" });
}

const refuseProgram: Refuse = (_request, response, error, headers) =>
  replyProblem(response, error, headers);

/** When a request for an endpoint is given up. */
export function deadlineOf(
  running: Running,
  { request, since }: Pick<Visit, "request" | "since">,
  deadlineMs = running.deadlineMs,
): number {
  return since + allowedMs(request.headers["marcot-deadline"], deadlineMs);
}

function incomingOf(running: Running, visit: Visit, deadlineMs: number | undefined): Incoming {
  const { request } = visit;
  const { headers } = request;
  return {
    running,
    caller: textOf(headers["marcot-caller"]) ?? textOf(headers["user-agent"]) ?? "",
    deadline: deadlineOf(running, visit, deadlineMs),
    traceId: traceIdOf(request),
    idempotencyKey: keyOf(textOf(headers["idempotency-key"])),
  };
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}

/** The draft writes it as a string of RFC 9651, in quotes; programs write it without. */
function keyOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^"(.*)"$/.exec(header)?.[1] ?? header);
}

/** A caller may wait less than the endpoint allows, not more. */
function allowedMs(header: string | string[] | undefined, deadlineMs: number): number {
  return Math.min(deadlineMs, allowedIn(header) ?? deadlineMs);
}

/** What `marcot-deadline` says, in ms; undefined where it says nothing that is understood. */
export function allowedIn(header: string | string[] | undefined): number | undefined {
  const isUnderstood = typeof header === "string" && /^\d{1,9}$/.test(header);
  return isUnderstood ? Number(header) : undefined;
}

/** W3C Trace Context, 3.2: version, trace id, span id, flags. */
export function traceIdOf({ headers }: IncomingMessage): string | undefined {
  const header = headers["traceparent"];
  const isValid =
    typeof header === "string" &&
    /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header);
  return isValid ? header.slice(3, 35) : undefined;
}

type BodyDone = (error: MarcotError | undefined, body: Buffer) => void;

const EMPTY = Buffer.alloc(0);

function readBody(request: IncomingMessage, done: BodyDone): void {
  if (Number(request.headers["content-length"] ?? 0) > BODY_BYTES_MAX)
    return done(tooLarge(), EMPTY);
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= BODY_BYTES_MAX) chunks.push(chunk);
    else if (size - chunk.length <= BODY_BYTES_MAX) {
      request.pause();
      done(tooLarge(), EMPTY);
    }
  });
  request.on("end", () => {
    if (size > BODY_BYTES_MAX) return;
    const [only] = chunks;
    done(undefined, chunks.length === 1 && only ? only : Buffer.concat(chunks));
  });
}

function tooLarge(): MarcotError {
  return new MarcotError("BodyTooLarge", `the body has more than ${BODY_BYTES_MAX} bytes`);
}

type Body =
  | { readonly is: "json"; readonly value: unknown }
  | { readonly is: "text"; readonly values: TextValues };

const JSON_MEDIA = "application/json";

/** The media type without its parameters; nearly always there are none. */
function mediaOf(contentType: string): string | undefined {
  if (contentType === JSON_MEDIA) return JSON_MEDIA;
  return contentType.split(";", 1)[0]?.trim().toLowerCase();
}

function parseBody(request: IncomingMessage, body: Buffer): Body {
  const contentType = request.headers["content-type"] ?? "";
  const media = mediaOf(contentType);
  if (body.length === 0 && contentType === "") return { is: "json", value: {} };
  if (media !== JSON_MEDIA && media !== "application/x-www-form-urlencoded") {
    throw new MarcotError(
      "UnsupportedMediaType",
      `the content type ${JSON.stringify(contentType)} is not understood`,
    );
  }
  const text = body.toString("utf8");
  // Bytes that are not UTF-8 become this character, which may also have been sent.
  if (text.includes("\uFFFD") && !isUtf8(body))
    throw new MarcotError("MalformedBody", "the body is not UTF-8");
  if (media !== JSON_MEDIA) return { is: "text", values: fromQuery(text) };
  try {
    return { is: "json", value: JSON.parse(text) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "";
    throw new MarcotError("MalformedBody", `the body is not JSON: ${reason}`, { cause });
  }
}
