/** What the parts of one comparison share. */
import type { Sender } from "./samples.ts";
import { pairs } from "../schema/pairs.ts";
import type { Json, Schema } from "../schema/schema.ts";
import type { View } from "../schema/view.ts";

export type Answer =
  | { readonly is: "yes" }
  /** Examples, the smallest first. */
  | { readonly is: "no"; readonly examples: readonly Json[] }
  | { readonly is: "unknown"; readonly why: string };

/** How far one cell fits another: what may be refused, and what could not be shown. */
export interface Fit {
  readonly isWithin: boolean;
  readonly tries: readonly Json[];
  readonly why?: string | undefined;
  /** The listed fields that do not fit; none is missing. */
  readonly misfits?: ReadonlySet<string> | undefined;
}

/** One comparison under way. */
export interface Run {
  include(sender: Schema, receiver: Schema): Answer;
  readonly sender: View;
  readonly sending: Sender;
  readonly receiver: View;
  readonly isClosed: boolean;
  /** Whether constraints are left aside: then only a yes counts. */
  readonly isShape: boolean;
  /** Answers that depend on how the receiver is viewed, and those that do not. */
  readonly answers: Answers;
  readonly shared: Answers;
  /** Questions answered yes that rest on one that is still open; called with what became of that. */
  readonly pending: ((settled: Known | undefined) => void)[];
  /** The outermost open question on which the present answer rests. */
  rests: number;
  depth: number;
  /** How many of the open questions are a union of which a branch is asked: the value is the same there. */
  unions: number;
  /** Into how many parts cells were split. */
  parts: number;
}

export interface Known {
  readonly answer: Answer;
  /** The depth of the question that is still open, on which this yes rests. */
  readonly openAt?: number;
}

/** Answers by sender and receiver. */
export class Answers {
  readonly #known = pairs<Known>();

  get(one: Schema, other: Schema): Known | undefined {
    return this.#known.get(keyOf(one), keyOf(other));
  }

  set(one: Schema, other: Schema, known: Known | undefined): void {
    this.#known.set(keyOf(one), keyOf(other), known);
  }
}

const TRUE = {};
const FALSE = {};

function keyOf(schema: Schema): object {
  if (typeof schema === "object") return schema;
  return schema ? TRUE : FALSE;
}
