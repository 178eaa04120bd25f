/** A check of the schema is one question to the catalogs of PostgreSQL, and what its answers mean. */
import type { Check } from "./check.ts";

export interface Answer {
  readonly where: string;
  /** What it is about: another table, a type, a function. */
  readonly other: string;
}

export interface SchemaCheck extends Check {
  /** `$1` is the name of the schema. Answers rows of `where` and `other`. */
  readonly question: string;
  readonly tell: (answer: Answer) => { readonly what: string; readonly fix: string };
}

export function ask(kind: Check, question: string, tell: SchemaCheck["tell"]): SchemaCheck {
  return Object.freeze({ ...kind, question, tell });
}

/** Of the schema, and not of it. PostgreSQL's own are nobody's. */
export const OURS = "n.nspname = $1";
export const isForeign = (schema: string): string =>
  `${schema} <> $1 AND ${schema} NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`;
export const isPlain = (object: string, catalog: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '${catalog}'::regclass AND x.objid = ${object} AND x.deptype = 'e')`;
export const TABLES = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace";
export const COLUMNS = `${TABLES} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')`;
