/** How an error says that there was no connection to the database, or that it broke. */

/** Whether an error says that there was no connection, or that it broke, however deep it is wrapped. */
export function isDisconnected(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; depth += 1) {
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
    if (isConnectionCode(code) || code === "DatabaseUnavailable") return true;
    cause = cause.cause;
  }
  return false;
}

/** What the driver and node:net say when there is no connection. */
const CONNECTION_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EPIPE",
  "ENOENT",
  "EACCES",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "SASL_SIGNATURE_MISMATCH",
]);

/** SQLSTATE: 08 connection, 28 not let in, 3D000 no database, 53300 full, 57P shutting down. */
export function isConnectionCode(code: string): boolean {
  return CONNECTION_CODES.has(code) || /^(08...|28...|3D000|53300|57P0[1-4])$/.test(code);
}
