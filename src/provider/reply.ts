/** Writes what a caller gets: JSON, or a problem document (RFC 9457). */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { MarcotError } from "../errors.ts";

/** Tells whoever asked, a person or a program, what went wrong. `provider/pages/pages` knows how. */
export type Refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  error: MarcotError,
  headers?: Readonly<Record<string, string>>,
) => void;

export function reply(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes });
  // ASCII alone is written as it lies in memory.
  response.end(body, bytes === body.length ? "latin1" : "utf8");
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
  const body = JSON.stringify(problemOf(error));
  response.writeHead(error.status, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
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
