/** A project for a test: its apps in an arrangement, databases that nobody else has, and an orderly end. */
import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { MarcotError } from "../errors.ts";
import { apiVariableOf, databaseVariableOf } from "../project/addresses.ts";
import type { Environment } from "../project/env.ts";
import { type AppFiles, findApp, loadSettings } from "../project/find.ts";
import { openProject, type Project } from "../project/project.ts";
import { readSettings } from "../project/settings.ts";
import { startService } from "../provider/service.ts";
import { type Arrangement, isApart } from "./arrangement.ts";
import { openAppsDatabase } from "./database.ts";
import { type Provider, startProvider } from "./provider.ts";
import type { Recording } from "./recording.ts";

/** A port was free when it was chosen. One attempt fails now and then; three in a row have a reason. */
const ATTEMPTS_MAX = 3;

/** For settings that ask for a database where none will be opened. */
const NOWHERE = "postgres://nobody@127.0.0.1/nothing";

export interface SiteOptions {
  /** The project's folder. */
  readonly folder: string;
  readonly arrangement: Arrangement;
  readonly recording: Recording;
}

/** A project that is open in this process and answers over HTTP too. */
export interface Site {
  readonly project: Project;
  /** `http://127.0.0.1:40123`; every app has its place below it, wherever it runs. */
  readonly address: string;
  /** The apps that have a process of their own. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Ends all processes and drops the databases. */
  close(): Promise<void>;
}

export async function openSite(options: SiteOptions): Promise<Site> {
  for (let attempt = 1; ; attempt += 1) {
    const closers: Closer[] = [];
    try {
      return await open(options, closers);
    } catch (error) {
      await closeAll(closers).catch(() => undefined); // what failed first is what matters
      if (attempt === ATTEMPTS_MAX || !isTaken(error)) throw error;
    }
  }
}

type Closer = () => Promise<unknown>;

async function open(options: SiteOptions, closers: Closer[]): Promise<Site> {
  const { folder, arrangement, recording } = options;
  const apps = await readApps(folder);
  const apart = apps.filter(({ name }) => isApart(arrangement, name));
  const here = apps.filter((app) => !apart.includes(app));
  const base = plainEnvironment(apps);

  // Every process is told where all the others are going to be, so that apps may call each other.
  const [port = 0, ...ports] = await freePorts(1 + apart.length);
  const below = here.map(({ name }) => [name, `http://127.0.0.1:${port}/${name}`] as const);
  const beside = apart.map(
    ({ name }, index) => [name, `http://127.0.0.1:${ports[index]}`] as const,
  );

  const providers = await startAll(
    apart.map(async (app, index) => {
      const all = { ...base, ...addresses([...below, ...beside]) };
      const environment = { ...all, ...(await openDatabase([app], closers)) };
      const own = ports[index] ?? 0;
      return startProvider({ app: app.name, folder, port: own, environment, recording });
    }),
    closers,
  );
  const environment = { ...base, ...addresses(beside), ...(await openDatabase(here, closers)) };
  const project = await openProject({ folder, environment, log: recording });
  closers.push(() => project.close());
  const service = await startService({
    project,
    port,
    onRequest: ({ request: { method, url }, response: { statusCode } }) =>
      recording.add(`${method} ${url} ${statusCode}`),
  });
  closers.push(() => service.stop());
  return { project, address: service.address, providers, close: () => closeAll(closers) };
}

/** Those whose code is here. */
async function readApps(folder: string): Promise<AppFiles[]> {
  const environment = { ...process.env, DATABASE_URL: NOWHERE };
  const { apps } = readSettings(await loadSettings(folder), environment);
  return apps.flatMap((name) => findApp(folder, name) ?? []);
}

/**
 * What this process was given, without what would lead a test to somebody's running app or to his rows,
 * and with a secret by which its own processes know each other's events.
 */
function plainEnvironment(apps: readonly AppFiles[]): Environment {
  const dropped = apps.flatMap(({ name }) => [apiVariableOf(name), databaseVariableOf(name)]);
  dropped.push("HOST", "PORT", "NODE_TEST_CONTEXT");
  const kept = Object.entries(process.env).filter(([name]) => !dropped.includes(name));
  const secret = randomBytes(32).toString("hex");
  return { ...Object.fromEntries(kept), DATABASE_URL: NOWHERE, EVENTS_SECRET: secret };
}

/** One for the apps of a process, named twice: settings need not read DATABASE_URL. */
async function openDatabase(apps: readonly AppFiles[], closers: Closer[]): Promise<Environment> {
  if (apps.length === 0) return {};
  const { url, drop } = await openAppsDatabase(apps);
  closers.push(drop);
  const own = apps.map(({ name }) => [databaseVariableOf(name), url]);
  return { DATABASE_URL: url, ...Object.fromEntries(own) };
}

function addresses(all: readonly (readonly [app: string, address: string])[]): Environment {
  return Object.fromEntries(all.map(([app, address]) => [apiVariableOf(app), address]));
}

/** Waits for all of them even when one fails, so that none is forgotten. */
async function startAll(
  starting: readonly Promise<Provider>[],
  closers: Closer[],
): Promise<Map<string, Provider>> {
  const started = await Promise.allSettled(starting);
  const providers = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  closers.push(() => Promise.all(providers.map((provider) => provider.stop())));
  const failed = started.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return new Map(providers.map((provider) => [provider.app, provider]));
}

/** The last first, and each of them, whatever becomes of the others. */
async function closeAll(closers: Closer[]): Promise<void> {
  const errors: unknown[] = [];
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    await close().catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
}

/** Ports where nobody listens, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const listening = servers.map(
    (server) => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)),
  );
  await Promise.all(listening);
  const ports = servers.map((server) => (server.address() as AddressInfo).port); // it is on a port
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The sentence of `startService`, from this process or from what another one said. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof MarcotError)) return false;
  return /cannot listen .*: another process has it/.test(`${error.message}\n${error.fix}`);
}
