/**
 * What every reply of a version that ends carries, errors too: Deprecation (RFC 9745), Sunset (RFC 8594)
 * and a link to the successor (RFC 5829). Nothing here runs for an app whose versions all stay.
 */
import type { ServerResponse } from "node:http";
import { allowedMethods, type Router } from "./router.ts";

/** `path` is the request's, below the app's place. */
export function giveNotice(router: Router, path: string, response: ServerResponse): void {
  const { endings, served } = router;
  const named = /^\/(v\d+)(?=\/|$)/.exec(path)?.[1];
  const version = named ?? (isFirst(router, path) ? "v1" : undefined);
  if (version === undefined || !endings?.has(version)) return;
  const { deprecated, sunset } = endings.get(version) ?? {};
  if (deprecated !== undefined)
    response.setHeader("deprecation", `@${Date.parse(deprecated) / 1000}`);
  if (sunset !== undefined) response.setHeader("sunset", new Date(sunset).toUTCString());
  const given = named === undefined ? path : path.slice(named.length + 1);
  const below = given.endsWith("/") ? given : `${given}/`;
  const later = served.versions.filter((other) => numberOf(other) > numberOf(version));
  const staying = later.filter((other) => !endings.has(other));
  const successor = [...staying, ...later].find(
    (other) => allowedMethods(router, `/${other}${below}`).length > 0,
  );
  if (successor === undefined) return;
  // Relative, because a project that passes requests on, or a proxy, may have put anything before it.
  const up = "../".repeat(path.split("/").length - 2);
  response.setHeader("link", `<${up}${successor}${below}>; rel="successor-version"`);
}

/** Whether a path without a version means an endpoint of the first one. */
function isFirst(router: Router, path: string): boolean {
  return allowedMethods(router, path).length > 0 || router.former.some((one) => one.test(path));
}

function numberOf(version: string): number {
  return Number(version.slice(1));
}
