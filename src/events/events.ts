/**
 * What goes on in an app beside its calls, while a project serves: it tells its events, fills its projections
 * and does its jobs. Started with the service and stopped with it, and for an app that moves in between too; an
 * app that has none of it has no session for it.
 */
import type { Background, Running, ServedApp } from "../app/types.ts";
import { aboutOf, versionsOf } from "../contract/contract.ts";
import type { Database } from "../data/database.ts";
import { type Course, courseOf } from "./course.ts";
import { keepHouse } from "./housekeeping.ts";
import { startJobs } from "./jobs/jobs.ts";
import { channelOf, openLead } from "./lead.ts";
import { startProjections } from "./projections.ts";
import { startTelling } from "./telling.ts";
import type { Outward } from "./ways/transport.ts";

/** Commits of a busy app come in crowds: one notification is enough for many. */
const NOTIFY_MS = 20;

export interface EventsOptions {
  readonly running: Running;
  /** Apps of which this process has code and database, wherever they are provided just now. */
  readonly workers: readonly Worker[];
  /** Names of all apps that the settings list. */
  readonly apps: readonly string[];
  readonly outward: Outward;
  /** Takes events for an app from a broker. Default: there is none. */
  readonly consume?: ((served: ServedApp) => Stoppable) | undefined;
  /** Whether an app is to wait for `resume`. Nothing of its database is touched then. Default: none. */
  readonly paused?: ((app: string) => boolean) | undefined;
}

/** An app with its rows. */
export interface Worker {
  readonly served: ServedApp;
  readonly database: Database;
}

export interface Events extends Background, Stoppable {}

export interface Stoppable {
  /** Lets what has begun be finished, and begins nothing more. */
  stop(): Promise<void>;
}

/** `pause` and `resume` may be called at any time and in any order: the last one counts. */
export async function startEvents(options: EventsOptions): Promise<Events> {
  const { log } = options.running;
  const courses = new Map<string, Course>();
  for (const worker of options.workers) {
    const app = worker.served.app.name;
    const onFailure = (error: unknown) =>
      log.warn({ err: error, app }, "the app's own work could not begin: it is tried again");
    courses.set(app, courseOf({ start: () => startApp(worker, options), onFailure }));
  }
  const stop = async () => {
    await Promise.all([...courses.values()].map((course) => course.end()));
  };
  const isPaused = options.paused ?? (() => false);
  const first = [...courses].filter(([app]) => !isPaused(app));
  try {
    await Promise.all(first.map(([, course]) => course.begin()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    pause: async (app) => courses.get(app)?.pause(),
    resume: async (app) => courses.get(app)?.resume(),
  };
}

/** What is done for an app, woken by news. */
interface Work extends Stoppable {
  wake(): void;
}

async function startApp(worker: Worker, options: EventsOptions): Promise<Stoppable> {
  const { served, database } = worker;
  const endHousekeeping = keepHouse(database, served.app.name, options.running.log);
  const open: Stoppable[] = [{ stop: endHousekeeping }];
  const stop = async () => {
    await Promise.all(open.map((one) => one.stop()));
  };
  try {
    const { jobs, projections } = served.app;
    if (hasEvents(served) || jobs.length > 0 || projections.length > 0)
      open.push(await startLed(worker, options));
  } catch (error) {
    await stop();
    throw error;
  }
  if (options.consume !== undefined) open.push(options.consume(served));
  return { stop };
}

/** One session for all that this process leads of an app. */
async function startLed({ served, database }: Worker, options: EventsOptions): Promise<Stoppable> {
  const { running, apps, outward } = options;
  const { app } = served;
  const works: Work[] = [];
  const news = () => {
    for (const work of works) work.wake();
  };
  const lead = openLead({ database, app: app.name, news });
  const tellOthers = notifier(database, app.name);
  const part = { running, served, lead, tellOthers };
  const stop = async () => {
    await Promise.all(works.map((work) => work.stop()));
    await lead.close();
  };
  try {
    if (hasEvents(served)) works.push(await startTelling({ ...part, apps, outward }));
  } catch (error) {
    await stop();
    throw error;
  }
  if (app.jobs.length > 0) works.push(startJobs(part));
  if (app.projections.length > 0) works.push(startProjections({ ...part, database }));
  return { stop };
}

function hasEvents({ app }: ServedApp): boolean {
  return versionsOf(app.contract).some((version) => aboutOf(version).events.length > 0);
}

/** Wakes those who lead in other processes. */
function notifier(database: Database, app: string): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // Lost, it is found a second later.
      database.sql`select pg_notify(${channelOf(app)}, '')`.catch(() => {});
    }, NOTIFY_MS);
    timer.unref();
  };
}
