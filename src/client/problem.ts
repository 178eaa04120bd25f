/** Makes the error again that a provider wrote as a problem document (RFC 9457). */
import { type Endpoint, nameOf } from "../contract/endpoint.ts";
import { type ErrorCode, errorTable, type Issue, MarcotError, type Ran } from "../errors.ts";
import { tokenVariableOf } from "../project/addresses.ts";
import { refusedInput, unnamedError } from "./skew.ts";

/** A reply as it came, read whole. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The headers of a version that is to end (RFC 9745, RFC 8594). */
  readonly deprecation: string | undefined;
  readonly sunset: string | undefined;
  /** Of the provider's contract, as it stands in the header. */
  readonly revision: string | undefined;
}

interface Problem {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly ran?: unknown;
  readonly errors?: unknown;
  readonly traceId?: unknown;
}

export function fromProblem(reply: Reply, endpoint: Endpoint, address: URL): MarcotError {
  const problem = problemOf(reply);
  const code = typeof problem?.code === "string" ? problem.code : undefined;
  if (problem === undefined || code === undefined) return unexpected(reply, endpoint, address);
  const message = typeof problem.detail === "string" ? problem.detail : code;
  const declared = endpoint.errors[code];
  if (declared !== undefined) return MarcotError.declared(code, declared, message);
  const where = `${nameOf(endpoint)} at ${address.href}`;
  if (!isErrorCode(code)) return unnamedError(where, { code, status: reply.status, message });
  const errors = Array.isArray(problem.errors) ? problem.errors.filter(isIssue) : [];
  if (code === "InvalidInput") return refusedInput(where, errors);
  return new MarcotError(code, message, {
    ...(isRan(problem.ran) ? { ran: problem.ran } : {}),
    ...(typeof problem.traceId === "string" ? { traceId: problem.traceId } : {}),
    errors,
  });
}

/** Statuses by which services say that they did not begin, and what they are among our errors. */
const REFUSALS: Readonly<Record<number, ErrorCode>> = {
  401: "NotAllowed",
  403: "NotAllowed",
  429: "Unavailable",
  503: "Unavailable",
};

/** A failure of a service of others, which is known by its status alone. */
export function fromForeign(reply: Reply, endpoint: Endpoint, address: URL): MarcotError {
  const { status } = reply;
  const said = saidIn(reply.body);
  const message = `${nameOf(endpoint)} at ${address.href} answered ${status}${said && `: ${said}`}`;
  const [name] = Object.entries(endpoint.errors).find(([, one]) => one === status) ?? [];
  if (name !== undefined) return MarcotError.declared(name, status, message);
  const code = REFUSALS[status];
  if (code === undefined)
    return new MarcotError("ContractBroken", `${message}, which its contract does not name`);
  const isUnknown = status === 401 && endpoint.foreign?.credential !== undefined;
  const fix = `Set ${tokenVariableOf(endpoint.app)} to what the service has given you.`;
  return new MarcotError(code, message, isUnknown ? { fix } : {});
}

/** As long as a line of a log; more is a page of HTML. */
const SAID_MAX = 300;

/** What an error's body says for people: services have no common word for it. */
function saidIn(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    const parts = typeof value === "object" && value !== null ? Object.entries(value) : [];
    const named = new Map<string, unknown>(parts);
    const said = ["detail", "message", "error_description", "error", "title"]
      .map((name) => named.get(name))
      .find((one) => typeof one === "string");
    return typeof said === "string" ? said.slice(0, SAID_MAX) : "";
  } catch {
    return "";
  }
}

function problemOf({ body, contentType }: Reply): Problem | undefined {
  if (!contentType.startsWith("application/problem+json")) return undefined;
  try {
    const problem: unknown = JSON.parse(body);
    return typeof problem === "object" && problem !== null ? problem : undefined;
  } catch {
    return undefined;
  }
}

/** Something else stands at the address, or a proxy between answers for the provider. */
function unexpected({ status, contentType }: Reply, endpoint: Endpoint, address: URL): MarcotError {
  const what = `${status} ${contentType || "without a content type"}`;
  const message = `${nameOf(endpoint)} at ${address.href} answered ${what}, which its contract does not name`;
  return new MarcotError("ContractBroken", message);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

function isRan(value: unknown): value is Ran {
  return value === "no" || value === "maybe" || value === "yes";
}

function isIssue(value: unknown): value is Issue {
  return (
    typeof value === "object" &&
    value !== null &&
    "pointer" in value &&
    typeof value.pointer === "string" &&
    "expected" in value &&
    typeof value.expected === "string" &&
    "got" in value &&
    typeof value.got === "string"
  );
}
