/**
 * What a caller is told whose provider is another release: both follow their own copy of the contract, and
 * the copies differ. The provider may be remote, or an app in this process with another copy.
 */
import { sentenceOf } from "../contract/check.ts";
import { type Endpoint, nameOf } from "../contract/endpoint.ts";
import { errorTable, type Issue, MarcotError } from "../errors.ts";

const FIX =
  "Deploy providers before the callers that need what is new; else correct the provider's answer.";

/** `where` is `faq.v1.create at http://…`, or `faq.v1.create` in this process. */
export function answeredOutside(where: string, issues: readonly Issue[]): MarcotError {
  const message = sentenceOf(`${where} answered outside the caller's contract:`, issues);
  return new MarcotError("ContractBroken", message, { errors: issues, fix: FIX });
}

/** The caller's own check has let it pass. */
export function refusedInput(where: string, issues: readonly Issue[]): MarcotError {
  const message = sentenceOf(`${where} refuses what the caller's contract allows:`, issues);
  return new MarcotError("ContractBroken", message, { errors: issues, ran: "no", fix: FIX });
}

export function unnamedError(
  where: string,
  { code, status, message }: Pick<MarcotError, "code" | "status" | "message">,
): MarcotError {
  const what = `${where} answered with the error ${code} (${status}), which the caller's contract does not name: ${message}`;
  return new MarcotError("ContractBroken", what, { ran: "yes", fix: FIX });
}

/** An error of an app in this process, as a caller with another copy of its contract would get it remotely. */
export function asCallerKnows(error: unknown, endpoint: Endpoint): unknown {
  if (!(error instanceof MarcotError)) return error;
  const { code, message } = error;
  const declared = endpoint.errors[code];
  if (declared !== undefined) return MarcotError.declared(code, declared, message);
  if (code === "InvalidInput") return refusedInput(nameOf(endpoint), error.errors);
  return Object.hasOwn(errorTable, code) ? error : unnamedError(nameOf(endpoint), error);
}
