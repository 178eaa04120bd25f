/** What all pages share: the frame that they are drawn in, and where the person who sees them thinks they are. */
import type { HttpBindings } from "@hono/node-server";
import type { Context as BareContext } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import { newTraceId } from "../../app/context.ts";
import type { Drawing } from "../../app/page.ts";
import type { Running, ServedApp } from "../../app/types.ts";
import type { Readiness } from "../health.ts";
import { traceIdOf } from "../server.ts";
import { layout, type SiteMap } from "./layout.ts";
import type { ReadMoves } from "./moves-page.ts";

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
  /** Whether it can do what is asked of it. */
  readonly readiness: () => Promise<Readiness>;
  readonly moves: ReadMoves;
}

export type HonoContext = BareContext<{ Bindings: HttpBindings }>;

/** The same as in the log's line about the request. */
export function traceOf(c: HonoContext): string {
  return traceIdOf(c.env.incoming) ?? newTraceId();
}

/** Where the app stands at the project that passed the request on: `/faq`. */
export function forwardedPrefix(c: HonoContext): string | undefined {
  const prefix = c.req.header("x-forwarded-prefix");
  return prefix !== undefined && /^(\/[a-z0-9-]+)+$/.test(prefix) ? prefix : undefined;
}

/** The path that the person asked for: a project has replaced its own prefix by that of this process. */
export function seenPath(c: HonoContext, prefix: string): string {
  const { pathname } = new URL(c.req.url);
  return `${forwardedPrefix(c) ?? prefix}${pathname.slice(prefix.length)}`;
}

/** The root of the site that the person sees: all but the app's own part of the forwarded prefix. */
export function rootOf(c: HonoContext): string {
  return forwardedPrefix(c)?.replace(/\/[^/]+$/, "") ?? "";
}

export function draw(
  c: HonoContext,
  { map, served }: { map: SiteMap; served?: ServedApp },
  drawing: Drawing,
) {
  const isForwarded = forwardedPrefix(c) !== undefined;
  const page = layout({ drawing, map, root: rootOf(c), isForwarded, app: served?.app.name });
  c.status((drawing.status ?? 200) as StatusCode); // a status of our own table
  return c.html(page);
}
