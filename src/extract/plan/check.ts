/** What a plan finds, each kind by its id. An id is never renamed and never reused. */

/**
 * `blocker`: the app cannot move. `copy`: it can move, but not by replication, so that its writes wait for as long
 * as its rows are copied. `warning`: somebody should look at it before.
 */
export type Level = "blocker" | "copy" | "warning";

/** A kind of finding. */
export interface Check {
  readonly id: string;
  readonly level: Level;
  /** What it means, as a sentence. */
  readonly means: string;
}

export interface PlanFinding {
  readonly id: string;
  readonly level: Level;
  readonly what: string;
  /** `apps/tickets/views.ts:3`, `entries.owner`, or a database. */
  readonly where: string;
  /** What to do, in the imperative. */
  readonly fix: string;
}

export function check<Id extends string>(id: Id, level: Level, means: string) {
  return Object.freeze({ id, level, means });
}

export function found(
  { id, level }: Check,
  finding: Pick<PlanFinding, "what" | "where" | "fix">,
): PlanFinding {
  return Object.freeze({ id, level, ...finding });
}
