/** What stands where a page cannot be: an error as a page for a person, as a problem document for a program. */
import type { StatusCode } from "hono/utils/http-status";
import { MarcotError } from "../../errors.ts";
import { problemOf } from "../reply.ts";
import { draw, type HonoContext, type PagesOptions, rootOf, seenPath, traceOf } from "./drawn.ts";
import { errorPage, isForPerson } from "./error-page.ts";
import { drawFakePage, fakeProblem } from "./fake-page.ts";

export function absentPage(c: HonoContext, options: PagesOptions) {
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
export function failedPage(error: Error, c: HonoContext, options: PagesOptions) {
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

export function answerError(
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
