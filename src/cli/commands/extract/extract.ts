/** `marcot extract`: an app becomes a service while people use it. */
import type { Command } from "commander";
import { addCancel, addComplete } from "./ending.ts";
import { addMove } from "./move.ts";
import { addPlan } from "./plan.ts";
import { addRehearse } from "./rehearse.ts";
import { addStatus } from "./status.ts";
import { addResume, addReverse, addStart, addSwitch, addVerify } from "./steps.ts";

export function addExtract(program: Command): void {
  const extract = program
    .command("extract")
    .description("make an app a service while people use it; `marcot absorb` brings it home")
    .addHelpText(
      "after",
      `
Examples:
  marcot extract faq --serve 8001      all of it, and the service here
  marcot extract plan faq              what would stop it, and how long it takes
  marcot extract status --watch        how far it is`,
    );
  for (const addTo of [
    addMove,
    addPlan,
    addStart,
    addRehearse,
    addVerify,
    addSwitch,
    addReverse,
    addComplete,
    addCancel,
    addResume,
    addStatus,
  ])
    addTo(extract);
}
