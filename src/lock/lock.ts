/**
 * A contract as plain data, the same text for the same promise: what stands in `contract.lock`, what a
 * provider serves, and what two releases are compared by.
 */
import type { Lock, LockEndpoint, LockSchema, LockVersion } from "../compare/lock.ts";
import { type About, aboutOf, type AnyContract, versionsOf } from "../contract/contract.ts";
import type { Endpoint } from "../contract/endpoint.ts";
import { type Field, type Fields, schemaOf } from "../contract/field.ts";
import { partsOf, type Shape } from "../contract/guest.ts";

/** All versions of a contract, those that are gone too. */
export function toLock(newest: AnyContract): Lock {
  const abouts = versionsOf(newest).map(aboutOf);
  const versions = abouts.map((about) => [about.version, toVersion(about)] as const);
  return { app: aboutOf(newest).app, versions: Object.fromEntries(versions) };
}

function toVersion({ endpoints, events, life }: About): LockVersion {
  const { retired } = life;
  return {
    state: retired === undefined ? "stable" : retired.gone ? "gone" : "deprecated",
    ...(retired && { deprecated: retired.deprecated }),
    ...(retired?.sunset !== undefined && { sunset: retired.sunset }),
    endpoints: Object.fromEntries(endpoints.map((one) => [one.name, toLockEndpoint(one)])),
    ...(events.length > 0 && {
      events: Object.fromEntries(events.map(({ name, fields }) => [name, schemaOf(fields)])),
    }),
  };
}

export function toLockEndpoint(endpoint: Endpoint): LockEndpoint {
  const { app, version, name, method, path, status, errors, idempotent, deadlineMs } = endpoint;
  const where = `${app}.${version}.${name}`;
  return {
    method,
    path,
    input: toSchema(endpoint.input, `${where} input`),
    output: toSchema(endpoint.output, `${where} output`),
    status,
    errors,
    idempotent,
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}

/** The JSON Schema of an input or an output. `where` names it in errors. */
export function toSchema(shape: Shape, where: string): LockSchema {
  const parts = partsOf(shape, where);
  return isField(parts) ? parts.schema : schemaOf(parts);
}

function isField(parts: Fields | Field): parts is Field {
  return typeof parts["kind"] === "string";
}

/** JSON with sorted keys, a keyword to a line, so that a difference in git is a difference in meaning. */
export function canonical(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, sorted(part)]),
  );
}
