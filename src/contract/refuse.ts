/** What a contract may not say, told where it is declared. */
import { errorTable, MarcotError } from "../errors.ts";
import { type DeclaredErrors, type Endpoint, type EventData, hasNoBody } from "./endpoint.ts";
import type { Fields } from "./field.ts";
import { isGuest, type Shape } from "./guest.ts";

const NAME = /^[a-z][A-Za-z0-9_]*$/;

export function refuseMistakes(endpoint: Endpoint, isForeign: boolean): void {
  const where = `${endpoint.app}/${endpoint.version} ${endpoint.name}`;
  if (!NAME.test(endpoint.name) || endpoint.name === "then")
    throw invalid(where, "not a usable name");
  if (endpoint.foreign !== undefined) {
    refuseForeign(endpoint, where, isForeign);
    return;
  }
  if (!/^\/(?:(?::[a-zA-Z]\w*|[a-z0-9._-]+)\/)*$/.test(endpoint.path)) {
    throw invalid(
      where,
      `the path ${endpoint.path} must begin and end with /, as in "/entries/:id/"`,
    );
  }
  for (const shape of [endpoint.input, endpoint.output]) {
    if (!isGuest(shape)) refuseNames(shape, where);
  }
  for (const name of parametersOf(endpoint.path)) refuseParameter(endpoint.input, name, where);
  if (hasNoBody(endpoint.method)) refuseQuery(endpoint.input, where, false);
  refuseErrors(endpoint.errors, where);
}

/** A key must be there, and be written in one way only. */
export function refuseKey({ fields, key }: Pick<EventData, "fields" | "key">, where: string): void {
  if (key === undefined) return;
  const field = fields[key];
  const kinds = ["integer", "text", "uuid", "choice"];
  if (field?.presence !== "required" || !kinds.includes(field.kind))
    throw invalid(where, `the key ${key} must be a required integer, text, uuid or choice`);
}

function parametersOf(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
}

/** Others may name their fields and write their paths as they like. */
function refuseForeign(endpoint: Endpoint, where: string, isForeign: boolean): void {
  const { path, input, output, method, foreign = {} } = endpoint;
  if (!isForeign) throw invalid(where, "`foreign` belongs to a contract declared with foreign()");
  if (!/^\/[^\s?#]*$/.test(path)) throw invalid(where, `the path ${path} must begin with /`);
  if (isGuest(input) || isGuest(output))
    throw invalid(where, "a contract of others has fields of marcot/contract, no guests");
  for (const name of Object.keys({ ...input, ...output })) {
    if (name in Object.prototype) throw invalid(where, `"${name}" cannot be a field's name`);
  }
  for (const name of parametersOf(path)) refuseParameter(input, name, where);
  const { query = [], headers = [], body, reply } = foreign;
  const named = [...query, ...headers, ...(body === undefined ? [] : [body])];
  const absent = named.find((name) => !Object.hasOwn(input, name));
  if (absent !== undefined) throw invalid(where, `the input has no field "${absent}"`);
  if (reply !== undefined && !Object.hasOwn(output, reply))
    throw invalid(where, `the output has no field "${reply}"`);
  const isInQuery = (name: string) =>
    query.includes(name) || (hasNoBody(method) && !parametersOf(path).includes(name));
  refuseQuery(
    Object.fromEntries(Object.entries(input).filter(([name]) => isInQuery(name))),
    where,
    true,
  );
  refuseErrors(endpoint.errors, where);
}

function refuseParameter(input: Shape, name: string, where: string): void {
  const field = isGuest(input) ? undefined : input[name];
  const isFilled = field?.kind === "text" && (field.rule.pattern ?? field.rule.min ?? 0) !== 0;
  const kinds = ["integer", "uuid", "choice", "date"];
  if (field?.presence !== "required" || !(isFilled || kinds.includes(field.kind))) {
    throw invalid(
      where,
      `the path's :${name} must be a required integer, uuid, choice, date, or text({ min: 1 }) of the input`,
    );
  }
}

/** A query has no nesting, no null and no empty list; what it cannot carry would differ when remote. */
function refuseQuery(input: Shape, where: string, isForeign: boolean): void {
  if (isGuest(input)) throw invalid(where, "a guest schema needs a body: use post, put or patch");
  for (const [name, field] of Object.entries(input)) {
    const kind = field.kind === "list" ? field.rule.item?.kind : field.kind;
    if (kind === "list" || kind === "map" || kind === "object" || kind === "nullable") {
      throw invalid(where, `a query cannot carry the field "${name}": use post, put or patch`);
    }
    const isEmptyByDefault = Array.isArray(field.default) && field.default.length === 0;
    if (!isForeign && field.kind === "list" && field.presence !== "required" && !isEmptyByDefault) {
      throw invalid(where, `in a query the list "${name}" can only default to []`);
    }
  }
}

function refuseErrors(errors: DeclaredErrors, where: string): void {
  for (const [name, status] of Object.entries(errors)) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name))
      throw invalid(where, `the error ${name} must be named LikeThis`);
    if (name in errorTable) throw invalid(where, `the error ${name} is one of the framework's own`);
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw invalid(where, `the error ${name} needs a status from 400 to 599`);
    }
  }
}

export function refuseNames(fields: Fields, where: string): void {
  for (const [name, field] of Object.entries(fields)) {
    if (!NAME.test(name) || name in Object.prototype)
      throw invalid(where, `"${name}" cannot be a field's name`);
    if (field.rule.fields) refuseNames(field.rule.fields, where);
  }
}

export function refuseSamePath(endpoints: readonly Endpoint[]): void {
  const seen = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const key = `${endpoint.method} ${endpoint.path.replaceAll(/:\w+/g, ":")}`;
    const other = seen.get(key);
    if (other)
      throw invalid(
        `${endpoint.app}/${endpoint.version}`,
        `${other.name} and ${endpoint.name} share ${key}`,
      );
    seen.set(key, endpoint);
  }
}

export function invalid(where: string, what: string): MarcotError {
  return new MarcotError("ContractInvalid", `${where}: ${what}`);
}
