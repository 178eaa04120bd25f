/** All faults. */
import { points } from "../../../../src/extract/points.ts";
import { type Fault, FULL, type Goal, SHORT } from "../fault.ts";
import { stages } from "../stages.ts";
import { databaseFaults } from "./databases.ts";
import { networkFaults } from "./network.ts";
import { processFaults } from "./processes.ts";
import { rowFaults } from "./rows.ts";

const FROZEN_MS = 3000;

const none: Fault = {
  name: "none",
  sentence: "Nothing: extract, reverse, extract again, absorb.",
  when: undefined,
  strike: async () => {},
  goals: FULL,
};

/** `switch: way back prepared` is `switch-way-back-prepared`. */
function nameOf(point: string): string {
  return point.replace(/[: ]+/g, "-");
}

function coordinatorFaults(): Fault[] {
  const kills = points.map((point): Fault => ({
    name: `coordinator-kill@${nameOf(point)}`,
    sentence: `The coordinator is killed at "${point}".`,
    // It takes something back only where a switch could not be done: here, by the first resume.
    when: point.startsWith("back out") ? { point, killedAt: stages.gated } : { point },
    strike: async ({ coordinator }) => coordinator.kill(),
    goals: goalsOf(point),
    isUrgent: point === stages.committed,
  }));
  const freezes = [stages.gated, stages.locked, stages.committed].map((point): Fault => ({
    name: `coordinator-freeze@${nameOf(point)}`,
    sentence: `The coordinator stands still for 3 s at "${point}".`,
    when: { point },
    strike: async ({ coordinator }) => coordinator.freeze(FROZEN_MS),
    mayRefuse: point === stages.committed,
  }));
  return [...kills, ...freezes];
}

function goalsOf(point: string): readonly Goal[] {
  return point.startsWith("complete") ? FULL : SHORT;
}

export const faults: readonly Fault[] = [
  none,
  {
    ...none,
    name: "same-server",
    sentence: "Nothing, and both databases are on one server.",
    isSameServer: true,
  },
  ...coordinatorFaults(),
  ...processFaults,
  ...databaseFaults,
  ...networkFaults,
  ...rowFaults,
];

/** `coordinator-kill@POINT#2`: the second time that the coordinator comes to the point. Undefined: no such fault. */
export function faultOf(text: string): Fault | undefined {
  const [name = "", nth] = text.split("#");
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined || nth === undefined || !fault.when || !("point" in fault.when))
    return fault;
  return { ...fault, name: text, when: { ...fault.when, nth: Number(nth) } };
}
