/** Waits until what the holder has now has come to the follower: a row is written, and looked for over there. */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ownTable } from "../../data/own-tables.ts";
import { MarcotError } from "../../errors.ts";
import type { Asked } from "./catalog.ts";

export interface Arrival {
  readonly app: string;
  readonly from: Asked;
  readonly to: Asked;
  readonly withinMs: number;
}

const POLL_MS = 10;
/** Below all that counts switches: those begin at 1. */
const LOWEST = 2 ** 47;

/** Fails with MoveRefused when it does not arrive in time. */
export async function waitForArrival({ app, from, to, withinMs }: Arrival): Promise<void> {
  const markers = ownTable(app, "move_markers");
  const epoch = String(-randomInt(1, LOWEST));
  await from.unsafe(`INSERT INTO ${markers} (epoch) VALUES ($1)`, [epoch]);
  try {
    const giveUpAt = performance.now() + withinMs;
    for (;;) {
      const found = await to.unsafe(`SELECT FROM ${markers} WHERE epoch = $1`, [epoch]);
      if (found.length > 0) return;
      if (performance.now() > giveUpAt) throw behind(app, withinMs);
      await sleep(POLL_MS);
    }
  } finally {
    await from.unsafe(`DELETE FROM ${markers} WHERE epoch = $1`, [epoch]);
  }
}

function behind(app: string, withinMs: number): MarcotError {
  const message = `The copy of ${app} is behind: what was written did not arrive within ${withinMs / 1000} s`;
  return new MarcotError("MoveRefused", message, {
    fix: "`marcot extract status` says how far behind it is, and why.",
  });
}
