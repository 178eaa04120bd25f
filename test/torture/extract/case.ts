/** One case: a scene, users, a journey that is struck by a fault, and what is there afterwards. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Switched } from "../../../src/extract/types.ts";
import { randomFrom } from "../../compare/fuzz.ts";
import { type Coordinator, coordinatorOf } from "./coordinator.ts";
import { readFacts } from "./facts.ts";
import type { Fault, Victim } from "./fault.ts";
import { type Journey, placeOf, travel } from "./journey.ts";
import { judge, type Verdict } from "./judge.ts";
import { type Load, startLoad } from "./load.ts";
import { newRecord, percentile, type Record } from "./record.ts";
import { folder, openScene, type Scene } from "./scene.ts";

const WARM_MS = 4000;
const REPEATED_MAX = 500;

export interface CaseOptions {
  readonly seed: number;
  readonly fault: Fault;
  /** How long users go on between two goals, in all. */
  readonly seconds: number;
  readonly writes: number;
  readonly reads: number;
  readonly oldRows: number;
  readonly isDurable: boolean;
  /** How long a call may take: a machine that is busy with other things makes users wait, and moves fail nothing. */
  readonly deadlineMs: number;
  readonly say: (what: string) => void;
}

/** The line that is printed. */
export interface Result extends Partial<Verdict> {
  readonly seed: number;
  readonly fault: string;
  readonly requests: number;
  readonly failed: number;
  readonly acknowledged: number;
  readonly stale: number;
  readonly keysWrong: number;
  /**
   * The fence's own time: from the lock of the tables until the new side took writes, without the time in which
   * processes were waited for. The 99th percentile of the switches.
   */
  readonly pauseMs: number;
  /** The longest of all switches; `write` is what a user has waited. */
  readonly longestMs: {
    readonly gate: number;
    readonly fence: number;
    readonly hold: number;
    readonly write: number;
  };
  readonly switches: readonly Switched[];
  /** State and holder right after what had struck was overcome, and at the end. */
  readonly after: string;
  readonly state: string;
  readonly status: string;
  /** Refused by processes that were ended or frozen on purpose. */
  readonly refusedByKill: number;
  readonly skipped: number;
  readonly unfinished: number;
  readonly perSecond: { readonly writes: number; readonly reads: number };
  readonly latencyMs: {
    readonly writeP50: number;
    readonly writeP99: number;
    readonly readP99: number;
  };
  readonly setbacks: readonly string[];
  readonly resumed: readonly string[];
  readonly failures: { readonly [why: string]: number };
  readonly examples: readonly string[];
  /** What must not be, in words. */
  readonly wrong: readonly string[];
  readonly isRight: boolean;
}

export async function runCase(options: CaseOptions): Promise<Result> {
  const { fault, isDurable, deadlineMs, say } = options;
  const oldRows = fault.oldRows ?? options.oldRows;
  const scene = await openScene({ ...fault, oldRows, isDurable, deadlineMs });
  const record = newRecord();
  const { seed, writes, reads } = options;
  const random = randomFrom(seed);
  const load = startLoad({ ports: scene.ports, writes, reads, random, record });
  try {
    await sleep(WARM_MS);
    for (const times of [record.times.writes, record.times.reads]) times.length = 0;
    const begun = performance.now();
    const journey: Journey = { switches: [], setbacks: [], resumed: [], wrong: [], after: "" };
    const striking = strikingOf(options, scene, load, journey);
    const goals = fault.goals?.length ?? 4;
    const dwellMs = (options.seconds * 1000) / (goals + 1);
    const rest = { scene, fault, journey, say, dwellMs };
    await travel({ ...striking, ...rest }).catch((error: unknown) => {
      journey.wrong.push(error instanceof Error ? error.message : String(error));
    });
    await striking.repaired();
    if (fault.when && !striking.hasStruck()) journey.wrong.push("the fault never struck");
    await load.stop();
    const seconds = (performance.now() - begun) / 1000;
    return await result({ options, scene, load, journey, record, seconds, oldRows, striking });
  } finally {
    for (const { name, said } of [...scene.projects, scene.service])
      say(`${name}\n${(await said()).join("\n")}`);
    await load.close();
    await scene.close();
  }
}

interface Striking {
  readonly coordinator: Coordinator;
  readonly victim: Victim;
  strike(): Promise<void>;
  repaired(): Promise<void>;
  hasStruck(): boolean;
}

function strikingOf(
  { fault, say }: CaseOptions,
  scene: Scene,
  { doors }: Load,
  journey: Journey,
): Striking {
  const repairs: Promise<void>[] = [];
  const { when } = fault;
  let times = 0;
  let struck = false;
  let isKilled = false;
  const strike = async () => {
    if (struck) return;
    struck = true;
    say(`strikes: ${fault.sentence}`);
    await fault.strike(victim);
  };
  const coordinator = coordinatorOf({
    folder,
    environment: scene.environment,
    waitAt: when && "point" in when ? [when.point, when.killedAt ?? when.point] : [],
    async onWait(point) {
      if (when && "point" in when && when.killedAt === point && times === 0 && !isKilled) {
        isKilled = true;
        coordinator.kill();
      }
      if (when && "point" in when && when.point !== point) return;
      times += 1;
      if (when && "point" in when && times === (when.nth ?? 1)) await strike();
    },
    say,
  });
  const victim: Victim = {
    scene,
    coordinator,
    doors,
    later(milliseconds, repair) {
      repairs.push(sleep(milliseconds).then(repair));
    },
    down(index) {
      const [door, process] = [doors[index], scene.projects[index]];
      if (door === undefined || process === undefined) throw new Error(`no process ${index}`);
      door.isDown = true;
      door.downs += 1;
      return process;
    },
    up(index) {
      const door = doors[index];
      if (door) door.isDown = false;
    },
    wrong: (what) => void journey.wrong.push(what),
    say,
  };
  return {
    ...{ coordinator, victim, strike },
    hasStruck: () => struck,
    async repaired() {
      for (let repair = repairs.shift(); repair; repair = repairs.shift()) await repair;
    },
  };
}

interface Ended {
  readonly options: CaseOptions;
  readonly scene: Scene;
  readonly load: Load;
  readonly journey: Journey;
  readonly record: Record;
  readonly seconds: number;
  readonly oldRows: number;
  readonly striking: Striking;
}

async function result(ended: Ended): Promise<Result> {
  const { options, scene, load, journey, record, seconds, oldRows } = ended;
  const { fault, seed } = options;
  const facts = await readFacts(scene.projectUrl, scene.serviceUrl);
  const stockUrl = facts.project.isWritable ? scene.projectUrl : scene.serviceUrl;
  const perSecond = {
    writes: Math.round(record.times.writes.length / seconds),
    reads: Math.round(record.times.reads.length / seconds),
  };
  const count = { record, shopUrl: scene.projectUrl, stockUrl, oldRows };
  const verdict = await judge(count);
  await load.repeatAll(REPEATED_MAX);
  const status = await ended.striking.coordinator.run({ command: "status" });
  const said = status.is === "done" ? (status.result as { sentence: string }).sentence : status.is;
  const { lost, doubled, counterWrong, eventsLost, eventsDoubled, jobsLost, jobsDoubled } = verdict;
  const bad = [lost, doubled, counterWrong, eventsLost, eventsDoubled, jobsLost, jobsDoubled];
  bad.push(verdict.open, record.stale, record.keysWrong, record.unfinished, journey.wrong.length);
  if (fault.mayRefuse !== true) bad.push(record.failed);
  return {
    ...{ seed, fault: fault.name, requests: record.requests, failed: record.failed },
    acknowledged: record.acknowledgedWrites,
    ...verdict,
    ...{ stale: record.stale, keysWrong: record.keysWrong },
    pauseMs: percentile(
      journey.switches.map(({ databaseMs }) => databaseMs),
      0.99,
    ),
    longestMs: longestOf(journey, record),
    switches: journey.switches,
    after: journey.after,
    state: placeOf(facts),
    status: said,
    ...{ refusedByKill: record.refusedByKill, skipped: record.skipped },
    unfinished: record.unfinished,
    perSecond,
    latencyMs: {
      writeP50: percentile(record.times.writes, 0.5),
      writeP99: percentile(record.times.writes, 0.99),
      readP99: percentile(record.times.reads, 0.99),
    },
    setbacks: journey.setbacks.map(({ goal, outcome }) => `${goal}: ${outcome}`),
    resumed: journey.resumed,
    failures: Object.fromEntries(record.failures),
    examples: record.examples,
    wrong: journey.wrong,
    isRight: bad.every((number) => number === 0),
  };
}

function longestOf({ switches }: Journey, { times }: Record): Result["longestMs"] {
  const longest = (numbers: readonly number[]) =>
    Math.round(numbers.reduce((most, one) => Math.max(most, one), 0));
  return {
    gate: longest(switches.map(({ gateMs }) => gateMs)),
    fence: longest(switches.map(({ fenceMs }) => fenceMs)),
    hold: longest(switches.map(({ holdMs }) => holdMs)),
    write: longest(times.writes),
  };
}
