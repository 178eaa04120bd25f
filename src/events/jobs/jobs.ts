/**
 * Does the jobs of an app: one process leads, takes what is due, and runs a few at a time. What it has taken
 * and not ended when it dies is taken back by the next that leads.
 */
import type { Job, Running, ServedApp } from "../../app/types.ts";
import { isDisconnected } from "../../data/disconnected.ts";
import { isMoved } from "../../data/moved.ts";
import { type Alarm, alarm } from "../alarm.ts";
import type { Lead } from "../lead.ts";
import { type Claimed, type Queue, queueOf } from "./queue.ts";
import { type Ended, runJob } from "./run.ts";

/** Each takes a connection of the app's pool, which has ten. */
const TOGETHER_MAX = 5;

/** Of one name, so that jobs that hang leave room for those of other names. */
const OF_ONE_NAME_MAX = 3;

/** News come by notification; this is for the one that got lost, and for a leader that died. */
const POLL_MS = 1000;

const RECOVER_MS = 10_000;
const PLAN_MS = 60_000;
const CLEAN_MS = 60_000;

/** What is not done then is undone and given back: less than a service is given for its end. */
const STOP_MS = 8000;

export interface JobsOptions {
  readonly served: ServedApp;
  readonly running: Running;
  readonly lead: Lead;
  /** Wakes the process that leads, where that is another one. */
  readonly tellOthers: () => void;
}

export interface Jobs {
  /** There may be jobs. */
  wake(): void;
  /** Begins no more, and waits for those that run; after eight seconds they are given back. */
  stop(): Promise<void>;
}

export function startJobs(options: JobsOptions): Jobs {
  const { served, tellOthers } = options;
  const bell = alarm();
  const stopping = new AbortController();
  const work: Work = {
    ...options,
    queue: queueOf(options.lead.sql, served.app.name, served.app.jobs),
    bell,
    stopping: stopping.signal,
    isOpen: true,
    runs: new Map(),
    due: { plan: 0, recover: 0, clean: 0 },
  };
  served.jobsBell.ring = () => {
    bell.ring();
    tellOthers();
  };
  const loop = serve(work);
  return {
    wake: () => bell.ring(),
    async stop() {
      work.isOpen = false;
      served.jobsBell.ring = () => {};
      bell.stop();
      const late = setTimeout(() => stopping.abort(new Error("the process stops")), STOP_MS);
      await loop;
      await Promise.all([...work.runs.values()].map(({ done }) => done));
      clearTimeout(late);
    },
  };
}

interface Work extends JobsOptions {
  readonly queue: Queue;
  readonly bell: Alarm;
  readonly stopping: AbortSignal;
  isOpen: boolean;
  /** By id. */
  readonly runs: Map<string, { readonly job: Job; readonly done: Promise<void> }>;
  /** When what is done now and then is to be done again, in milliseconds of `performance.now()`. */
  readonly due: { plan: number; recover: number; clean: number };
}

async function serve(work: Work): Promise<void> {
  const { lead, bell, due, running, served } = work;
  while (work.isOpen) {
    let wait: number | undefined = POLL_MS;
    try {
      const { has, isNew } = await lead.take("jobs");
      if (isNew) Object.assign(due, { plan: 0, recover: 0, clean: 0 });
      if (has) wait = await workOff(work);
    } catch (error) {
      if (!isDisconnected(error) && !isMoved(error))
        running.log.error({ err: error, app: served.app.name }, "jobs could not be done");
    }
    if (wait !== undefined && work.isOpen) await bell.wait(wait);
  }
}

/** Begins what is due. Answers how long to wait, in milliseconds; undefined when there may be more. */
async function workOff(work: Work): Promise<number | undefined> {
  const { queue, runs } = work;
  await keepUp(work);
  const limit = TOGETHER_MAX - runs.size;
  const free = freeNames(work);
  if (limit > 0 && free.length > 0) {
    const claimed = await queue.claim(free, limit);
    for (const one of claimed) begin(work, one);
    if (claimed.length > 0) return undefined;
  }
  return Math.min(POLL_MS, Math.max(1, Math.ceil((await queue.next()) ?? POLL_MS)));
}

/** What is done when this process begins to lead, and now and then. */
async function keepUp({ queue, runs, due }: Work): Promise<void> {
  const now = performance.now();
  if (now >= due.recover) {
    await queue.recover([...runs.keys()]);
    due.recover = now + RECOVER_MS;
  }
  if (now >= due.plan) {
    await queue.plan();
    due.plan = now + PLAN_MS;
  }
  if (now >= due.clean) {
    await queue.clean();
    due.clean = now + CLEAN_MS;
  }
}

function freeNames({ served, runs }: Work) {
  const counts = new Map<string, number>();
  for (const { job } of runs.values()) counts.set(job.name, (counts.get(job.name) ?? 0) + 1);
  return served.app.jobs.flatMap(({ name }) => {
    const free = OF_ONE_NAME_MAX - (counts.get(name) ?? 0);
    return free > 0 ? [{ name, free }] : [];
  });
}

function begin(work: Work, claimed: Claimed): void {
  const { served, running, stopping, runs, bell, due } = work;
  const job = served.app.jobs.find(({ name }) => name === claimed.name);
  if (job === undefined) return; // only names that are known are claimed
  const done = runJob({ running, served, job, claimed, stopping })
    .then((ended) => settle(work, claimed, ended))
    .finally(() => {
      runs.delete(claimed.id);
      if (job.schedule !== undefined) due.plan = 0;
      bell.ring();
    });
  runs.set(claimed.id, { job, done });
}

/** Never rejects: what cannot be written down now is taken back later. */
async function settle({ queue, running, served }: Work, claimed: Claimed, ended: Ended) {
  try {
    if (ended === "stopped") await queue.release(claimed);
    else if (typeof ended === "object") await queue.fail(claimed, ended);
  } catch (error) {
    const { name, id } = claimed;
    const details = { err: error, app: served.app.name, job: name, id };
    running.log.warn(details, "the end of a job could not be written down");
  }
}
