/**
 * What an app tells goes to its receivers: who they are is asked, new events are spread to them, and each is
 * brought its own.
 */
import type { Log, Running, ServedApp } from "../app/types.ts";
import { isDisconnected } from "../data/disconnected.ts";
import { isMoved } from "../data/moved.ts";
import { codeOf } from "../errors.ts";
import { type Alarm, alarm } from "./alarm.ts";
import { type Delivery, startDelivery } from "./deliver.ts";
import type { Lead } from "./lead.ts";
import { type Lane, type Outbox, outboxOf } from "./outbox.ts";
import { type Outward, transportTo } from "./ways/transport.ts";

/** How often an app elsewhere is asked who receives: while it has not answered, and later. */
const ASK_MS = 2000;
const ASK_AGAIN_MS = 60_000;

const CLEAN_MS = 60_000;

/** News come by notification; this is for the one that got lost. */
const POLL_MS = 1000;

export interface TellingOptions {
  readonly running: Running;
  readonly served: ServedApp;
  readonly lead: Lead;
  /** Names of all apps that the settings list. */
  readonly apps: readonly string[];
  readonly outward: Outward;
  /** Wakes those who deliver in other processes. */
  readonly tellOthers: () => void;
}

export interface Telling {
  /** There may be events. */
  wake(): void;
  /** Lets what is out be finished, and delivers no more. */
  stop(): Promise<void>;
}

export async function startTelling(options: TellingOptions): Promise<Telling> {
  const { running, served, lead, outward, tellOthers } = options;
  const app = served.app.name;
  const others = options.apps.filter((name) => name !== app);
  const circle: Circle = {
    app,
    others,
    outbox: outboxOf(lead.sql, app, lead.pid),
    whereIs: (name) => placeOf(running, name, outward),
    transport: (name) => transportTo(running, name, outward),
    unasked: new Set(others),
    log: running.log,
    asking: alarm(),
    closing: Promise.withResolvers<void>(),
    isOpen: true,
  };
  await registerHere(circle);
  const delivery = startDelivery({
    contract: served.app.contract,
    outbox: circle.outbox,
    log: running.log,
    transportTo: circle.transport,
    lead: (lane) => leadOf(lead, circle.whereIs(lane.app), lane),
    ask(name) {
      circle.unasked.add(name);
      circle.asking.ring();
    },
  });
  const spreading = alarm();
  served.bell.ring = () => {
    spreading.ring();
    tellOthers();
  };
  await openAll(circle, delivery);
  const spread = () => {
    delivery.wake();
    tellOthers();
  };
  const loops = [askAll(circle, delivery), spreadAll(circle, { lead, spreading, spread })];
  let cleaned: Promise<void> = Promise.resolve();
  const cleaning = setInterval(() => {
    cleaned = clean(lead, circle);
  }, CLEAN_MS);
  cleaning.unref();
  return {
    wake() {
      spreading.ring();
      delivery.wake();
    },
    async stop() {
      circle.isOpen = false;
      circle.closing.resolve();
      served.bell.ring = () => {};
      clearInterval(cleaning);
      circle.asking.stop();
      spreading.stop();
      await Promise.all([...loops, cleaned]);
      await delivery.close();
    },
  };
}

/** An app that tells, and those who may hear it. */
interface Circle {
  readonly app: string;
  readonly others: readonly string[];
  readonly outbox: Outbox;
  readonly whereIs: (app: string) => Place;
  readonly transport: (app: string) => ReturnType<typeof transportTo>;
  /** Those whose receivers are not known, or not any more. */
  readonly unasked: Set<string>;
  readonly log: Log;
  readonly asking: Alarm;
  /** Resolves when it ends: who does not answer is not waited for then. */
  readonly closing: PromiseWithResolvers<void>;
  isOpen: boolean;
}

async function openAll({ outbox }: Circle, delivery: Delivery): Promise<void> {
  for (const lane of await outbox.lanes()) delivery.open(lane);
}

async function askAll(circle: Circle, delivery: Delivery): Promise<void> {
  const { unasked, asking, app, log } = circle;
  for (let isFirst = true; circle.isOpen; isFirst = false) {
    if (!isFirst) await asking.wait(unasked.size > 0 ? ASK_MS : ASK_AGAIN_MS);
    if (!circle.isOpen) return;
    if (unasked.size === 0) for (const name of circle.others) unasked.add(name);
    try {
      for (const name of unasked) if (circle.isOpen) await ask(circle, name);
      await openAll(circle, delivery);
    } catch (error) {
      if (!isOutside(error)) log.error({ err: error, app }, "receivers could not be asked");
    }
  }
}

interface Spreading {
  readonly lead: Lead;
  readonly spreading: Alarm;
  /** Told when there is something to be delivered. */
  readonly spread: () => void;
}

async function spreadAll(circle: Circle, { lead, spreading, spread }: Spreading): Promise<void> {
  const { outbox, app, log } = circle;
  while (circle.isOpen) {
    let count = 0;
    try {
      if ((await lead.take("spread")).has) count = await outbox.spread();
      if (count > 0) spread();
    } catch (error) {
      if (!isOutside(error)) log.error({ err: error, app }, "events could not be spread");
    }
    if (count === 0 && circle.isOpen) await spreading.wait(POLL_MS);
  }
}

/** Nothing is wrong with what was tried: the database is away, or the app is. */
function isOutside(error: unknown): boolean {
  return isDisconnected(error) || isMoved(error);
}

/** A process that cannot reach the receiver, or not any more, leaves it to one that can. */
async function leadOf(lead: Lead, place: Place, { app, receiver }: Lane) {
  const what = `${app}/${receiver}`;
  if (place !== "nowhere") return lead.take(what);
  await lead.give(what);
  return { has: false, isNew: false };
}

async function clean(lead: Lead, { outbox, others, app, log }: Circle): Promise<void> {
  try {
    if (!(await lead.take("cleaning")).has) return;
    await outbox.forget(others);
    await outbox.clean();
  } catch (error) {
    if (!isOutside(error)) log.warn({ err: error, app }, "old events could not be deleted");
  }
}

/** Before the first request: what is told from now on is kept for every app that may receive it. */
async function registerHere(circle: Circle): Promise<void> {
  const { others, whereIs, outbox, transport, unasked, app } = circle;
  for (const name of others) {
    const place = whereIs(name);
    if (place === "here") await outbox.register(name, await transport(name).receivers(app));
    if (place === "elsewhere") await outbox.expect(name);
    else unasked.delete(name);
  }
}

type Place = "here" | "elsewhere" | "nowhere";

/** A fake receives nothing; of an absent app nobody knows where it is, unless there is a broker. */
function placeOf({ providers }: Running, app: string, outward: Outward): Place {
  const provider = providers.get(app);
  if (provider?.is === "local") return "here";
  if (provider?.is === "held") return provider.served ? "here" : "elsewhere";
  return provider && outward(provider) ? "elsewhere" : "nowhere";
}

async function ask(
  { whereIs, outbox, transport, unasked, app, closing }: Circle,
  name: string,
): Promise<void> {
  try {
    if (whereIs(name) !== "nowhere") {
      const asked = transport(name).receivers(app);
      asked.catch(() => {}); // it may fail when nobody waits any more
      const receivers = await Promise.race([asked, closing.promise]);
      if (receivers === undefined) return;
      await outbox.register(name, receivers);
    }
    unasked.delete(name);
  } catch (error) {
    if (codeOf(error) !== "Unavailable") throw error;
  }
}
