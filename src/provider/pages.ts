/**
 * Pages, through Hono: the project's first page, the apps' own, and what the framework serves below
 * `/-/`. A page is drawn by the provider of its app; a project passes it through (see `passage`).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { type Context as BareContext, Hono } from "hono";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import type { StatusCode } from "hono/utils/http-status";
import { current, newTraceId } from "../app/context.ts";
import { fromQuery } from "../contract/text.ts";
import { type Drawing, type Page, type PageRequest, type PageView } from "../app/page.ts";
import type { Context, Running, ServedApp } from "../app/types.ts";
import { MarcotError } from "../errors.ts";
import { addContractPages } from "./contract-pages.ts";
import { errorPage, isForPerson } from "./error-page.ts";
import { addEventsEndpoint } from "./events-endpoint.ts";
import { drawExplorer } from "./explorer.ts";
import { drawFakePage, fakeProblem } from "./fake-page.ts";
import { drawContracts, drawFirstPage } from "./first-page.ts";
import { layout, type SiteMap } from "./layout.ts";
import { problemOf, type Refuse, replyProblem } from "./reply.ts";
import { BODY_BYTES_MAX, traceIdOf } from "./server.ts";
import { icon, stylesheet } from "./style.ts";

/** Longer than a call: a page may make several, one after the other. */
const PAGE_DEADLINE_MS = 10_000;

/** A form without a file is small; the same bound as for an endpoint's body. */
const FORM_BYTES_MAX = BODY_BYTES_MAX;

export interface PagesOptions {
  readonly running: Running;
  readonly map: SiteMap;
  /** The local apps and where each stands: `/faq`, or nothing in a service of one app. */
  readonly mounts: readonly { readonly prefix: string; readonly served: ServedApp }[];
  /** Where the remote apps stand; what lies below is theirs. */
  readonly passed: readonly string[];
  /** The apps that are answered from their contracts, and so have no pages. */
  readonly fakes: readonly string[];
  /** Shared by the services of a project, to sign events. */
  readonly eventsSecret: string | undefined;
  /** Whether this process still takes requests. */
  readonly isOpen: () => boolean;
}

export interface Pages {
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Tells an error that was met elsewhere: a page to a person, a problem document to a program. */
  readonly refuse: Refuse;
}

type HonoContext = BareContext<{ Bindings: HttpBindings }>;

export function createPages(options: PagesOptions): Pages {
  const hono = new Hono<{ Bindings: HttpBindings }>();
  const refused = new WeakMap<IncomingMessage, (c: HonoContext) => Response | Promise<Response>>();
  hono.use(
    secureHeaders({
      xFrameOptions: "DENY",
      strictTransportSecurity: false, // whoever ends TLS in front of this process decides that
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    }),
  );
  hono.use(async (c, next) => (await refused.get(c.env.incoming)?.(c)) ?? next());
  hono.use(csrf({ origin: isOwnOrigin }));
  hono.get("/-/style.css", (c) => file(c, "text/css; charset=utf-8", stylesheet));
  hono.get("/-/icon.svg", (c) => file(c, "image/svg+xml", icon));
  hono.get("/-/health", (c) =>
    options.isOpen() ? c.json({ status: "ok" }) : c.json({ status: "stopping" }, 503),
  );
  for (const { prefix, served } of options.mounts) {
    addContractPages(hono, prefix, served);
    addEventsEndpoint(hono, { ...options, prefix, served, secret: options.eventsSecret });
    hono.get(`${prefix}/-/`, (c) => draw(c, { ...options, served }, drawExplorer(served)));
    for (const one of served.app.urls) addPage(hono, { ...options, prefix, served, page: one });
  }
  for (const prefix of options.passed) addSlash(hono, prefix, prefix);
  if (options.mounts.every(({ prefix }) => prefix !== "")) addProjectPages(hono, options);
  hono.notFound((c) => absentPage(c, options));
  hono.onError((error, c) => failedPage(error, c, options));
  const listener = getRequestListener(hono.fetch);
  return {
    answer: (request, response) => void listener(request, response),
    refuse(request, response, error, headers = {}) {
      if (!isForPerson(request.headers.accept) || response.headersSent || response.destroyed)
        return replyProblem(response, error, headers);
      refused.set(request, (c) => answerError(c, options, error, headers));
      void listener(request, response);
    },
  };
}

/** In a service of one app these two are the app's own. */
function addProjectPages(hono: Hono<{ Bindings: HttpBindings }>, options: PagesOptions): void {
  hono.get("/", (c) => draw(c, options, drawFirstPage(options.map)));
  hono.get("/-/", (c) => draw(c, options, drawContracts(options.map)));
}

function file(c: HonoContext, type: string, text: string): Response {
  return c.body(text, 200, { "content-type": type, "cache-control": "max-age=300" });
}

/**
 * A browser names the page that a form came from. Behind a project the host is the project's; a page
 * of another site cannot set the header that says so.
 */
function isOwnOrigin(origin: string, c: HonoContext): boolean {
  const host = c.req.header("x-forwarded-host") ?? c.req.header("host");
  return URL.canParse(origin) && new URL(origin).host === host;
}

interface Place extends PagesOptions {
  readonly prefix: string;
  readonly served: ServedApp;
  readonly page: Page;
}

function addPage(hono: Hono<{ Bindings: HttpBindings }>, place: Place): void {
  const { prefix, page } = place;
  const path = `${prefix}${page.path}`;
  hono.get(path, (c) => show(c, place, page.get));
  if (page.post) {
    const post = page.post;
    hono.post(path, (c) => show(c, place, post));
  }
  const allow = page.post ? "GET, HEAD, POST" : "GET, HEAD";
  hono.all(path, (c) => {
    const message = `the page ${seenPath(c, prefix)} answers ${allow}, not ${c.req.method}`;
    return answerError(c, place, new MarcotError("MethodNotAllowed", message), { allow });
  });
  if (path.length > 1) addSlash(hono, path.slice(0, -1), prefix);
}

function addSlash(hono: Hono<{ Bindings: HttpBindings }>, path: string, prefix: string): void {
  hono.get(path, (c) => c.redirect(`${seenPath(c, prefix)}/${new URL(c.req.url).search}`, 308));
}

async function show(c: HonoContext, place: Place, view: PageView): Promise<Response> {
  const { served, running } = place;
  const context: Context = {
    running,
    app: served.app.name,
    caller: "",
    deadline: performance.now() + PAGE_DEADLINE_MS,
    traceId: traceOf(c),
    idempotencyKey: undefined,
  };
  const request = await toPageRequest(c, place);
  const drawn = await current.run(context, view, request);
  return drawn instanceof Response ? drawn : draw(c, place, drawn);
}

/** The same as in the log's line about the request. */
function traceOf(c: HonoContext): string {
  return traceIdOf(c.env.incoming) ?? newTraceId();
}

async function toPageRequest(c: HonoContext, { served, prefix, map }: Place): Promise<PageRequest> {
  const root = rootOf(c);
  const forwarded = forwardedPrefix(c);
  return {
    params: c.req.param(),
    query: fromQuery(new URL(c.req.url).search.slice(1)),
    form: c.req.method === "POST" ? await readForm(c) : {},
    db: served.db,
    href: (path) => `${forwarded ?? root + prefix}${path}`,
    hrefOf: (app, path) => `${map.hrefOf(app, forwarded === undefined ? undefined : root)}${path}`,
  };
}

async function readForm(c: HonoContext): Promise<PageRequest["form"]> {
  const type = c.req.header("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    throw new MarcotError(
      "UnsupportedMediaType",
      `a page's form is form-encoded, not ${JSON.stringify(type)}`,
    );
  }
  if (Number(c.req.header("content-length") ?? 0) > FORM_BYTES_MAX) {
    throw new MarcotError("BodyTooLarge", `the form has more than ${FORM_BYTES_MAX} bytes`);
  }
  return fromQuery(await c.req.text());
}

/** Where the app stands at the project that passed the request on: `/faq`. */
function forwardedPrefix(c: HonoContext): string | undefined {
  const prefix = c.req.header("x-forwarded-prefix");
  return prefix !== undefined && /^(\/[a-z0-9-]+)+$/.test(prefix) ? prefix : undefined;
}

/** The path that the person asked for: a project has replaced its own prefix by that of this process. */
function seenPath(c: HonoContext, prefix: string): string {
  const { pathname } = new URL(c.req.url);
  return `${forwardedPrefix(c) ?? prefix}${pathname.slice(prefix.length)}`;
}

/** The root of the site that the person sees: all but the app's own part of the forwarded prefix. */
function rootOf(c: HonoContext): string {
  return forwardedPrefix(c)?.replace(/\/[^/]+$/, "") ?? "";
}

function draw(
  c: HonoContext,
  { map, served }: { map: SiteMap; served?: ServedApp },
  drawing: Drawing,
) {
  const isForwarded = forwardedPrefix(c) !== undefined;
  const page = layout({ drawing, map, root: rootOf(c), isForwarded, app: served?.app.name });
  c.status((drawing.status ?? 200) as StatusCode); // a status of our own table
  return c.html(page);
}

function absentPage(c: HonoContext, options: PagesOptions) {
  const fake = options.fakes.find((app) => `${c.req.path}/`.startsWith(`/${app}/`));
  if (fake !== undefined && isForPerson(c.req.header("accept")))
    return draw(c, options, drawFakePage(fake, `${rootOf(c)}/`));
  if (fake !== undefined) return answerError(c, options, fakeProblem(fake));
  const mount = options.mounts.find(({ prefix }) => c.req.path.startsWith(`${prefix}/`));
  const path = seenPath(c, mount?.prefix ?? "");
  const error = new MarcotError("NotFound", `there is nothing at ${path}`);
  return answerError(c, options, error);
}

/** A failure of another app is told as it is; a bug of this one is told by its trace, and logged. */
function failedPage(error: Error, c: HonoContext, options: PagesOptions) {
  // A form tells of its own fields; what is left that can be wrong is the address.
  if (error instanceof MarcotError && error.code === "InvalidInput") {
    const message = `there is nothing at ${c.req.path}: ${error.message}`;
    return answerError(c, options, new MarcotError("NotFound", message));
  }
  if (error instanceof MarcotError && error.code !== "InternalError")
    return answerError(c, options, error);
  if ("getResponse" in error && "status" in error && error.status === 403) {
    const message =
      "this form was sent from another site, or by a browser that does not say where from";
    const fix = "Open the page again and send its own form.";
    return answerError(c, options, new MarcotError("NotAllowed", message, { fix }));
  }
  const traceId = error instanceof MarcotError && error.traceId ? error.traceId : traceOf(c);
  options.running.log.error({ err: error, traceId, path: c.req.path }, "page failed");
  const message = `this page failed; the log has the reason under trace ${traceId}`;
  return answerError(c, options, new MarcotError("InternalError", message, { traceId }));
}

function answerError(
  c: HonoContext,
  options: PagesOptions,
  error: MarcotError,
  headers: Readonly<Record<string, string>> = {},
) {
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  if (isForPerson(c.req.header("accept")))
    return draw(c, options, errorPage(error, `${rootOf(c)}/`));
  c.status(error.status as StatusCode);
  c.header("content-type", "application/problem+json");
  return c.body(JSON.stringify(problemOf(error)));
}
