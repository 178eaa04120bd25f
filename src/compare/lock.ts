/**
 * A contract as plain data: what stands in `contract.lock`, and what an OpenAPI document is read into. The
 * schemas are JSON Schema 2020-12 as a writer must fill them: a field with `default` is not `required`.
 */

export type LockSchema = boolean | Readonly<Record<string, unknown>>;

export interface Lock {
  readonly app: string;
  readonly versions: Readonly<Record<string, LockVersion>>;
  /** Schemas that several endpoints use, by `$ref: "#/$defs/NAME"`. Default: none. */
  readonly $defs?: Readonly<Record<string, LockSchema>>;
}

export interface LockVersion {
  readonly state: "draft" | "stable" | "deprecated" | "gone";
  /** Days, `2026-11-01`. Default: neither was said. */
  readonly deprecated?: string;
  readonly sunset?: string;
  readonly endpoints: Readonly<Record<string, LockEndpoint>>;
  /** Default: none. */
  readonly events?: Readonly<Record<string, LockSchema>>;
}

export interface LockEndpoint {
  readonly method: string;
  /** `/entries/:id/` */
  readonly path: string;
  readonly input: LockSchema;
  readonly output: LockSchema;
  /** Status of a success. */
  readonly status: number;
  /** Declared errors: name -> status. */
  readonly errors: Readonly<Record<string, number>>;
  readonly idempotent: boolean;
  readonly deadlineMs?: number;
  /** What the endpoint says beyond that. Default: nothing. */
  readonly transport?: Transport;
}

export type Place = "path" | "query" | "header" | "cookie" | "body";

/** What documents of others say of their endpoints. Everything may be left out. */
export interface Transport {
  /** Where a field travels. Default: as in our own contracts, by path and method. */
  readonly places?: Readonly<Record<string, Place>>;
  /** How a field is written in the query, where it is not `form` with `explode`. */
  readonly styles?: Readonly<Record<string, string>>;
  readonly isBodyRequired?: boolean;
  /** Media types of the body and of the reply. */
  readonly accepts?: readonly string[];
  readonly returns?: readonly string[];
  /** Further statuses of a success. */
  readonly otherStatuses?: readonly number[];
  readonly headers?: Readonly<
    Record<string, { readonly required: boolean; readonly schema: LockSchema }>
  >;
  readonly errorData?: Readonly<Record<string, LockSchema>>;
  /** What a caller must have: a scheme, or `scheme:scope`. */
  readonly security?: readonly string[];
  readonly isStream?: boolean;
  readonly pageSize?: number;
  readonly order?: string;
  readonly rateLimit?: string;
}

/** Where a field of the input travels. */
export function placeOf(endpoint: LockEndpoint, name: string): Place {
  const said = endpoint.transport?.places?.[name];
  if (said !== undefined) return said;
  if (parametersOf(endpoint.path).includes(name)) return "path";
  return ["GET", "DELETE", "HEAD"].includes(endpoint.method) ? "query" : "body";
}

/** The names in `/entries/:id/`, in order. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
}
