/** Writes that give up before a switch would: they would be the only ones that it fails. */
import type { App } from "../../app/types.ts";
import { aboutOf, versionsOf } from "../../contract/contract.ts";
import { type Endpoint, nameOf } from "../../contract/endpoint.ts";
import { BUDGET_MS } from "../types.ts";
import { check, type Check, found, type PlanFinding } from "./check.ts";

const short = check(
  "code.deadline",
  "warning",
  "A write may be given up while a switch still lets it wait.",
);

export const deadlineChecks: readonly Check[] = Object.freeze([short]);

/** Within less hardly a switch is done where processes are busy. */
const SHORTEST_MS = 100;

export interface DeadlinesOptions {
  readonly app: App;
  /** What an endpoint without a deadline of its own has. */
  readonly deadlineMs: number;
  /** The file of its contract. */
  readonly where: string;
}

export function checkDeadlines({ app, deadlineMs, where }: DeadlinesOptions): PlanFinding[] {
  const allowed = (endpoint: Endpoint) => endpoint.deadlineMs ?? deadlineMs;
  return versionsOf(app.contract)
    .flatMap((version) => aboutOf(version).endpoints)
    .filter((endpoint) => endpoint.method !== "GET" && allowed(endpoint) <= BUDGET_MS)
    .map((endpoint) => {
      const what = `${nameOf(endpoint)} is given up after ${allowed(endpoint)} ms, and a switch may hold it for ${BUDGET_MS} ms`;
      const half = Math.floor(allowed(endpoint) / 2);
      const fix =
        half < SHORTEST_MS
          ? `Let the call take longer: a switch may need ${SHORTEST_MS} ms.`
          : `Switch with --budget ${half}, or let the call take longer.`;
      return found(short, { what, where, fix });
    });
}
