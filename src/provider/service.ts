/** A process that takes requests: it listens, and on a signal it finishes what it has begun. */
import { newTraceId } from "../app/context.ts";
import type { Background, ServedApp } from "../app/types.ts";
import "../client/dispatch.ts"; // puts itself into the slot that contracts call
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { watchAll } from "../client/release/watch.ts";
import { newSpanId } from "../client/request.ts";
import { type Events, startEvents } from "../events/events.ts";
import { httpTransport } from "../events/ways/http.ts";
import { type Broker, openBroker } from "../events/ways/nats/nats.ts";
import type { Outward, Transport } from "../events/ways/transport.ts";
import { isForeign } from "../contract/contract.ts";
import { MarcotError } from "../errors.ts";
import type { Listed } from "../project/plan.ts";
import type { Project } from "../project/project.ts";
import { readinessOf } from "./health.ts";
import type { MappedApp, SiteMap } from "./pages/layout.ts";
import type { ReadMoves } from "./pages/moves-page.ts";
import { createPages } from "./pages/pages.ts";
import { createMoving, passOn } from "./moving.ts";
import { createPassage, type Passage } from "./passage.ts";
import { rehearseReads } from "./rehearsing.ts";
import { createRouter } from "./router.ts";
import { handle, type Site, traceIdOf } from "./server.ts";

/** A call may take 2 s and a page 10 s; what is not done then is cut off, so that a restart ends. */
const DRAIN_MS = 9_000;

/** Shorter would spend the end of a busy process on looking; longer would make every restart wait. */
const SWEEP_MS = 50;

export interface ServiceOptions {
  readonly project: Project;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** 0 takes any free port. Default: 8000. */
  readonly port?: number;
  /** Told of every request when it is done. Default: nobody. */
  readonly onRequest?: ((answered: Answered) => void) | undefined;
  /** How its apps move, for the page `/-/moves`. Default: nothing moves. */
  readonly moves?: ReadMoves;
}

/** A request that is done. */
export interface Answered {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly milliseconds: number;
  readonly traceId: string;
}

export interface Service {
  /** `http://127.0.0.1:8000`. */
  readonly address: string;
  /** What the apps do beside their calls. */
  readonly background: Background;
  /** Refuses new requests, finishes those in flight, and resolves when all are done or 9 s have passed. */
  stop(): Promise<void>;
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const { project, host = "127.0.0.1", port = 8000, onRequest, moves = noMoves } = options;
  const local = [...project.local.values()];
  const prefixOf = (name: string) => (isAlone(project, local) ? "" : `/${name}`);
  const isSite = !isAlone(project, local);
  const fakes = isSite ? fakeApps(project) : [];
  const mounts = local.map((served) => ({ prefix: prefixOf(served.app.name), served }));
  const passages = isSite ? createPassages(project) : [];
  const watches = watchAll(project);
  const moving = createMoving();
  const rehearsing = rehearseReads(project);
  const pages = createPages({
    running: project,
    map: siteMap(project, prefixOf, isSite),
    mounts,
    passed: passages.map(({ prefix }) => prefix),
    fakes: fakes.map(({ app }) => app.name),
    isOpen: () => site.isOpen,
    readiness: () => readinessOf(project, watches(), site.isOpen),
    moves,
    eventsSecret: project.eventsSecret,
  });
  const site: Site = {
    isOpen: true,
    running: project,
    onRequest: onRequest && ((request, response) => report(request, response, onRequest)),
    mounts: [...mounts, ...fakes.map((served) => ({ prefix: `/${served.app.name}`, served }))].map(
      ({ prefix, served }) => ({ prefix, router: createRouter(served) }),
    ),
    others: (request, response) => {
      const passage = passages.find(({ prefix }) => request.url?.startsWith(`${prefix}/`));
      if (passage === undefined) return pages.answer(request, response);
      const since = performance.now();
      void passOn(site, passage, { request, response, since, body: undefined }, pages.refuse);
    },
    moving: (visit, error) => moving.take(site, visit, error),
    refuse: pages.refuse,
  };
  const server = createServer(handle.bind(undefined, site));
  // Before the first request: what it tells is kept for every receiver that is known by then.
  const events = await startProjectEvents(project);
  try {
    await listen(server, host, port);
  } catch (error) {
    await events.stop();
    throw error;
  }
  const { port: taken } = server.address() as AddressInfo; // a server on a port has one
  return {
    address: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    background: events,
    async stop() {
      site.isOpen = false;
      await Promise.all([drain(server), events.stop(), rehearsing.close()]);
      await Promise.all([moving.close(), ...passages.map((passage) => passage.close())]);
    },
  };
}

async function noMoves(): Promise<[]> {
  return [];
}

async function startProjectEvents(project: Project): Promise<Events> {
  const { url, secret } = project.plan.settings.events;
  const broker = url === undefined ? undefined : openBroker({ running: project, url, secret });
  try {
    const starting = startEvents({
      running: project,
      workers: project.databases.flatMap((database) => {
        const served = project.local.get(database.app ?? "");
        return served ? [{ served, database }] : [];
      }),
      apps: project.plan.settings.apps,
      outward: outwardWays(project, broker),
      consume: broker?.serve,
      paused: (app) => (project.moves.rowOf(app)?.phase ?? "here") !== "here",
    });
    project.moves.attach(starting);
    const events = await starting;
    return broker ? { ...events, stop: () => broker.stop(events.stop()) } : events;
  } catch (error) {
    await broker?.stop(Promise.resolve());
    throw error;
  }
}

/** One way to each app: through the broker, or to its address, with its connections. */
function outwardWays(project: Project, broker: Broker | undefined): Outward {
  const ways = new Map<string, Transport>();
  const { eventsSecret: secret } = project;
  const foreign = new Set(project.plan.apps.filter(isOfOthers).map(({ name }) => name));
  return (provider) => {
    if (provider.is !== "remote" && provider.is !== "absent") return undefined;
    if (broker && !foreign.has(provider.app)) return broker.transportTo(provider.app);
    if (provider.is === "absent") return undefined;
    const { app, address } = provider;
    const place = `${app} ${address.href}`;
    const way = ways.get(place) ?? httpTransport(project, address, secret);
    ways.set(place, way);
    return way;
  };
}

function fakeApps(project: Project): ServedApp[] {
  return project.plan.apps.flatMap(({ name }) => {
    const provider = project.providers.get(name);
    return provider?.is === "fake" ? [provider.served] : [];
  });
}

/** A service of one app stands at `/`, so that `FAQ_API` is the address of the process. */
function isAlone({ plan }: Project, local: readonly ServedApp[]): boolean {
  return plan.only.length > 0 && local.length === 1;
}

function createPassages(project: Project): Passage[] {
  return project.plan.apps.flatMap((listed) => {
    const { name, address } = listed;
    if (address === undefined || isOfOthers(listed)) return [];
    return [createPassage({ app: name, prefix: `/${name}`, address })];
  });
}

/** A foreign service has no pages, and what it lets this project do is not for everybody. */
function isOfOthers({ versions }: Listed): boolean {
  return versions.some(isForeign);
}

function siteMap(project: Project, prefixOf: (app: string) => string, isSite: boolean): SiteMap {
  const { plan } = project;
  const shown = plan.apps.filter((listed) => !isOfOthers(listed));
  return {
    name: plan.settings.name,
    get apps() {
      return shown.map((listed) => toMapped(project, listed, isSite));
    },
    hrefOf(app, root) {
      if (root !== undefined) return `${root}/${app}`;
      const provider = project.providers.get(app);
      // Its own place here stays, wherever the app goes.
      if (provider?.is !== "remote" || project.local.has(app)) return prefixOf(app);
      return plan.only.length === 0 ? `/${app}` : provider.address.href.replace(/\/$/, "");
    },
  };
}

function toMapped(project: Project, { name }: Listed, isSite: boolean): MappedApp {
  const provider = project.providers.get(name);
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const summary = project.local.get(name)?.app.summary ?? "";
  if (provider?.is === "fake")
    return { name, title, summary: "Fake.", place: undefined, isAbsent: !isSite };
  const hasMoved = project.moves.rowOf(name) !== undefined && provider?.is === "remote";
  const place = hasMoved ? provider.address.href : undefined;
  return { name, title, summary, place, isAbsent: provider?.is === "absent" };
}

function report(
  request: IncomingMessage,
  response: ServerResponse,
  onRequest: NonNullable<ServiceOptions["onRequest"]>,
): void {
  const start = performance.now();
  const traceId = beginTrace(request);
  response.once("close", () => {
    onRequest({ request, response, milliseconds: performance.now() - start, traceId });
  });
}

/** A request without a trace gets one here, so that its line in the log and all that it causes share it. */
function beginTrace(request: IncomingMessage): string {
  const known = traceIdOf(request);
  if (known !== undefined) return known;
  const traceId = newTraceId();
  request.headers["traceparent"] = `00-${traceId}-${newSpanId()}-01`;
  return traceId;
}

const ANOTHER = "Choose another --host or --port.";

const refusals: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  EADDRINUSE: ["another process has it", "Choose another --port, or stop that process."],
  EACCES: ["this user may not take it", "Choose a --port from 1024."],
  EADDRNOTAVAIL: ["this machine has no such address", "Choose another --host."],
  ENOTFOUND: ["there is no host of that name", "Choose another --host."],
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const [why, fix] = refusals[cause.code ?? ""] ?? [cause.code ?? cause.message, ANOTHER];
      const message = `cannot listen on ${host}:${port}: ${why}`;
      reject(new MarcotError("CommandInvalid", message, { cause, fix }));
    });
    server.listen(port, host, resolve);
  });
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    // A connection that was busy becomes idle later, and would be kept open for its next request.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(late);
      resolve();
    });
  });
}
