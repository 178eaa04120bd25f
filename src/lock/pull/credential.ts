/** How a service wants to be told who calls: read from the security schemes of its OpenAPI document. */
import type { Credential } from "../../contract/endpoint.ts";
import { isObject } from "../from-openapi.ts";
import { loosen, type Notes } from "./notes.ts";

type Json = Readonly<Record<string, unknown>>;

interface Place {
  readonly name: string;
  readonly notes: Notes;
}

/** Of several ways the first that can be sent. Undefined where none is asked for, or none can be sent. */
export function credentialOf(
  document: Json,
  operation: Json,
  { name, notes }: Place,
): Credential | undefined {
  const security: unknown = operation["security"] ?? document["security"];
  const ways = Array.isArray(security) ? security.filter(isObject) : [];
  const wanted = ways.map((way) => Object.keys(way)).filter((schemes) => schemes.length > 0);
  for (const [scheme, ...more] of wanted) {
    const found = more.length === 0 ? sendable(schemeOf(document, scheme ?? "")) : undefined;
    if (found !== undefined) return found;
  }
  const isNeeded = wanted.length > 0 && wanted.length === ways.length;
  if (isNeeded) {
    const named = wanted.map((schemes) => schemes.join(" and ")).join(" or ");
    loosen(notes, `the credential ${named}, which cannot be sent`, name);
  }
  return undefined;
}

function schemeOf(document: Json, name: string): Json {
  const components = document["components"];
  const schemes = isObject(components) ? components["securitySchemes"] : undefined;
  const scheme = isObject(schemes) && Object.hasOwn(schemes, name) ? schemes[name] : undefined;
  if (!isObject(scheme)) return {};
  const reference = /^#\/components\/securitySchemes\/([^/]+)$/.exec(String(scheme["$ref"]));
  const other = isObject(schemes) && reference?.[1] ? schemes[reference[1]] : undefined;
  return isObject(other) ? other : scheme;
}

/** They say how the message is sent, not who sends it. */
const RESERVED =
  /^(?:host|connection|content-.*|transfer-encoding|upgrade|te|trailer|expect|keep-alive)$/i;

function sendable({ type, scheme, in: place, name }: Json): Credential | undefined {
  const way = String(scheme).toLowerCase();
  if (type === "http") return way === "bearer" || way === "basic" ? way : undefined;
  // How the token is got is between its owner and the service; it is sent as RFC 6750 says.
  if (type === "oauth2" || type === "openIdConnect") return "bearer";
  if (type !== "apiKey" || typeof name !== "string" || name === "") return undefined;
  if (place === "query") return { query: name };
  const isHeader = place === "header" && /^[\w-]+$/.test(name) && !RESERVED.test(name);
  return isHeader ? { header: name } : undefined;
}
