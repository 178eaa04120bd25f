/**
 * A contract.ts for a caller that has no access to the provider's code, from what the provider serves: its
 * lock, or an OpenAPI document of anybody.
 */
import { MarcotError } from "../../errors.ts";
import {
  kindOf,
  type Lock,
  type LockEndpoint,
  lockOfOpenApi,
  type LockSchema,
  type LockVersion,
} from "../document.ts";
import { isObject, operationsOf, ownLockOf } from "../from-openapi.ts";
import { newWriter } from "./constants.ts";
import { credentialOf } from "./credential.ts";
import { writeFields } from "./field.ts";
import { type Pulled, toPulled } from "./foreign-endpoint.ts";
import { keyOf, type Node, render, wrap } from "./layout.ts";
import { linesOf, newNotes, type Notes } from "./notes.ts";
import { behind, type Defs } from "./schema.ts";
import { use, type Writer } from "./writer.ts";

export interface PullOptions {
  /** What the app is called here: `petstore`. */
  readonly name: string;
  /** Where the document was, for the comment. */
  readonly from: string;
  /** Default: the newest version of a provider of ours; `v1` of anybody else. */
  readonly version?: string | undefined;
}

export interface PulledContract {
  /** The text of contract.ts. */
  readonly source: string;
  /** What was pulled, for `marcot contract diff` with what is pulled later. */
  readonly lock: Lock;
  readonly version: string;
  readonly isForeign: boolean;
  /** Whether the service asks who calls, and can be told. */
  readonly hasCredential: boolean;
  readonly endpoints: number;
  /** What the source says and the contract does not. */
  readonly notes: readonly string[];
  /** Where the document says that the service is, relative to its own address. Undefined for our own. */
  readonly server: string | undefined;
}

export function pullContract(document: unknown, options: PullOptions): PulledContract {
  const kind = kindOf(document);
  if (!isObject(document) || (kind !== "lock" && kind !== "openapi")) {
    const message = `${options.from} is neither a lock nor an OpenAPI 3.0 or 3.1 document`;
    throw new MarcotError("CommandInvalid", message, {
      fix: "Give the address of a provider's /-/contract, or an OpenAPI document.",
    });
  }
  const own = kind === "lock" ? (document as unknown as Lock) : ownLockOf(document);
  return own ? pullOwn(own, options) : pullForeign(document, options);
}

function pullOwn(lock: Lock, options: PullOptions): PulledContract {
  // It becomes a name in the code, and the lock comes from others.
  const names = Object.keys(lock.versions).filter(
    (name) => /^v[1-9]\d{0,3}$/.test(name) && lock.versions[name]?.state !== "gone",
  );
  const newest = names.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1))).at(-1);
  const version = options.version ?? newest ?? "v1";
  const found = names.includes(version) ? lock.versions[version] : undefined;
  if (found === undefined) {
    const message = `${options.from} has no version ${version} of ${lock.app}`;
    const fix = `Use one of ${names.join(", ")}.`;
    throw new MarcotError("CommandInvalid", message, { fix });
  }
  const endpoints = Object.entries(found.endpoints).map(([name, one]) => toOwn(name, one));
  const notes = newNotes();
  const { events = {} } = found;
  const end = endOf(found);
  const defs = lock.$defs ?? {};
  const text = writeContract({ ...options, version, endpoints, events, end, defs, notes });
  const lines = linesOf(notes);
  return {
    source: withHead(text, options.from, lines),
    lock,
    version,
    isForeign: false,
    hasCredential: false,
    endpoints: endpoints.length,
    notes: lines,
    server: undefined,
  };
}

/** The days come from others, and become code. */
function endOf({ state, deprecated = "", sunset }: LockVersion): string | undefined {
  const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text);
  if (state !== "deprecated" || !isDay(deprecated)) return undefined;
  if (sunset === undefined || !isDay(sunset) || sunset < deprecated)
    return `{ deprecated: "${deprecated}" }`;
  return `{ deprecated: "${deprecated}", sunset: "${sunset}" }`;
}

function toOwn(name: string, endpoint: LockEndpoint): Pulled {
  const { method, path, input, output, status, errors, idempotent, deadlineMs } = endpoint;
  return { name, method, path, input, output, status, errors, idempotent, deadlineMs };
}

function pullForeign(document: Readonly<Record<string, unknown>>, options: PullOptions) {
  const lock = lockOfOpenApi(document);
  const notes = newNotes();
  const defs = lock.$defs ?? {};
  const operations = operationsOf(document);
  const names = new Set<string>();
  const endpoints: Pulled[] = [];
  const paths = new Set<string>();
  for (const [id, endpoint] of Object.entries(Object.values(lock.versions)[0]?.endpoints ?? {})) {
    const { path = "/", operation = {} } = operations.get(id) ?? {};
    const name = nameOf(id, names);
    const credential = credentialOf(document, operation, { name, notes });
    const pulled = toPulled(name, { path, endpoint, credential, defs, notes });
    if (pulled === undefined) continue;
    const key = `${pulled.method} ${pulled.path.replaceAll(/:\w+/g, ":")}`;
    if (paths.has(key)) notes.leftOut.set(pulled.name, `a second endpoint at ${key}`);
    else endpoints.push(pulled);
    paths.add(key);
  }
  const version = options.version ?? "v1";
  const text = writeContract({ ...options, version, endpoints, defs, notes });
  const lines = linesOf(notes);
  const [server] = Array.isArray(document["servers"]) ? (document["servers"] as unknown[]) : [];
  const url = isObject(server) ? server["url"] : undefined;
  return {
    source: withHead(text, options.from, lines),
    lock: { ...lock, app: options.name },
    version,
    isForeign: true,
    hasCredential: endpoints.some(({ foreign }) => foreign?.credential !== undefined),
    endpoints: endpoints.length,
    notes: lines,
    server: typeof url === "string" ? url : "/",
  };
}

/** `repos/list-for-org` -> `reposListForOrg`; `GET /pets/{id}` -> `getPetsId`. */
function nameOf(id: string, taken: Set<string>): string {
  const words = id.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const [first = "call", ...rest] = words;
  const isMethod = /^[A-Z]+$/.test(first);
  const start = isMethod ? first.toLowerCase() : first.charAt(0).toLowerCase() + first.slice(1);
  const joined = start + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  const base = /^[a-z]/.test(joined) && joined !== "then" ? joined : `call${joined}`;
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}${count}`;
  taken.add(name);
  return name;
}

interface Written extends PullOptions {
  readonly version: string;
  readonly endpoints: readonly Pulled[];
  /** Default: none. */
  readonly events?: Readonly<Record<string, LockSchema>>;
  /** What `retire` is told. Default: it stays. */
  readonly end?: string | undefined;
  readonly defs: Defs;
  readonly notes: Notes;
}

const VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  POST: "post",
  PUT: "put",
  PATCH: "patch",
  DELETE: "del",
};

function writeContract(written: Written): string {
  const { name, version, endpoints, events = {}, end, defs, notes } = written;
  const isForeign = endpoints.some(({ foreign }) => foreign);
  const constants = new Map<string, string>();
  const writer = newWriter(defs, notes, !isForeign, constants);
  const declare = use(writer, isForeign ? "foreign" : "contract");
  const items = endpoints.map((endpoint) =>
    wrap(`${keyOf(endpoint.name)}: `, writeEndpoint(writer, endpoint)),
  );
  for (const [event, schema] of Object.entries(events)) {
    const fields = fieldsOf(writer, schema, event) ?? "{}";
    items.push(wrap(`${keyOf(event)}: ${use(writer, "event")}(`, fields, ")"));
  }
  const open = `export const ${version} = ${declare}("${name}/${version}", {`;
  const body = render({ open, items, close: "});" });
  const retired = end === undefined ? [] : [`${use(writer, "retire")}(${version}, ${end});`];
  const imports = render({
    open: "import {",
    items: [...writer.used].toSorted(),
    close: '} from "marcot/contract";',
  });
  return `${[imports, ...constants.values(), body, ...retired].join("\n\n")}\n`;
}

function writeEndpoint(writer: Writer, endpoint: Pulled): Node {
  const { name, method, path, input, output, status, errors, idempotent, deadlineMs, foreign } =
    endpoint;
  const verb = VERBS[method] ?? "post";
  const items: Node[] = [];
  const given = fieldsOf(writer, input, name);
  if (given !== undefined) items.push(wrap("input: ", given));
  const returned = fieldsOf(writer, output, name);
  if (returned !== undefined) items.push(wrap("output: ", returned));
  if (status !== 200) items.push(`status: ${JSON.stringify(status)}`);
  if (Object.keys(errors).length > 0) items.push(wrap("errors: ", literal(errors)));
  if (idempotent !== !["POST", "PATCH"].includes(method))
    items.push(`idempotent: ${JSON.stringify(idempotent)}`);
  if (deadlineMs !== undefined) items.push(`deadlineMs: ${JSON.stringify(deadlineMs)}`);
  if (foreign && Object.keys(foreign).length > 0) items.push(wrap("foreign: ", literal(foreign)));
  const start = `${use(writer, verb)}(${JSON.stringify(path)}`;
  return items.length === 0 ? `${start})` : wrap(`${start}, `, { open: "{", items, close: "}" }, ")"); // prettier-ignore
}

function literal(values: object): Node {
  const items = Object.entries(values).map(([key, value]: [string, unknown]) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return wrap(`${keyOf(key)}: `, literal(value));
    const list = Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : undefined;
    return wrap(`${keyOf(key)}: `, list ? { open: "[", items: list, close: "]" } : JSON.stringify(value)); // prettier-ignore
  });
  return { open: "{", items, close: "}" };
}

/** The fields of an input or output: a constant where the whole has a name. */
function fieldsOf(writer: Writer, schema: Pulled["input"], where: string): Node | undefined {
  const found = behind(schema, writer.defs);
  const constant = found.name === undefined ? undefined : writer.constantOf(found.name);
  if (constant !== undefined && constant !== "recursive" && constant.isFields) return constant.name;
  const node = writeFields(writer, found.schema, where);
  const isEmpty = typeof node === "object" && "items" in node && node.items.length === 0;
  return isEmpty ? undefined : node;
}

function withHead(text: string, from: string, notes: readonly string[]): string {
  const lines = [
    `What ${from} said when it was pulled. Pull it again instead of changing it.`,
    ...(notes.length > 0 ? ["", "Not said here:"] : []),
    ...notes,
  ];
  const safe = lines.map((line) => ` * ${line.replaceAll("*/", "* /")}`.trimEnd());
  return `/**\n${safe.join("\n")}\n */\n${text}`;
}
