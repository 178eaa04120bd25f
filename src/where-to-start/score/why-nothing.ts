/** Why none is to move, where nothing is known that hurts and could move. */
import type { Unit } from "../types/report.ts";

const NAMED_MAX = 3;

/** What hurts may be behind a gate, or the one that breaks or costs most, which scores 0 too. */
export function whyNothing(units: readonly Pick<Unit, "name" | "score">[]): string {
  const hurting = units.filter(({ score }) => (score.pain ?? 0) > 0).map(({ name }) => name);
  const least = "has an outside world of its own, or a history";
  if (hurting.length === 0) return `nothing is known to hurt: no unit ${least}`;
  const named = hurting.slice(0, NAMED_MAX).join(", ") + (hurting.length > NAMED_MAX ? ", …" : "");
  return `what is known to hurt (${named}) is behind a gate or scores 0 by another rule; no other unit ${least}`;
}
