/** How the apps of a running project move, for its page: asked once a second at most, and without passwords. */
import { shownDatabase } from "../../../data/database.ts";
import type { Status } from "../../../extract/types.ts";
import type { ProjectPlan } from "../../../project/plan.ts";
import type { ReadMoves, ShownMove } from "../../../provider/pages/moves-page.ts";
import { openMoves } from "./status.ts";

/** A page that many look at asks the database no more often. */
const FRESH_MS = 1_000;

export interface ShownMoves {
  readonly read: ReadMoves;
  close(): Promise<void>;
}

export function shownMoves(plan: ProjectPlan): ShownMoves {
  const moves = openMoves(plan);
  let last: { readonly at: number; readonly shown: Promise<readonly ShownMove[]> } | undefined;
  return {
    read() {
      const now = performance.now();
      if (last === undefined || now - last.at > FRESH_MS)
        last = { at: now, shown: moves.read().then((all) => all.flatMap(toShown)) };
      return last.shown;
    },
    close: () => moves.close(),
  };
}

function toShown(status: Status): ShownMove[] {
  const { move, ...rest } = status;
  if (move === undefined) return []; // it has just ended
  return [
    {
      ...rest,
      isBusy: ["copying", "switching", "settling"].includes(move.state),
      target: shownDatabase(move.target),
      service: move.service,
      lastSwitch: move.info.lastSwitch,
    },
  ];
}
