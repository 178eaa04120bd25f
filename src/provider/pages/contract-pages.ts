/**
 * What an app says of itself, below its own `/-/`: its contract as a lock, the same as OpenAPI, and a page
 * to read and try it. Everything is made when it is first asked for.
 */
import type { Context, Hono } from "hono";
import type { HttpBindings } from "@hono/node-server";
import type { ServedApp } from "../../app/types.ts";
import { canonical } from "../../lock/lock.ts";
import { toOpenApi } from "../../lock/openapi.ts";
import { hashOf, publishedOf } from "../../lock/revision.ts";
import { explorerScript } from "./explorer.ts";

type Site = Hono<{ Bindings: HttpBindings }>;

interface Described {
  readonly text: string;
  readonly rev: string;
  readonly type: string;
}

/** Adds the addresses of one app. `prefix` is where it stands: `/faq`, or nothing. */
export function addContractPages(hono: Site, prefix: string, served: ServedApp): void {
  const contract = once(() => {
    const { text, revision } = publishedOf(served.app.contract);
    return { text, rev: revision, type: "application/json" };
  });
  const openapi = once(() => {
    const { lock, revision: rev } = publishedOf(served.app.contract);
    const document = toOpenApi(lock, { rev, summary: served.app.summary });
    return described(canonical(document), "application/vnd.oai.openapi+json;version=3.1");
  });
  hono.get(`${prefix}/-/contract`, (c) => send(c, contract()));
  hono.get(`${prefix}/-/explorer.js`, (c) => send(c, script));
  hono.get(`${prefix}/-/openapi.json`, (c) => send(c, openapi()));
}

const script = described(explorerScript, "text/javascript; charset=utf-8");

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function described(text: string, type: string): Described {
  return { text, type, rev: hashOf(text) };
}

/** RFC 9110, 13.1.2: whoever has this revision gets no second copy. */
function send(c: Context, { text, rev, type }: Described): Response {
  const etag = `"${rev}"`;
  // Relative to the address, which a project or a proxy may have changed.
  const headers = {
    etag,
    "cache-control": "no-cache",
    link: '<openapi.json>; rel="service-desc"',
  };
  const known = (c.req.header("if-none-match") ?? "").split(",").map((one) => one.trim());
  if (known.some((one) => one === "*" || one.replace(/^W\//, "") === etag))
    return c.body(null, 304, headers);
  return c.body(text, 200, { ...headers, "content-type": type });
}
