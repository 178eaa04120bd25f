/** Points of the coordinator, by what has happened when it is there. */
import type { Point } from "../../../src/extract/points.ts";

export const stages = {
  /** Rows are being copied. */
  copying: "start: subscribed",
  /** A switch has begun; no process was asked to hold anything. */
  begun: "switch: journal written",
  /** All processes hold their writes. */
  gated: "switch: held",
  /** The tables are locked, and the fence stands in a transaction that is open. */
  locked: "switch: locked",
  /** The point of no return lies behind; the other side is not open yet. */
  committed: "switch: committed",
} as const satisfies { readonly [stage: string]: Point };
