/** How a unit looks: the better its score the greener; what is behind a gate is grey. */
import type { Unit } from "../types/report.ts";

/** A class of the stylesheet: `s0` to `s5`, or `gate`. */
export function colourOf({ gate, score }: Unit): string {
  if (gate !== undefined) return "gate";
  return `s${Math.min(5, Math.max(0, Math.floor(score.total / 16)))}`;
}
