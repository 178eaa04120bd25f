/** One difference between two schemas. */
import type { Side, Verdict } from "../finding.ts";
import type { Schema, SchemaObject } from "../schema/schema.ts";

export interface PlaceInSchema {
  readonly pointer: readonly string[];
  /** An item of a list and a value of a map have rows of their own. */
  readonly within: "field" | "list" | "map";
  /** The schemas of which this is a part by `allOf`: what moved between their parts is not gone. */
  readonly outer?: { readonly old: SchemaObject; readonly fresh: SchemaObject };
}

export interface Change {
  readonly rule: number;
  readonly what: string;
  readonly place: PlaceInSchema;
  /** The schemas in which it stands. */
  readonly old: Schema;
  readonly fresh: Schema;
  /** The sender's schema with this one difference of the receiver's, and no other. */
  readonly apply: (sender: SchemaObject, receiver: Schema, isForward: boolean) => Schema;
  /** It says nothing about the values. */
  readonly safe?: boolean;
  /** Nothing in the two schemas is comparable any more. */
  readonly isWhole?: boolean;
  /** At least this, whatever is computed: the policies. */
  readonly least?: { readonly [S in Side]?: Verdict };
  /** The field that was removed, for the rows that depend on dates and on use. */
  readonly removed?: {
    readonly name: string;
    readonly sunset?: string;
    readonly deprecated: boolean;
  };
}

export interface Walk {
  add(change: Change): void;
  into(old: Schema, fresh: Schema, place: PlaceInSchema): void;
  isSeen(old: SchemaObject, fresh: SchemaObject): boolean;
}

export function below(place: PlaceInSchema, ...parts: readonly string[]): PlaceInSchema {
  return { pointer: [...place.pointer, ...parts], within: "field" };
}

/** The difference is these keywords. */
export function fromKeys(keys: readonly string[]): Change["apply"] {
  return (sender, receiver) => {
    const schema: Record<string, unknown> = { ...sender };
    for (const key of keys) {
      delete schema[key];
      const value = typeof receiver === "object" ? receiver[key] : undefined;
      if (value !== undefined) schema[key] = value;
    }
    return schema;
  };
}
