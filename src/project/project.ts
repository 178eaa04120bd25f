/** A running project: the plan of `plan.ts` carried out, with databases opened and apps that answer calls. */
import { join } from "node:path";
import { isForeign } from "../contract/contract.ts";
import { current, newTraceId } from "../app/context.ts";
import { serve } from "../app/served.ts";
import type { Context, Log, Provider, Running } from "../app/types.ts";
import { type Database, openDatabase } from "../data/database.ts";
import { loadFixture } from "../data/fixtures.ts";
import { checkMigrated, migrate, readMigrations } from "../data/migrate.ts";
import { appUrl } from "../data/roles.ts";
import { apiVariableOf } from "./addresses.ts";
import { loadApp } from "./find.ts";
import { type Counted, keepLedger } from "./usage/ledger.ts";
import {
  type Listed,
  ownerUrls,
  type ProjectOptions,
  type ProjectPlan,
  readProject,
} from "./plan.ts";

export interface Project extends Running {
  readonly plan: ProjectPlan;
  /** Of the local apps. */
  readonly databases: readonly Database[];
  /** Runs code as the project, so that it can call apps: `project.run(() => faq.create(…))`. */
  run<T>(work: () => T): T;
  close(): Promise<void>;
}

/** Loads the local apps, opens their databases, and makes them answer calls. */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const plan = await readProject(options);
  const databases = await openDatabases(plan, options.log);
  const providers = new Map<string, Provider>();
  const counted: Counted[] = [];
  try {
    for (const listed of plan.apps)
      providers.set(listed.name, await toProvider(listed, plan, databases, counted));
  } catch (error) {
    await databases.close();
    throw error;
  }
  for (const { name, fake } of plan.apps)
    if (fake !== undefined) options.log.warn({ app: name, seed: fake }, fakeWarning(name, fake));
  const closers: (() => Promise<void>)[] = [];
  const ledger = keepLedger(counted, options.log);
  const running: Running = {
    onClose: (work) => void closers.push(work),
    deadlineMs: plan.settings.deadlineMs,
    log: options.log,
    providers,
  };
  return {
    ...running,
    plan,
    databases: databases.opened,
    run: (work) => current.run(outside(running), work),
    async close() {
      await Promise.all(closers.map((work) => work()));
      await ledger.close();
      await databases.close();
    },
  };
}

async function toProvider(
  listed: Listed,
  plan: ProjectPlan,
  databases: Databases,
  counted: Counted[],
): Promise<Provider> {
  const { name, address, files, fake, versions } = listed;
  const newest = versions.at(-1);
  if (fake !== undefined && newest) {
    // Loaded only here: it brings the comparison of contracts, which a server does not need.
    const { serveFake } = await import("../app/fake.ts");
    return { is: "fake", served: serveFake(newest, fake) };
  }
  if (address) {
    if (newest && isForeign(newest))
      return { is: "remote", app: name, address, token: plan.settings.tokens.get(name) };
    return { is: "remote", app: name, address, contract: newest };
  }
  if (!listed.isLocal || files === undefined) {
    const why = `${name} is not provided by this process (--only ${plan.only.join(" ")}), and ${apiVariableOf(name)} is not set`;
    return { is: "absent", app: name, why };
  }
  const app = await loadApp(files);
  const database = await databases.open(name);
  const served = serve(app, database);
  counted.push({ served, database });
  return { is: "local", served };
}

function fakeWarning(app: string, seed: string): string {
  return `${app} is FAKE (${apiVariableOf(app)}=fake:${seed}): its answers are made up from its contract, and nothing is stored`;
}

/** The context of code that serves no call: no deadline, and nobody's. */
export function outside(running: Running): Context {
  return {
    running,
    app: "",
    caller: "",
    deadline: Infinity,
    traceId: newTraceId(),
    idempotencyKey: undefined,
  };
}

interface Databases {
  readonly opened: readonly Database[];
  open(app: string): Promise<Database>;
  close(): Promise<void>;
}

/** One pool per app, as the app's own role. The embedded server starts with the first one. */
async function openDatabases(plan: ProjectPlan, log: Log): Promise<Databases> {
  const owner = ownerUrls(plan);
  const opened: Database[] = [];
  return {
    opened,
    async open(app) {
      const files = plan.apps.find(({ name }) => name === app)?.files;
      const ownerUrl = await owner.of(app);
      if (files) {
        const target = { ownerUrl, app, folder: files.folder };
        if (owner.isEmbedded(app)) await bringUp(target, plan.settings.fixtures, log);
        else await checkMigrated({ ...target, folder: join(files.folder, "migrations") });
      }
      const database = await openDatabase({ url: appUrl(ownerUrl, app), app });
      opened.push(database);
      return database;
    },
    async close() {
      await Promise.all(opened.map((database) => database.close()));
      await owner.close();
    },
  };
}

interface Target {
  readonly ownerUrl: string;
  readonly app: string;
  /** The app's. */
  readonly folder: string;
}

/**
 * An embedded database belongs to this project alone, so it follows the code; any other one is asked
 * about. With the first migration come the fixtures, so that there is something to look at.
 */
async function bringUp(target: Target, fixtures: readonly string[], log: Log): Promise<void> {
  const { app } = target;
  const folder = join(target.folder, "migrations");
  const applied = await migrate({ ...target, folder });
  for (const name of applied) log.info({ app, migration: name }, "migration applied");
  const [first] = await readMigrations(folder);
  if (first === undefined || !applied.includes(first.name)) return;
  for (const fixture of fixtures) {
    const rows = await loadFixture({ ...target, name: fixture });
    if (rows !== undefined) log.info({ app, fixture, rows }, "fixture loaded");
  }
}
