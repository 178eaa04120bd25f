/**
 * Pages, through Hono: the project's first page, the apps' own, and what the framework serves below
 * `/-/`. A page is drawn by the provider of its app; a project passes it through (see `passage`).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import { current } from "../../app/context.ts";
import { fromQuery } from "../../contract/text.ts";
import type { Page, PageRequest, PageView } from "../../app/page.ts";
import type { Context, ServedApp } from "../../app/types.ts";
import { MarcotError } from "../../errors.ts";
import { type Refuse, replyProblem } from "../reply.ts";
import { BODY_BYTES_MAX } from "../server.ts";
import { addContractPages } from "./contract-pages.ts";
import {
  draw,
  forwardedPrefix,
  type HonoContext,
  type PagesOptions,
  rootOf,
  seenPath,
  traceOf,
} from "./drawn.ts";
import { isForPerson } from "./error-page.ts";
import { addEventsEndpoint } from "../events-endpoint.ts";
import { drawExplorer } from "./explorer.ts";
import { absentPage, answerError, failedPage } from "./failed.ts";
import { drawLive, drawReady } from "./health-page.ts";
import { drawContracts, drawFirstPage } from "./first-page.ts";
import { drawMoves, refreshOf } from "./moves-page.ts";
import { icon, stylesheet } from "./style.ts";

/** Longer than a call: a page may make several, one after the other. */
const PAGE_DEADLINE_MS = 10_000;

/** A form without a file is small; the same bound as for an endpoint's body. */
const FORM_BYTES_MAX = BODY_BYTES_MAX;

export interface Pages {
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Tells an error that was met elsewhere: a page to a person, a problem document to a program. */
  readonly refuse: Refuse;
}

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
  addHealth(hono, options);
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

/** For probes, and for people who look why a probe failed. */
function addHealth(hono: Hono<{ Bindings: HttpBindings }>, options: PagesOptions): void {
  const isPerson = (c: HonoContext) => isForPerson(c.req.header("accept"));
  // Below an app's place too: whoever is to send requests there asks at its address.
  for (const prefix of new Set(["", ...options.mounts.map((mount) => mount.prefix)]))
    hono.get(`${prefix}/-/live`, (c) => {
      const isOpen = options.isOpen();
      if (isPerson(c)) return draw(c, options, drawLive(isOpen));
      return c.json({ status: isOpen ? "live" : "stopping" }, isOpen ? 200 : 503);
    });
  hono.get("/-/ready", async (c) => {
    const readiness = await options.readiness();
    c.header("cache-control", "no-store");
    if (isPerson(c)) return draw(c, options, drawReady(readiness));
    return c.json(readiness, readiness.status === "ready" ? 200 : 503);
  });
}

/** In a service of one app these two are the app's own. */
function addProjectPages(hono: Hono<{ Bindings: HttpBindings }>, options: PagesOptions): void {
  // What cannot be read must not keep people from the apps.
  const moving = () => options.moves().catch(() => []);
  hono.get("/", async (c) => draw(c, options, drawFirstPage(options.map, await moving())));
  hono.get("/-/", (c) => draw(c, options, drawContracts(options.map)));
  hono.get("/-/moves", async (c) => {
    const isStill = c.req.query("still") !== undefined;
    const moves = await options.moves();
    const refresh = refreshOf(moves, isStill);
    c.header("cache-control", "no-store");
    if (refresh !== undefined) c.header("refresh", refresh);
    return draw(c, options, drawMoves(moves, isStill));
  });
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
