/** Takes back a switch that did not happen. */
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "../../errors.ts";
import { addressOf, type Course, moveOf, rolesOf } from "../course.ts";
import { setFence } from "../fence.ts";
import { writeBoth } from "./providers.ts";

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
      if (codeOf(error) === "MoveRefused" || attempt === BACK_ATTEMPTS) throw error;
      await sleep(BACK_PAUSE_MS);
    }
  }
}

async function writeBack(course: Course, reason: unknown): Promise<void> {
  const { app, journal, at } = course;
  const move = await moveOf(course);
  const roles = await rolesOf(course, move);
  const { holder, follower } = roles;
  const { epoch } = move;
  await setFence(holder, "disabled");
  await setFence(follower, "enabled");
  await writeBoth(roles, [
    { app, phase: "here", epoch, address: addressOf(move, follower.name) },
    { app, phase: "elsewhere", epoch, address: addressOf(move, holder.name) },
  ]);
  await at("back out: rows written");
  const problem = reason instanceof Error ? reason.message : String(reason);
  await journal.change({ state: "ready", info: { problem } });
}
