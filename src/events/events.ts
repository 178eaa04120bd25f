/**
 * What goes on in an app beside its calls, while a project serves: it tells its events, fills its projections
 * and does its jobs. Started with the service and stopped with it; an app that has none of it has no session
 * for it.
 */
import { codeHere } from "../app/context.ts";
import type { Background, Running, ServedApp } from "../app/types.ts";
import { aboutOf, versionsOf } from "../contract/contract.ts";
import type { Database } from "../data/database.ts";
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
  /** Of the apps that are provided here. */
  readonly databases: readonly Database[];
  /** Names of all apps that the settings list. */
  readonly apps: readonly string[];
  readonly outward: Outward;
}

export interface Events extends Background {
  /** Lets what has begun be finished, and begins nothing more. */
  stop(): Promise<void>;
}

export async function startEvents(options: EventsOptions): Promise<Events> {
  const { running, databases } = options;
  const begin = async (app: string): Promise<Ending | undefined> => {
    const served = codeHere(running, app);
    const database = databases.find((one) => one.app === app);
    return served && database && startApp({ served, database }, options);
  };
  const names = databases.flatMap(({ app }) => app ?? []);
  const here = names.filter((app) => running.providers.get(app)?.is === "local");
  const begun = new Map<string, Ending | undefined>(
    await Promise.all(here.map(async (app) => [app, await begin(app)] as const)),
  );
  return {
    async pause(app) {
      const ending = begun.get(app);
      begun.delete(app);
      await ending?.stop();
    },
    async resume(app) {
      if (!begun.has(app)) begun.set(app, await begin(app));
    },
    async stop() {
      await Promise.all([...begun.values()].map((one) => one?.stop()));
    },
  };
}

/** Lets what has begun be finished, and begins nothing more. */
interface Ending {
  stop(): Promise<void>;
}

/** An app that is provided here, with its rows. */
interface Worker {
  readonly served: ServedApp;
  readonly database: Database;
}

/** What is done for an app, woken by news. */
interface Work extends Ending {
  wake(): void;
}

/** One session for all that this process leads of an app. */
async function startApp({ served, database }: Worker, options: EventsOptions): Promise<Ending> {
  const { running, apps, outward } = options;
  const { app } = served;
  const endHousekeeping = keepHouse(database, app.name, running.log);
  if (!hasEvents(served) && app.jobs.length === 0 && app.projections.length === 0)
    return { stop: async () => endHousekeeping() };
  const works: Work[] = [];
  const news = () => {
    for (const work of works) work.wake();
  };
  const lead = openLead({ database, app: app.name, news });
  const tellOthers = notifier(database, app.name);
  const part = { running, served, lead, tellOthers };
  if (hasEvents(served)) works.push(await startTelling({ ...part, apps, outward }));
  if (app.jobs.length > 0) works.push(startJobs(part));
  if (app.projections.length > 0) works.push(startProjections({ ...part, database }));
  return {
    async stop() {
      endHousekeeping();
      await Promise.all(works.map((work) => work.stop()));
      await lead.close();
    },
  };
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
