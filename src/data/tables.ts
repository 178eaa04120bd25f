/**
 * What the `tables.ts` of an app and its queries are written with; apps import it as
 * `marcot/tables`.
 *
 * Tables are Drizzle's, and this is the one place where an app meets Drizzle: its version is
 * pinned exactly (a release candidate), and a change of library or of version is a change of
 * this file, not of every app. `schema` is Drizzle's `pgSchema`: an app's tables lie in the
 * PostgreSQL schema that carries the app's name, and nowhere else.
 *
 *     export const faq = schema("faq");
 *     export const entries = faq.table("entries", { question: text().notNull() });
 */
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import type { PgAsyncDatabase } from "drizzle-orm/pg-core/async";

declare global {
  namespace Marcot {
    interface Rows {
      readonly db: PgAsyncDatabase<PostgresJsQueryResultHKT>;
    }
  }
}

export { one, placeholder, prepared } from "./query.ts";
export { pgSchema as schema } from "drizzle-orm/pg-core";
export {
  bigint,
  bigserial,
  boolean,
  bytea,
  char,
  customType,
  date,
  doublePrecision,
  integer,
  interval,
  json,
  jsonb,
  numeric,
  real,
  serial,
  smallint,
  text,
  time,
  timestamp,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
export { check, foreignKey, index, primaryKey, unique, uniqueIndex } from "drizzle-orm/pg-core";
export {
  and,
  arrayContains,
  arrayOverlaps,
  asc,
  avg,
  between,
  count,
  countDistinct,
  desc,
  eq,
  exists,
  getColumns,
  gt,
  gte,
  ilike,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  max,
  min,
  ne,
  not,
  notExists,
  notIlike,
  notInArray,
  notLike,
  or,
  sql,
  sum,
} from "drizzle-orm";
export type { InferInsertModel, InferSelectModel, SQL } from "drizzle-orm";
