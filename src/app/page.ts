/** Pages: what a person sees of an app. A view draws one from a request; `urls` says where. */
import { html, raw } from "hono/html";
import type { TextValues } from "../contract/text.ts";
import type { Db } from "../data/db.ts";
import { MarcotError } from "../errors.ts";

/** A piece of HTML, made by the tag `html`, which escapes every value put into it. */
export type Html = ReturnType<typeof html>;

export { html, raw };

export interface PageRequest {
  /** Parts of the path: `/entries/:id/` gives `id`. */
  readonly params: Readonly<Record<string, string>>;
  /** The query; a name that is repeated has a list. */
  readonly query: TextValues;
  /** What a form sent; empty for GET. */
  readonly form: TextValues;
  readonly db: Db;
  /** The address of a page of this app, wherever the app is mounted: `href("/entries/7/")`. */
  href(path: string): string;
  /** The address of a page of another app: `hrefOf("tickets", "/7/")`. */
  hrefOf(app: string, path: string): string;
}

/** What a page's view returns: a title and a body for the layout, or a whole response. */
export interface Drawing {
  readonly title: string;
  readonly body: Html;
  /** Status of the response. Default: 200. */
  readonly status?: number;
}

export type PageView = (request: PageRequest) => Drawing | Response | Promise<Drawing | Response>;

export interface Page {
  readonly path: string;
  readonly get: PageView;
  readonly post: PageView | undefined;
}

/** A page at a path below the app's own: `page("/entries/:id/", show)`. `post` takes its form. */
export function page(path: string, get: PageView, post?: PageView): Page {
  return Object.freeze({ path, get, post });
}

/** The title and the body of a page; the layout is put around them. */
export function draw(title: string, body: Html, status = 200): Drawing {
  return { title, body, status };
}

/** What a view throws where there is nothing to show: `throw absent("there is no entry 7")`. */
export function absent(what: string): MarcotError {
  return new MarcotError("NotFound", what);
}

/** Sends a person to another page after a form was taken (303, RFC 9110). */
export function redirect(address: string): Response {
  return new Response(null, { status: 303, headers: { location: address } });
}
