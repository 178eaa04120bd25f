/** What the parts of the comparison of two contracts share. */
import type { Facts, Policies, Side } from "./finding.ts";
import type { Seen } from "./changes/changes.ts";
import type { LockSchema } from "./lock.ts";
import type { Schema } from "./schema/schema.ts";

export interface CompareOptions {
  readonly policies?: Partial<Policies>;
  readonly facts?: Partial<Facts>;
}

/** Reads the schemas of one lock, in the two ways in which defaults are understood. */
export interface Readers {
  read(schema: LockSchema, side: Side): Schema;
}

export interface Comparison {
  readonly policies: Policies;
  readonly facts: Facts;
  readonly old: Readers;
  readonly fresh: Readers;
  /** What was told of schemas that several endpoints use. */
  readonly seen: Seen;
}
