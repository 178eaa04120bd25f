/** An OpenAPI 3.0 or 3.1 document as a contract: one version, an endpoint for each operation. */
import type { Lock, LockEndpoint, LockSchema, Place, Transport } from "../lock.ts";
import { asJsonSchema, schemasOf } from "./openapi-schema.ts";
import { atPointer, isObject } from "../schema/schema.ts";

type Raw = Readonly<Record<string, unknown>>;

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

export function lockOfOpenApi(document: Raw): Lock {
  const info = isObject(document["info"]) ? document["info"] : {};
  const endpoints: Record<string, LockEndpoint> = {};
  for (const [path, item] of Object.entries(object(document["paths"]))) {
    const shared = find(item, document);
    for (const method of METHODS.filter((one) => isObject(shared[one]))) {
      const operation = shared[method] as Raw;
      const name = text(operation["operationId"]) ?? `${method.toUpperCase()} ${path}`;
      endpoints[name] = endpointOf(method, path, operation, shared, document);
    }
  }
  const app = text(info["title"]) ?? "document";
  return {
    app,
    versions: {
      [`v${text(info["version"])?.split(".")[0] ?? "1"}`]: { state: "stable", endpoints },
    },
    $defs: schemasOf(document),
  };
}

function endpointOf(
  method: string,
  path: string,
  operation: Raw,
  shared: Raw,
  document: Raw,
): LockEndpoint {
  const input = inputOf(operation, shared, document);
  const replies = Object.entries(object(operation["responses"])).map(
    ([status, reply]) => [status, find(reply, document)] as const,
  );
  const successes = replies
    .filter(([status]) => status.startsWith("2"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const [status, reply] = successes[0] ?? replies.find(([one]) => one === "default") ?? ["200", {}];
  const output = mediaOf(reply, document, "response");
  const failures = replies.filter(([one]) => /^[45]/.test(one));
  const errors = failures.map(([one]) => [one, numberOf(one)] as const);
  const errorData = failures.flatMap(([one, failure]) => {
    const { schema } = mediaOf(failure, document, "response");
    return schema === true ? [] : [[one, schema] as const];
  });
  return {
    method: method.toUpperCase(),
    path: `/${path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => `:${name.replaceAll(/\W/g, "_")}`)}/`.replaceAll(/\/+/g, "/"), // prettier-ignore
    input: input.schema,
    output: output.schema,
    status: numberOf(status),
    errors: Object.fromEntries(errors),
    idempotent: !["post", "patch"].includes(method),
    transport: {
      ...input.transport,
      returns: output.types,
      otherStatuses: successes.slice(1).map(([one]) => numberOf(one)),
      headers: headersOf(reply, document),
      errorData: Object.fromEntries(errorData),
      security: securityOf(operation["security"] ?? document["security"]),
      isStream: output.types[0] === "text/event-stream",
    },
  };
}

/** `4XX` stands for 400. */
function numberOf(status: string): number {
  return status === "default" ? 200 : Number(status.replaceAll(/x/gi, "0"));
}

function inputOf(
  operation: Raw,
  shared: Raw,
  document: Raw,
): { schema: LockSchema; transport: Transport } {
  const properties: Record<string, LockSchema> = {};
  const places: Record<string, Place> = {};
  const styles: Record<string, string> = {};
  const required: string[] = [];
  for (const parameter of parametersOf(operation, shared, document)) {
    const [own = "", place] = [text(parameter["name"]), text(parameter["in"]) as Place | undefined];
    if (place === undefined) continue;
    const name = Object.hasOwn(properties, own) || own === "body" ? `${place}.${own}` : own;
    const schema =
      parameter["schema"] ?? Object.values(object(parameter["content"])).map(object)[0]?.["schema"];
    properties[name] = schema === undefined ? true : asJsonSchema(schema, document, "request");
    places[name] = place;
    const usual = place === "query" || place === "cookie" ? "form" : "simple";
    const [style, explode] = [
      text(parameter["style"]) ?? usual,
      parameter["explode"] ?? usual === "form",
    ];
    if (style !== usual || explode !== (usual === "form"))
      styles[name] = `${style}${explode === true ? ", explode" : ""}`;
    if (parameter["required"] === true) required.push(name);
  }
  const transport: Transport = { places, styles };
  const schema = () => ({ type: "object", properties, required });
  if (!isObject(operation["requestBody"])) return { schema: schema(), transport };
  const body = find(operation["requestBody"], document);
  const { schema: bodySchema, types } = mediaOf(body, document, "request");
  properties["body"] = bodySchema;
  places["body"] = "body";
  const isBodyRequired = body["required"] === true;
  if (isBodyRequired) required.push("body");
  return { schema: schema(), transport: { ...transport, accepts: types, isBodyRequired } };
}

/** Those of the operation, and those of its path that it does not say anew. */
function parametersOf(operation: Raw, shared: Raw, document: Raw): Raw[] {
  const read = (owner: Raw) => (Array.isArray(owner["parameters"]) ? owner["parameters"] : []).map((one) => find(one, document)); // prettier-ignore
  const own = read(operation);
  const isSaid = (parameter: Raw) =>
    own.some((one) => one["name"] === parameter["name"] && one["in"] === parameter["in"]);
  return [...own, ...read(shared).filter((parameter) => !isSaid(parameter))];
}

/** The first JSON media type, else the first one. */
function mediaOf(
  owner: Raw,
  document: Raw,
  side: "request" | "response",
): { schema: LockSchema; types: string[] } {
  const content = Object.entries(object(owner["content"]));
  const types = content.map(([type]) => type);
  const [, media] = content.find(([type]) => /[/+]json/.test(type)) ?? content[0] ?? [];
  const schema = object(media)["schema"];
  return { schema: schema === undefined ? true : asJsonSchema(schema, document, side), types };
}

function headersOf(reply: Raw, document: Raw): NonNullable<Transport["headers"]> {
  const headers = Object.entries(object(reply["headers"])).map(([name, raw]) => {
    const header = find(raw, document);
    const schema =
      header["schema"] === undefined ? true : asJsonSchema(header["schema"], document, "response");
    return [name.toLowerCase(), { required: header["required"] === true, schema }] as const;
  });
  return Object.fromEntries(headers);
}

/** Several ways to be let in are one requirement, of which each counts. None is no requirement. */
function securityOf(security: unknown): string[] {
  const ways = Array.isArray(security) ? security.filter(isObject) : [];
  if (ways.some((way) => Object.keys(way).length === 0)) return [];
  const told = ways.map((way) =>
    Object.entries(way).flatMap(([scheme, scopes]) => [
      scheme,
      ...(Array.isArray(scopes) ? scopes.map((scope) => `${scheme}:${String(scope)}`) : []),
    ]),
  );
  if (told.length < 2) return told[0] ?? [];
  return [
    told
      .map((way) => way.join(" and "))
      .toSorted()
      .join(" or "),
  ];
}

/** Behind a `$ref` within the document. */
function find(raw: unknown, document: Raw): Raw {
  let at = raw;
  for (let hops = 0; isObject(at) && typeof at["$ref"] === "string" && hops < 20; hops += 1) {
    at = at["$ref"].startsWith("#") ? atPointer(document, at["$ref"].slice(1)) : undefined;
  }
  return object(at);
}

function object(value: unknown): Raw {
  return isObject(value) ? value : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
