/** Takes back a switch that did not happen. */
import { setTimeout as sleep } from "node:timers/promises";
import { addressOf, type Course, moveOf, rolesOf } from "../course.ts";
import { setFenceWith } from "../fence.ts";
import { isLost } from "./mover.ts";
import { providerStatements } from "./providers.ts";

/** A database that was stopped is back by then, or `resume` does it. */
const BACK_ATTEMPTS = 40;
const BACK_PAUSE_MS = 300;

/** Everything is as it was before the switch. */
export async function backOut(course: Course, reason: unknown): Promise<void> {
  await course.at("back out: begun");
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeBack(course, reason);
    } catch (error) {
      if (isLost(error) || attempt === BACK_ATTEMPTS) throw error;
      await sleep(BACK_PAUSE_MS);
    }
  }
}

async function writeBack(course: Course, reason: unknown): Promise<void> {
  const { app, journal, at } = course;
  const move = await moveOf(course);
  const { holder, follower } = await rolesOf(course, move);
  const { epoch } = move;
  const ours = { app, phase: "here", epoch, address: addressOf(move, follower.name) } as const;
  const theirs = { app, phase: "elsewhere", epoch, address: addressOf(move, holder.name) } as const;
  // Fence and row together: a row that says `elsewhere` means that nobody can have written here since.
  await setFenceWith(holder, "disabled", providerStatements(holder.owner, ours));
  await at("back out: holder opened");
  await setFenceWith(follower, "enabled", providerStatements(follower.owner, theirs));
  await at("back out: rows written");
  const problem = reason instanceof Error ? reason.message : String(reason);
  await journal.change({ state: "ready", info: { problem } });
}
