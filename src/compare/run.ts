/** What the parts of one comparison share. */
import type { Sender } from "./samples.ts";
import type { Json, Schema } from "./schema.ts";
import type { View } from "./view.ts";

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
  readonly answers: Map<Schema, Map<Schema, Answer>>;
  /** Questions that were answered yes, in order: some may rest on a question that is still open. */
  readonly yes: [Schema, Schema][];
  depth: number;
  steps: number;
  /** Into how many parts cells were split. */
  parts: number;
}
