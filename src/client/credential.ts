/**
 * Says to a service of others who calls. The secret goes to the address of that app alone: redirects are not
 * followed, and no message, log or error has the path of a request or its headers.
 */
import type { Dispatcher } from "undici";
import type { RemoteProvider } from "../app/types.ts";
import type { Credential } from "../contract/endpoint.ts";

type Request = Dispatcher.DispatchOptions;

/** Without a secret the service itself says whether it needs one. */
export function withCredential(
  request: Request,
  credential: Credential,
  { token }: RemoteProvider,
): Request {
  if (token === undefined) return request;
  const secret = token();
  if (typeof credential === "object" && "query" in credential) {
    const path = String(request.path);
    const query = new URLSearchParams({ [credential.query]: secret }).toString();
    return { ...request, path: `${path}${path.includes("?") ? "&" : "?"}${query}` };
  }
  const headers = request.headers as readonly string[]; // `toRequest` writes a list
  return { ...request, headers: [...headers, ...headerOf(credential, secret)] };
}

function headerOf(credential: Exclude<Credential, { query: string }>, secret: string): string[] {
  if (credential === "bearer") return ["authorization", `Bearer ${secret}`];
  if (credential !== "basic") return [credential.header, secret];
  return ["authorization", `Basic ${Buffer.from(secret, "utf8").toString("base64")}`];
}
