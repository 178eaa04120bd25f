/** Finishes a switch that died, or takes it back. The databases say how far it came: facts, not memory. */
import { type Course, otherSide, rolesOf } from "../course.ts";
import type { Move, Switched } from "../types.ts";
import { setFence } from "../fence.ts";
import { openGate } from "./gate.ts";
import { sinceElsewhere } from "./providers.ts";
import { openFollower, rounded, settle, writeSettling } from "./settle.ts";
import { backOut } from "./back-out.ts";

/** Answers what it found. */
export async function finishSwitch(course: Course, move: Move): Promise<string> {
  const { app } = course;
  if (move.state === "settling") {
    await settle(course);
    return `the switch of ${app} had happened; what was left of it is done, and the ${move.holder} holds the app`;
  }
  const { holder } = await rolesOf(course, move);
  const since = await sinceElsewhere(holder.sql, app, move.epoch);
  if (since === undefined) {
    await backOut(course, "the command that switched ended before its switch happened");
    return `the switch of ${app} had not happened; everything is as it was, and the ${move.holder} holds the app`;
  }
  await goForward(course, move, since);
  return `the switch of ${app} had happened; it is finished, and the ${otherSide(move.holder)} holds the app`;
}

async function goForward(course: Course, move: Move, sinceMs: number): Promise<void> {
  const begun = performance.now() - sinceMs;
  const roles = await rolesOf(course, move);
  const gate = await openGate([roles.holder, roles.follower]);
  try {
    // As after its COMMIT, whatever was done since: one side alone is written.
    await setFence(roles.holder, "enabled");
    const waited = await openFollower({ course, move, roles, gate });
    const passed = performance.now() - begun;
    const { name: holder } = roles.follower;
    const at = new Date().toISOString();
    const switched: Switched = {
      holder,
      epoch: move.epoch,
      gateMs: 0,
      fenceMs: rounded(passed),
      databaseMs: rounded(passed - waited),
      holdMs: rounded(passed),
      attempts: 1,
      at,
    };
    await writeSettling(course, move, switched);
  } finally {
    await gate.close();
  }
  await settle(course);
}
