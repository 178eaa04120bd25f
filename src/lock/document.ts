/** What `lock/` takes of `compare/`: the type of a lock, and the reader of OpenAPI documents. */
export type { Lock, LockEndpoint, LockSchema, LockVersion } from "../compare/lock.ts";
export { kindOf, parseDocument, readDocument } from "../compare/diff.ts";
export { lockOfOpenApi } from "../compare/openapi/openapi.ts";
