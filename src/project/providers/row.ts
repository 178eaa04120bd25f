/** What a process is told of an app, and what it says about it. */
import type { ProviderRow } from "../../data/control.ts";

/** A row, and what tells it from one that was written again with the same values. */
export interface SeenRow extends ProviderRow {
  readonly changed: string;
}

/** What this process has done about a row. */
export interface Ack {
  readonly row: SeenRow;
  /** What is in the way; null where all is well. */
  readonly problem: string | null;
}

/** Whether a row was not written again. */
export function isSame(one: SeenRow | undefined, other: SeenRow | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.phase === other.phase &&
    one.epoch === other.epoch &&
    one.address === other.address &&
    one.changed === other.changed
  );
}
