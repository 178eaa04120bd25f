/**
 * The events of a project while it serves: who receives what, who delivers, and by which way; and its jobs.
 * Started with the service and stopped with it; a project without events and jobs has none of it.
 */
import type { Log, Provider, Running, ServedApp } from "../app/types.ts";
import { versionsOf, aboutOf } from "../contract/contract.ts";
import type { Database } from "../data/database.ts";
import { isDisconnected } from "../data/disconnected.ts";
import { codeOf } from "../errors.ts";
import { alarm } from "./alarm.ts";
import { startDelivery } from "./deliver.ts";
import { startJobs } from "./jobs/jobs.ts";
import { channelOf, type Lead, openLead } from "./lead.ts";
import { type Lane, type Outbox, outboxOf } from "./outbox.ts";
import { type Outward, transportTo } from "./transport.ts";

/** How often an app elsewhere is asked who receives: while it has not answered, and later. */
const ASK_MS = 2000;
const ASK_AGAIN_MS = 60_000;

const CLEAN_MS = 60_000;

/** News come by notification; this is for the one that got lost. */
const POLL_MS = 1000;

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

export interface Events {
  /** Lets what is out be finished, and delivers no more. */
  stop(): Promise<void>;
}

export async function startEvents(options: EventsOptions): Promise<Events> {
  const working = options.databases.flatMap((database) => {
    const provider = options.running.providers.get(database.app ?? "");
    if (provider?.is !== "local") return [];
    const { served } = provider;
    return hasEvents(served) || served.app.jobs.length > 0 ? [{ served, database }] : [];
  });
  const started = await Promise.all(working.map((worker) => startApp(worker, options)));
  return {
    async stop() {
      await Promise.all(started.map((one) => one.stop()));
    },
  };
}

function hasEvents({ app }: ServedApp): boolean {
  return versionsOf(app.contract).some((version) => aboutOf(version).events.length > 0);
}

/** An app that is provided here and has events or jobs, with its rows. */
interface Worker {
  readonly served: ServedApp;
  readonly database: Database;
}

/** What is done for an app, woken by news. */
interface Work extends Events {
  wake(): void;
}

/** One session for all that this process leads of an app. */
async function startApp({ served, database }: Worker, options: EventsOptions): Promise<Events> {
  const app = served.app.name;
  const works: Work[] = [];
  const news = () => {
    for (const work of works) work.wake();
  };
  const lead = openLead({ database, app, news });
  const tellOthers = notifier(database, app);
  if (hasEvents(served)) works.push(await startTelling({ served, lead, tellOthers }, options));
  if (served.app.jobs.length > 0)
    works.push(startJobs({ served, lead, tellOthers, running: options.running }));
  return {
    async stop() {
      await Promise.all(works.map((work) => work.stop()));
      await lead.close();
    },
  };
}

interface Teller {
  readonly served: ServedApp;
  readonly lead: Lead;
  readonly tellOthers: () => void;
}

async function startTelling(teller: Teller, options: EventsOptions): Promise<Work> {
  const { served, lead, tellOthers } = teller;
  const { running, outward } = options;
  const app = served.app.name;
  const { log } = running;
  const others = options.apps.filter((name) => name !== app);
  const transport = (name: string) => transportTo(running, name, outward);
  const unasked = new Set(others);
  const spreading = alarm();
  const outbox = outboxOf(lead.sql, app);
  await registerHere({ outbox, app, running, others, unasked, transport });
  const delivery = startDelivery({
    contract: served.app.contract,
    outbox,
    log,
    transportTo: transport,
    lead: (lane) => leadOf(lead, running, lane),
    ask(name) {
      unasked.add(name);
      asking.ring();
    },
  });
  const openAll = async () => {
    for (const lane of await outbox.lanes()) delivery.open(lane);
  };
  served.bell.ring = () => {
    spreading.ring();
    tellOthers();
  };

  const asking = alarm();
  let isOpen = true;
  const askAll = async () => {
    for (let asked = 0; isOpen; asked = Date.now()) {
      if (asked > 0) await asking.wait(unasked.size > 0 ? ASK_MS : ASK_AGAIN_MS);
      if (!isOpen) return;
      if (unasked.size === 0) for (const name of others) unasked.add(name);
      try {
        for (const name of unasked) await ask({ name, app, running, outbox, unasked, transport });
        await openAll();
      } catch (error) {
        if (!isDisconnected(error)) log.error({ err: error, app }, "receivers could not be asked");
      }
    }
  };
  const spreadAll = async () => {
    while (isOpen) {
      let count = 0;
      try {
        if ((await lead.take("spread")).has) count = await outbox.spread();
        if (count > 0) {
          delivery.wake();
          tellOthers();
        }
      } catch (error) {
        if (!isDisconnected(error)) log.error({ err: error, app }, "events could not be spread");
      }
      if (count === 0 && isOpen) await spreading.wait(POLL_MS);
    }
  };
  await openAll();
  const loops = [askAll(), spreadAll()];
  const cleaning = setInterval(() => {
    clean(lead, outbox).catch((error: unknown) => tellUnclean(log, app, error));
  }, CLEAN_MS);
  cleaning.unref();
  return {
    wake() {
      spreading.ring();
      delivery.wake();
    },
    async stop() {
      isOpen = false;
      served.bell.ring = () => {};
      clearInterval(cleaning);
      asking.stop();
      spreading.stop();
      await Promise.all(loops);
      await delivery.close();
    },
  };
}

/** A process that cannot reach the receiver leaves it to one that can. */
async function leadOf(lead: Lead, running: Running, { app, receiver }: Lane) {
  const provider = running.providers.get(app);
  if (provider?.is !== "local" && !isElsewhere(provider)) return { has: false, isNew: false };
  return lead.take(`${app}/${receiver}`);
}

async function clean(lead: Lead, outbox: Outbox): Promise<void> {
  if ((await lead.take("cleaning")).has) await outbox.clean();
}

function tellUnclean(log: Log, app: string, error: unknown): void {
  log.warn({ err: error, app }, "old events could not be deleted");
}

interface Registering {
  readonly outbox: Outbox;
  readonly app: string;
  readonly running: Running;
  readonly others: readonly string[];
  readonly unasked: Set<string>;
  readonly transport: (app: string) => ReturnType<typeof transportTo>;
}

/** Before the first request: what is told from now on is kept for every app that may receive it. */
async function registerHere({ outbox, app, running, others, unasked, transport }: Registering) {
  for (const name of others) {
    const provider = running.providers.get(name);
    if (provider?.is === "local") {
      await outbox.register(name, await transport(name).receivers(app));
      unasked.delete(name);
    } else if (isElsewhere(provider)) await outbox.expect(name);
    else unasked.delete(name);
  }
}

/** A fake receives nothing, and of an absent app nobody knows where it is. */
function isElsewhere(provider: Provider | undefined): boolean {
  return provider?.is === "remote";
}

async function ask({
  name,
  app,
  running,
  outbox,
  unasked,
  transport,
}: Omit<Registering, "others"> & { readonly name: string }): Promise<void> {
  const provider = running.providers.get(name);
  if (provider?.is !== "local" && !isElsewhere(provider)) {
    unasked.delete(name);
    return;
  }
  try {
    await outbox.register(name, await transport(name).receivers(app));
    unasked.delete(name);
  } catch (error) {
    if (codeOf(error) !== "Unavailable") throw error;
  }
}

/** Wakes those who deliver in other processes. */
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
