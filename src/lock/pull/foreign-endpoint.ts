/**
 * An operation of a foreign OpenAPI document as an endpoint of ours: which of its parts become fields, and
 * where each of them travels. What cannot be sent or read as JSON is left out, with the reason.
 */
import type { Credential, ForeignWay } from "../../contract/endpoint.ts";
import type { LockEndpoint, LockSchema } from "../document.ts";
import { objectOf } from "../openapi.ts";
import { loosen, type Notes } from "./notes.ts";
import { behind, type Defs, membersOf, withoutNull } from "./schema.ts";

/** An endpoint as it is written. `input` and `output` are lists of fields. */
export interface Pulled {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly input: LockSchema;
  readonly output: LockSchema;
  readonly status: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly idempotent: boolean;
  readonly deadlineMs?: number | undefined;
  /** Undefined for an endpoint of a provider of ours. */
  readonly foreign?: ForeignWay | undefined;
}

export interface Source {
  /** As it stands in the document: `/pets/{petId}`. */
  readonly path: string;
  readonly endpoint: LockEndpoint;
  readonly credential: Credential | undefined;
  readonly defs: Defs;
  readonly notes: Notes;
}

/** Undefined where it is left out; `name` is used in the notes. */
export function toPulled(name: string, source: Source): Pulled | undefined {
  const { endpoint, notes } = source;
  const objection = objectionTo(source);
  if (objection !== undefined) {
    notes.leftOut.set(name, objection);
    return undefined;
  }
  const { method, status } = endpoint;
  const parts = sortParameters(name, source);
  if (typeof parts === "string") {
    notes.leftOut.set(name, parts);
    return undefined;
  }
  const { properties, required, query, headers } = parts;
  const hasQuery = method !== "GET" && method !== "DELETE";
  const body = addBody(source, properties, required);
  const { output, reply } = outputOf(endpoint.output, endpoint, source.defs);
  const foreign: ForeignWay = {
    ...(hasQuery && query.length > 0 ? { query } : {}),
    ...(headers.length > 0 ? { headers } : {}),
    ...(body === undefined ? {} : { body }),
    ...(reply === undefined ? {} : { reply }),
    ...(source.credential === undefined ? {} : { credential: source.credential }),
  };
  return {
    name,
    method,
    path: source.path.replaceAll(/\{([^}]+)\}/g, (_, own: string) => `:${pathName(own)}`),
    input: { type: "object", properties, required },
    output,
    status,
    errors: errorsOf(name, source),
    idempotent: !["POST", "PATCH"].includes(method),
    foreign,
  };
}

/** As the reader of documents writes the name of a parameter of the path. */
function pathName(own: string): string {
  return own.replaceAll(/\W/g, "_");
}

function objectionTo({ endpoint, path }: Source): string | undefined {
  const { method, status, transport = {} } = endpoint;
  const { accepts = [], returns = [], isStream = false, isBodyRequired } = transport;
  if (!["GET", "POST", "PUT", "PATCH", "DELETE"].includes(method)) return `the method ${method}`;
  if (path.includes(":") || /[?#]/.test(path)) return `the path ${path}`;
  if (isStream) return "it answers a stream";
  if (status < 200 || status > 299) return `no success but ${status}`;
  if (returns.length > 0 && !returns.some(isJson)) return `it answers ${returns.join(", ")}`;
  if (accepts.length > 0 && !accepts.some(isJson)) return `it takes ${accepts.join(", ")}`;
  if (accepts.length > 0 && ["GET", "DELETE"].includes(method) && isBodyRequired)
    return `${method} with a body`;
  return undefined;
}

function isJson(type: string): boolean {
  return /[/+]json\b|\*\/\*/.test(type);
}

interface Parts {
  readonly properties: Record<string, LockSchema>;
  readonly required: string[];
  readonly query: string[];
  readonly headers: string[];
}

/** The parameters that fields can carry; a text where one is missing that the service needs. */
function sortParameters(name: string, { endpoint, path, defs, notes }: Source): Parts | string {
  const { properties, required } = objectOf(endpoint.input);
  const parts: Parts = { properties: {}, required: [], query: [], headers: [] };
  const { places = {}, styles = {} } = endpoint.transport ?? {};
  for (const [field, schema] of Object.entries(properties)) {
    const place = places[field] ?? "query";
    if (field === "body" && place === "body") continue;
    if (place === "path") continue;
    const objection = objectionToParameter(field, place, styles[field], schema, defs);
    if (objection !== undefined) {
      if (required.includes(field)) return `it needs ${objection}`;
      loosen(notes, `${objection}, which cannot be sent`, name);
      continue;
    }
    parts.properties[field] = withoutNull(behind(schema, defs).schema, defs).schema;
    if (required.includes(field)) parts.required.push(field);
    (place === "query" ? parts.query : parts.headers).push(field);
  }
  for (const [, own = ""] of path.matchAll(/\{([^}]+)\}/g)) {
    const field = pathName(own);
    const schema = properties[own] ?? true;
    parts.properties[field] = inPath(schema, defs);
    parts.required.push(field);
  }
  return parts;
}

const SCALARS = ["string", "integer", "number", "boolean"];

function objectionToParameter(
  field: string,
  place: string,
  style: string | undefined,
  given: LockSchema,
  defs: Defs,
): string | undefined {
  if (place === "cookie") return `the cookie ${field}`;
  if (style !== undefined) return `the parameter ${field} in the style "${style}"`;
  const { schema } = withoutNull(behind(given, defs).schema, defs);
  const item = behind((schema["items"] ?? true) as LockSchema, defs).schema;
  const isText = (one: typeof schema) => {
    const isWord = Array.isArray(one["enum"]) && one["type"] === undefined;
    return SCALARS.includes(String(one["type"])) || isWord;
  };
  if (isText(schema)) return undefined;
  if (place === "query" && schema["type"] === "array" && isText(item)) return undefined;
  return `the parameter ${field}, which is not plain text or numbers`;
}

/** A part of a path is never empty, and what is no whole number, day or word of a few is text. */
function inPath(given: LockSchema, defs: Defs): LockSchema {
  const { schema } = withoutNull(behind(given, defs).schema, defs);
  const { type, format } = schema;
  const isKept = Array.isArray(schema["enum"]) || format === "uuid" || format === "date";
  if (type === "integer" || (type === "string" && isKept)) return schema;
  if (type !== "string" || format !== undefined) return { type: "string", minLength: 1 };
  return { ...schema, minLength: Math.max(1, Number(schema["minLength"] ?? 0)) };
}

/** Puts the fields of the body beside the others; where that cannot be, it is one field, and is named. */
function addBody(
  { endpoint, defs, notes, path }: Source,
  properties: Record<string, LockSchema>,
  required: string[],
): string | undefined {
  const { body } = objectOf(endpoint.input).properties;
  if (body === undefined || endpoint.transport?.places?.["body"] !== "body") return undefined;
  if (["GET", "DELETE"].includes(endpoint.method)) {
    loosen(notes, "a body of GET or DELETE, which cannot be sent", `${endpoint.method} ${path}`);
    return undefined;
  }
  const { schema, isNullable } = withoutNull(behind(body, defs).schema, defs);
  const members = isNullable ? undefined : membersOf(schema, defs);
  const isRequired = endpoint.transport.isBodyRequired === true;
  const names = Object.keys(members?.properties ?? {});
  // Without its required fields there would be no body at all, and with them there is always one.
  const fits = isRequired || members?.required.length === 0;
  if (
    members &&
    fits &&
    names.length > 0 &&
    !names.some((name) => Object.hasOwn(properties, name))
  ) {
    for (const keyword of members.beside) loosen(notes, keyword, `${endpoint.method} ${path}`);
    Object.assign(properties, members.properties);
    required.push(...members.required);
    return undefined;
  }
  const name = Object.hasOwn(properties, "body") ? "requestBody" : "body";
  properties[name] = body;
  if (isRequired) required.push(name);
  return name;
}

/** What is no object becomes one field. */
function outputOf(
  given: LockSchema,
  { transport }: LockEndpoint,
  defs: Defs,
): { output: LockSchema; reply?: string } {
  const isNothing = (transport?.returns ?? []).length === 0;
  if (isNothing) return { output: { type: "object", properties: {}, required: [] } };
  const { schema, isNullable } = withoutNull(behind(given, defs).schema, defs);
  if (!isNullable && membersOf(schema, defs) !== undefined) return { output: given };
  const output = { type: "object", properties: { body: given }, required: ["body"] };
  return { output, reply: "body" };
}

/** Services tell their errors by the status alone. */
function errorsOf(name: string, { endpoint, notes }: Source): Pulled["errors"] {
  const errors: Record<string, number> = {};
  for (const [key, status] of Object.entries(endpoint.errors)) {
    if (/^\d{3}$/.test(key)) errors[`Status${status}`] = status;
    else loosen(notes, `all errors of ${key}, which have no name`, name);
  }
  return errors;
}
