/**
 * An OpenAPI document as a lock that a contract can be written from: the fields of a body stand beside those
 * of path and query, as in our own contracts. A document of ours gives the very contract that it came from.
 */
import { type Lock, type LockEndpoint, lockOfOpenApi, type LockSchema } from "./document.ts";
import { objectOf } from "./openapi.ts";

type Json = Readonly<Record<string, unknown>>;

/** Undefined for a document of somebody else. */
export function ownLockOf(document: Json): Lock | undefined {
  const info = document["info"];
  const own = isObject(info) ? info["x-contract"] : undefined;
  if (!isObject(own) || typeof own["app"] !== "string") return undefined;
  const { versions } = lockOfOpenApi(document);
  const raw = operationsOf(document);
  const found: Record<string, Found> = {};
  for (const [id, endpoint] of Object.entries(Object.values(versions)[0]?.endpoints ?? {})) {
    const [version = "", name = ""] = splitOnce(id);
    const { operation = {} } = raw.get(id) ?? {};
    found[version] ??= { ...lifeOf(operation), endpoints: {} };
    found[version].endpoints[name] = ownEndpoint(endpoint, version, operation);
  }
  addEvents(document, found);
  return { app: own["app"], versions: found };
}

interface Found {
  readonly state: "stable" | "deprecated";
  readonly deprecated?: string;
  readonly sunset?: string;
  readonly endpoints: Record<string, LockEndpoint>;
  events?: Record<string, LockSchema>;
}

/** Each operation of a version says when it ends. */
function lifeOf(operation: Json): Omit<Found, "endpoints"> {
  const { deprecated, "x-deprecated": from, "x-sunset": sunset } = operation;
  return {
    state: deprecated === true ? "deprecated" : "stable",
    ...(typeof from === "string" ? { deprecated: from } : {}),
    ...(typeof sunset === "string" ? { sunset } : {}),
  };
}

function addEvents(document: Json, found: Record<string, Found>): void {
  for (const [id, item] of Object.entries(objectAt(document, "webhooks"))) {
    const operation = objectAt(isObject(item) ? item : {}, "post");
    const content = objectAt(objectAt(operation, "requestBody"), "content");
    const { schema } = objectAt(content, "application/json");
    const [version = "", name = ""] = splitOnce(id);
    if (!isObject(schema)) continue;
    found[version] ??= { ...lifeOf(operation), endpoints: {} };
    found[version].events = { ...found[version].events, [name]: withoutId(schema) };
  }
}

function objectAt(value: Json, key: string): Json {
  const found = value[key];
  return isObject(found) ? found : {};
}

/** `v1_create` -> its version and its name. */
function splitOnce(id: string): [string, string] {
  const at = id.indexOf("_");
  return [id.slice(0, at), id.slice(at + 1)];
}

function ownEndpoint(endpoint: LockEndpoint, version: string, operation: Json): LockEndpoint {
  const { method, path, input, output, status, transport } = endpoint;
  const idempotent = operation["x-idempotent"];
  const deadlineMs = operation["x-deadline-ms"];
  return {
    method,
    path: path.slice(version.length + 1),
    input: withBody(input),
    output,
    status,
    errors: namedErrors(transport?.errorData ?? {}),
    idempotent: typeof idempotent === "boolean" ? idempotent : endpoint.idempotent,
    ...(typeof deadlineMs === "number" ? { deadlineMs } : {}),
  };
}

/** Puts the fields of the body beside the parameters. A body that is no list of fields is the input. */
function withBody(input: LockSchema): LockSchema {
  const { properties, required } = objectOf(input);
  const { body, ...parameters } = properties;
  if (body === undefined) return input;
  const isAlone = Object.keys(parameters).length === 0;
  if (isAlone) return withoutId(body);
  const inner = objectOf(body);
  return {
    type: "object",
    properties: { ...parameters, ...inner.properties },
    required: [...required.filter((name) => name !== "body"), ...inner.required],
  };
}

function withoutId(schema: LockSchema): LockSchema {
  if (typeof schema === "boolean") return schema;
  const { $id: _, ...rest } = schema;
  return rest;
}

/** The names of the errors are the values that `code` may have. */
function namedErrors(data: Readonly<Record<string, LockSchema>>): LockEndpoint["errors"] {
  const named = Object.entries(data).flatMap(([status, schema]) =>
    codesOf(schema).map((name) => [name, Number(status)] as const),
  );
  return Object.fromEntries(named);
}

function codesOf(schema: LockSchema): string[] {
  if (typeof schema === "boolean") return [];
  const parts = Array.isArray(schema["allOf"]) ? (schema["allOf"] as LockSchema[]) : [];
  const { code } = objectOf(schema).properties;
  const values = typeof code === "object" ? code["enum"] : undefined;
  const own = Array.isArray(values) ? values.filter((one) => typeof one === "string") : [];
  return [...own, ...parts.flatMap((part) => codesOf(part))];
}

export interface Operation {
  readonly path: string;
  readonly operation: Json;
}

/** Each operation as it stands in the document, by the name that its endpoint gets. */
export function operationsOf(document: Json): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, item] of Object.entries(objectAt(document, "paths"))) {
    for (const [method, operation] of Object.entries(isObject(item) ? item : {})) {
      if (!isObject(operation)) continue;
      const id = operation["operationId"];
      const name = typeof id === "string" ? id : `${method.toUpperCase()} ${path}`;
      found.set(name, { path, operation });
    }
  }
  return found;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
