/** A running project: the plan of `plan.ts` carried out, with databases opened and apps that answer calls. */
import { join } from "node:path";
import { isForeign } from "../contract/contract.ts";
import { current, newTraceId } from "../app/context.ts";
import { serve } from "../app/served.ts";
import type { Context, Log, Provider, Running, ServedApp } from "../app/types.ts";
import { type Database, openDatabase } from "../data/database.ts";
import { loadFixture } from "../data/fixtures.ts";
import { checkMigrated, migrate, readMigrations } from "../data/migrate.ts";
import { appUrl } from "../data/roles.ts";
import { apiVariableOf } from "./addresses.ts";
import { loadApp } from "./find.ts";
import { refuseMoving } from "./migrating.ts";
import { type Follower, openFollower } from "./providers/follow.ts";
import { type Counted, keepLedger } from "./usage/ledger.ts";
import {
  type Listed,
  type OwnerUrls,
  ownerUrls,
  type ProjectOptions,
  type ProjectPlan,
  readProject,
} from "./plan.ts";

export interface Project extends Running {
  readonly plan: ProjectPlan;
  /** Of the apps whose code is here. */
  readonly databases: readonly Database[];
  /** The apps whose code is here, wherever they are provided just now. */
  readonly local: ReadonlyMap<string, ServedApp>;
  /** Where apps are that move while the project runs. */
  readonly moves: Omit<Follower, "begin" | "close">;
  /** What signs events between the project's services; undefined: none go between them. */
  readonly eventsSecret: string | undefined;
  /** Runs code as the project, so that it can call apps: `project.run(() => faq.create(…))`. */
  run<T>(work: () => T): T;
  close(): Promise<void>;
}

/** Loads the local apps, opens their databases, and makes them answer calls. */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { log } = options;
  const plan = await readProject(options);
  const owner = ownerUrls(plan);
  const undone: (() => Promise<void>)[] = [() => owner.close()];
  try {
    const moves = await openFollower({ plan, owner, log });
    undone.push(() => moves.close());
    const databases = openDatabases({ plan, owner, moves, log });
    undone.push(() => databases.close());
    const providers = new Map<string, Provider>();
    const counted: Counted[] = [];
    for (const listed of plan.apps)
      providers.set(listed.name, await toProvider(listed, plan, databases, counted));
    for (const { name, fake } of plan.apps)
      if (fake !== undefined) log.warn({ app: name, seed: fake }, fakeWarning(name, fake));
    const isHere = (app: string) => ["local", "held"].includes(providers.get(app)?.is ?? "");
    const ledger = keepLedger(counted, log, isHere);
    undone.push(() => ledger.close());
    moves.begin(providers, ledger);
    const eventsSecret = await owner.eventsSecret();
    return projectOf({ plan, log, providers, moves, databases, counted, eventsSecret }, undone);
  } catch (error) {
    await closeAll(undone);
    throw error;
  }
}

/** What was opened last is closed first. */
async function closeAll(undone: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of undone.toReversed()) await close();
}

interface Opened {
  readonly plan: ProjectPlan;
  readonly log: Log;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly moves: Follower;
  readonly databases: Databases;
  readonly counted: readonly Counted[];
  readonly eventsSecret: string | undefined;
}

function projectOf(opened: Opened, undone: readonly (() => Promise<void>)[]): Project {
  const { plan, log, providers, moves, databases, counted, eventsSecret } = opened;
  const closers: (() => Promise<void>)[] = [];
  const running = {
    onClose: (work: () => Promise<void>) => void closers.push(work),
    deadlineMs: plan.settings.deadlineMs,
    log,
    providers,
    local: new Map(counted.map(({ served }) => [served.app.name, served])),
    look: (app: string) => moves.look(app),
  };
  return {
    ...running,
    plan,
    moves,
    eventsSecret,
    databases: databases.opened,
    run: (work) => current.run(outside(running), work),
    async close() {
      await Promise.all(closers.map((work) => work()));
      await closeAll(undone);
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

interface DatabasesOptions {
  readonly plan: ProjectPlan;
  readonly owner: OwnerUrls;
  readonly moves: Follower;
  readonly log: Log;
}

/**
 * One pool per app, as the app's own role. The embedded server starts with the first one. Of an app that moves
 * the schema may be half there, or not at all: it is left alone.
 */
function openDatabases({ plan, owner, moves, log }: DatabasesOptions): Databases {
  const opened: Database[] = [];
  return {
    opened,
    async open(app) {
      const files = plan.apps.find(({ name }) => name === app)?.files;
      const ownerUrl = await owner.of(app);
      const isHere = (moves.rowOf(app)?.phase ?? "here") === "here";
      if (files && isHere) {
        const target = { ownerUrl, app, folder: files.folder };
        if (owner.isEmbedded(app)) await bringUp(target, plan.settings.fixtures, log);
        else await checkMigrated({ ...target, folder: join(files.folder, "migrations") });
      }
      const database = await openDatabase({ url: appUrl(ownerUrl, app), app, isTried: isHere });
      opened.push(database);
      return database;
    },
    async close() {
      await Promise.all(opened.map((database) => database.close()));
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
 * about. With the first migration come the fixtures, so that there is something to look at. Fails with MoveRefused
 * where the code needs tables that must not change, because the app moves.
 */
async function bringUp(target: Target, fixtures: readonly string[], log: Log): Promise<void> {
  const { app } = target;
  const folder = join(target.folder, "migrations");
  await refuseMoving({ ...target, folder });
  const applied = await migrate({ ...target, folder });
  for (const name of applied) log.info({ app, migration: name }, "migration applied");
  const [first] = await readMigrations(folder);
  if (first === undefined || !applied.includes(first.name)) return;
  for (const fixture of fixtures) {
    const rows = await loadFixture({ ...target, name: fixture });
    if (rows !== undefined) log.info({ app, fixture, rows }, "fixture loaded");
  }
}
