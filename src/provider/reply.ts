/** Writes what a caller gets: JSON, or a problem document (RFC 9457). */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { MarcotError } from "../errors.ts";

const JSON_HEADERS: Readonly<OutgoingHttpHeaders> = { "content-type": "application/json" };
const PROBLEM_HEADERS: Readonly<OutgoingHttpHeaders> = {
  "content-type": "application/problem+json",
};

export function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, JSON_HEADERS);
  response.end(JSON.stringify(value));
}

export function replyProblem(
  response: ServerResponse,
  error: MarcotError,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(error.status, { ...PROBLEM_HEADERS, ...headers });
  response.end(JSON.stringify(problemOf(error)));
}

/** The body of a problem document. `type` is `about:blank` until the codes have pages of their own. */
export function problemOf(error: MarcotError): Record<string, unknown> {
  return {
    type: "about:blank",
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ran: error.ran,
    fix: error.fix,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(error.traceId === undefined ? {} : { traceId: error.traceId }),
  };
}
