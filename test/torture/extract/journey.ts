/** Brings a move from goal to goal, whatever strikes meanwhile: what a patient operator would do. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Switched } from "../../../src/extract/types.ts";
import type { Coordinator, Outcome } from "./coordinator.ts";
import type { Order } from "./driver.ts";
import { dangers, type Facts, readFacts, type StatusLike, untruths } from "./facts.ts";
import { type Fault, type Goal, SHORT, type Victim } from "./fault.ts";
import type { Scene } from "./scene.ts";

const TRIES = 6;

export interface Step {
  readonly goal: Goal;
  readonly outcome: string;
}

export interface Journey {
  /** Each switch that was reported, in its order. */
  readonly switches: Switched[];
  /** What commands answered that did not do what was asked. */
  readonly setbacks: Step[];
  /** How it went on: `resume: …`. */
  readonly resumed: string[];
  /** What must not be: untrue words of the status, two sides that can be written. */
  readonly wrong: string[];
  /** State and holder right after what had struck was overcome. */
  after: string;
}

export interface JourneyOptions {
  readonly scene: Scene;
  readonly coordinator: Coordinator;
  readonly fault: Fault;
  readonly victim: Victim;
  readonly journey: Journey;
  readonly say: (what: string) => void;
  /** Strikes, unless it has. */
  readonly strike: () => Promise<void>;
  readonly hasStruck: () => boolean;
  /** Resolves when everything is repaired that was to be repaired later. */
  readonly repaired: () => Promise<void>;
  /** How long users go on between two goals. */
  readonly dwellMs: number;
}

type Told = Omit<Order, "folder" | "waitAt">;

export function orderOf(goal: Goal, scene: Scene): Told {
  const options = { service: scene.serviceAddress, home: scene.homeAddress };
  switch (goal) {
    case "copied":
      return { command: "start", options: { to: scene.to } };
    case "extracted":
    case "extracted again":
      return { command: "switch", to: "service", options };
    case "reversed":
    case "absorbed":
      return { command: "switch", to: "project", options };
    case "completed":
      return { command: "complete" };
    case "copied home":
      return { command: "startHome" };
    case "ended":
      return { command: "cancel" };
  }
}

export function isReached(goal: Goal, { state, holder }: Facts): boolean {
  switch (goal) {
    case "copied":
    case "reversed":
    case "absorbed":
      return state === "ready" && holder === "project";
    case "extracted":
    case "extracted again":
    case "copied home":
      return state === "ready" && holder === "service";
    case "completed":
      return state === "completed";
    case "ended":
      return state === undefined;
  }
}

export async function travel(options: JourneyOptions): Promise<void> {
  const { fault, scene, strike, dwellMs, say } = options;
  const { when } = fault;
  const goals = fault.goals ?? SHORT;
  for (const [index, goal] of goals.entries()) {
    if (index === goals.indexOf("extracted")) await scene.service.start();
    await sleep(dwellMs);
    if (when && "before" in when && when.before === goal) await strike();
    if (!(await reach(goal, options))) return;
    say(`${goal}`);
    if (when && "after" in when && when.after === goal) {
      await strike();
      await overcome(goal, options, "it had struck");
    }
  }
  await sleep(dwellMs);
}

/** False where the move has ended before: it was cancelled. Throws where the goal is not reached. */
async function reach(goal: Goal, options: JourneyOptions): Promise<boolean> {
  const { coordinator, fault, scene, journey, strike } = options;
  const { when } = fault;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const isDuring = when !== undefined && "during" in when && when.during === goal;
    const running = coordinator.run(orderOf(goal, scene));
    const striking = isDuring ? sleep(when.afterMs ?? 0).then(strike) : Promise.resolve();
    const [outcome] = await Promise.all([running, striking]);
    noteSwitch(journey, outcome);
    if (outcome.is === "done") await look(options, undefined);
    // A database that is gone answers nothing; then the command has not succeeded either.
    const found = outcome.is === "done" ? await facts(options) : undefined;
    if (found !== undefined && isReached(goal, found)) {
      if (options.hasStruck() && journey.after === "") journey.after = placeOf(found);
      return true;
    }
    journey.setbacks.push({ goal, outcome: told(outcome) });
    if (await overcome(goal, options, told(outcome))) return true;
    if (journey.resumed.at(-1)?.startsWith("cancel")) return false;
    await sleep(300 * attempt);
  }
  throw new Error(`${goal} was not reached: ${JSON.stringify(journey.setbacks.slice(-2))}`);
}

/** Looks, repairs, resumes. Whether the goal is reached by that. */
async function overcome(goal: Goal, options: JourneyOptions, why: string): Promise<boolean> {
  const { fault, victim, journey, coordinator, repaired, say } = options;
  say(`${goal}: ${why}`);
  if (fault.isUrgent !== true) await look(options, fault.named);
  await repaired();
  await fault.repair?.(victim);
  const command = fault.way ?? "resume";
  const outcome = await coordinator.run({ command });
  const answer = outcome.is === "done" ? JSON.stringify(outcome.result ?? "") : told(outcome);
  journey.resumed.push(`${command}: ${answer.replaceAll('"', "")}`);
  const found = await facts(options);
  journey.after = placeOf(found);
  await look(options, undefined);
  return isReached(goal, found);
}

/** `ready, held by the service`. */
export function placeOf({ state, holder }: Facts): string {
  return state ? `${state}, held by the ${holder}` : "nothing moves";
}

function facts({ scene }: JourneyOptions): Promise<Facts> {
  return readFacts(scene.projectUrl, scene.serviceUrl);
}

/** Compares the status with the databases. Where one of them is down, neither is asked. */
async function look(options: JourneyOptions, named: RegExp | undefined): Promise<void> {
  const { coordinator, journey } = options;
  const found = await facts(options).catch(() => undefined);
  if (found === undefined) return;
  journey.wrong.push(...dangers(found));
  const verified = found.info.verified;
  if (verified && verified.different > 0)
    journey.wrong.push(`the sides differ: ${JSON.stringify(verified)}`);
  const isHalf = found.state === "switching" || found.state === "settling";
  if (!isHalf && named === undefined) return;
  const outcome = await coordinator.run({ command: "status" });
  if (outcome.is !== "done") journey.wrong.push(`status: ${told(outcome)}`);
  else journey.wrong.push(...untruths(found, outcome.result as StatusLike, named));
}

function noteSwitch({ switches }: Journey, outcome: Outcome): void {
  const result = outcome.is === "done" ? (outcome.result as Partial<Switched> | undefined) : {};
  if (typeof result?.fenceMs === "number") switches.push(result as Switched);
}

function told(outcome: Outcome): string {
  if (outcome.is === "failed") return `${outcome.code}: ${outcome.message}`;
  return outcome.is;
}
