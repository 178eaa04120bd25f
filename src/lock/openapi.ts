/**
 * A lock as an OpenAPI 3.1 document: all versions that are served, each path with its version. What the
 * format has no word for stands in extensions, so that the same contract can be read from it again.
 */
import {
  type Lock,
  type LockEndpoint,
  type LockSchema,
  type LockVersion,
  parametersOf,
  placeOf,
} from "../compare/lock.ts"; // not by ./document.ts, which brings the comparison into every server

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiOptions {
  /** The contract's revision. */
  readonly rev: string;
  /** A sentence about the app. Default: none. */
  readonly summary?: string | undefined;
}

export function toOpenApi(lock: Lock, { rev, summary }: OpenApiOptions): Json {
  const versions = Object.entries(lock.versions).filter(([, { state }]) => state !== "gone");
  const newest = versions.at(-1)?.[0] ?? "v1";
  return {
    openapi: "3.1.1",
    info: {
      title: lock.app,
      version: newest.slice(1),
      ...(summary ? { summary } : {}),
      "x-contract": { app: lock.app, rev },
    },
    // Relative to this document, because a project or a proxy may have put anything before the path.
    servers: [{ url: ".." }],
    tags: versions.map(([name, version]) => ({ name, ...described(version) })),
    paths: pathsOf(lock.app, versions),
    ...webhooksOf(lock.app, versions),
    components: {
      schemas: { Problem: PROBLEM },
      responses: {
        Problem: {
          description: "The call failed. `code` says how, and `fix` what to do.",
          content: { "application/problem+json": { schema: ref("schemas/Problem") } },
        },
      },
    },
  };
}

function described({ state, deprecated, sunset }: LockVersion): Json {
  if (state !== "deprecated") return {};
  const until = sunset === undefined ? "" : `, and stays until ${sunset}`;
  return { description: `Deprecated from ${deprecated ?? "now"} on${until}.` };
}

function pathsOf(app: string, versions: readonly (readonly [string, LockVersion])[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, version] of versions) {
    for (const [endpoint, data] of Object.entries(version.endpoints)) {
      const path = `/${name}${data.path.replaceAll(/:(\w+)/g, "{$1}")}`;
      const operation = {
        operationId: `${name}_${endpoint}`,
        tags: [name],
        ...life(version),
        ...operationOf(data, `${app}.${name}.${endpoint}`),
      };
      paths[path] = { ...paths[path], [data.method.toLowerCase()]: operation };
    }
  }
  return paths;
}

/** What the app tells by itself; OpenAPI 3.1 has no other word for it. Named as operations are. */
function webhooksOf(app: string, versions: readonly (readonly [string, LockVersion])[]): Json {
  const webhooks = versions.flatMap(([name, version]) =>
    Object.entries(version.events ?? {}).map(([event, schema]) => {
      const media = { schema: standing(schema, `${app}.${name}.${event}`) };
      const operation = {
        operationId: `${name}_${event}`,
        tags: [name],
        ...life(version),
        requestBody: { required: true, content: { "application/json": media } },
        responses: { "2XX": { description: "It was received." } },
      };
      return [operation.operationId, { post: operation }] as const;
    }),
  );
  return webhooks.length === 0 ? {} : { webhooks: Object.fromEntries(webhooks) };
}

function life(version: LockVersion): Json {
  if (version.state !== "deprecated") return {};
  const { deprecated, sunset } = version;
  return {
    deprecated: true,
    ...described(version),
    ...(deprecated === undefined ? {} : { "x-deprecated": deprecated }),
    ...(sunset === undefined ? {} : { "x-sunset": sunset }),
  };
}

function operationOf(endpoint: LockEndpoint, where: string): Json {
  const { method, path, input, output, status, errors, idempotent, deadlineMs } = endpoint;
  const parameters = parametersIn(endpoint);
  const body = withoutPath(input, parametersOf(path));
  const hasBody = !["GET", "DELETE"].includes(method) && !isNothing(body);
  const isUsual = idempotent === !["POST", "PATCH"].includes(method);
  return {
    ...(isUsual ? {} : { "x-idempotent": idempotent }),
    ...(deadlineMs === undefined ? {} : { "x-deadline-ms": deadlineMs }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(hasBody ? { requestBody: bodyOf(body, `${where}.input`) } : {}),
    responses: {
      [status]: {
        description: "The answer.",
        content: { "application/json": { schema: standing(output, `${where}.output`) } },
      },
      ...errorsOf(errors),
      default: ref("responses/Problem"),
    },
  };
}

function parametersIn(endpoint: LockEndpoint): Json[] {
  const { input } = endpoint;
  const { properties, required } = objectOf(input);
  return Object.entries(properties).flatMap(([name, schema]) => {
    const place = placeOf(endpoint, name);
    if (place === "body") return [];
    return [{ name, in: place, required: place === "path" || required.includes(name), schema }];
  });
}

function bodyOf(schema: LockSchema, where: string): Json {
  const media = { schema: standing(schema, where) };
  return {
    // Nothing at all is read as an empty object.
    required: objectOf(schema).required.length > 0 || typeof schema === "boolean",
    content: { "application/json": media, "application/x-www-form-urlencoded": media },
  };
}

/** The body carries what the path does not. */
function withoutPath(input: LockSchema, names: readonly string[]): LockSchema {
  if (names.length === 0 || typeof input === "boolean") return input;
  const { properties, required } = objectOf(input);
  return {
    ...input,
    properties: Object.fromEntries(
      Object.entries(properties).filter(([name]) => !names.includes(name)),
    ),
    required: required.filter((name) => !names.includes(name)),
  };
}

function isNothing(schema: LockSchema): boolean {
  if (typeof schema === "boolean") return false;
  const keywords = Object.keys(schema).every((one) =>
    ["type", "properties", "required"].includes(one),
  );
  return keywords && Object.keys(objectOf(schema).properties).length === 0;
}

export function objectOf(schema: LockSchema): {
  properties: Readonly<Record<string, LockSchema>>;
  required: readonly string[];
} {
  const { properties = {}, required = [] } = typeof schema === "boolean" ? {} : schema;
  return {
    properties: properties as Readonly<Record<string, LockSchema>>, // the type of the keyword in JSON Schema
    required: required as readonly string[],
  };
}

/** A guest may refer to parts of itself; within a larger document it then needs a name of its own. */
function standing(schema: LockSchema, where: string): LockSchema {
  if (typeof schema === "boolean" || !JSON.stringify(schema).includes('"$ref":"#')) return schema;
  return { $id: `urn:marcot:${where}`, ...schema };
}

/** One reply for each status; which errors it stands for is in `code`. */
function errorsOf(errors: LockEndpoint["errors"]): Json {
  const byStatus = Map.groupBy(Object.entries(errors), ([, status]) => status);
  const replies = [...byStatus].map(([status, named]) => {
    const names = named.map(([name]) => name);
    const code = { type: "object", properties: { code: { enum: names } }, required: ["code"] };
    const schema = { allOf: [ref("schemas/Problem"), code] };
    const content = { "application/problem+json": { schema } };
    return [String(status), { description: `${names.join(", ")}.`, content }] as const;
  });
  return Object.fromEntries(replies);
}

function ref(path: string): Json {
  return { $ref: `#/components/${path}` };
}

const TEXT = { type: "string" };

/** RFC 9457, and what we say besides. */
const PROBLEM = {
  type: "object",
  properties: {
    type: TEXT,
    title: TEXT,
    status: { type: "integer" },
    detail: TEXT,
    code: TEXT,
    ran: { enum: ["no", "maybe", "yes"], description: "Whether the failed call took effect." },
    fix: TEXT,
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: { pointer: TEXT, expected: TEXT, got: TEXT },
        required: ["pointer", "expected", "got"],
      },
    },
    traceId: TEXT,
  },
  required: ["type", "title", "status", "code", "ran"],
};
