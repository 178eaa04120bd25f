/** The rows of a model, as a contract has them. */
import type { Field } from "../fields.ts";

export interface Column extends Field {
  /** Its class, where nobody knows what it holds. */
  readonly comment?: string;
}

export interface Row {
  /** `integer()`: what rows are asked for by. */
  readonly key: string;
  readonly columns: readonly Column[];
  /** What is not in it, in sentences. */
  readonly notes: readonly string[];
}

/** `uuid()` may be null, JSON is null already. */
export function orNull(field: string, isNull: boolean): string {
  return isNull && field !== "json()" ? `nullable(${field})` : field;
}
