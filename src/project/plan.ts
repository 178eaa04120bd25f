/**
 * What a project is before anything is opened: its settings, its apps, and where each is provided. An app
 * whose address is set is remote; of the others, `only` says which are provided in this process.
 */
import { join, resolve } from "node:path";
import { type AnyContract, aboutOf, isServed } from "../contract/contract.ts";
import type { Log } from "../app/types.ts";
import { openEmbedded, type Embedded } from "../data/embedded.ts";
import { eventsSecretOf } from "../data/roles.ts";
import { MarcotError } from "../errors.ts";
import { apiVariableOf } from "./addresses.ts";
import type { Environment } from "./env.ts";
import { type AppFiles, findApp, loadContract, loadSettings } from "./find.ts";
import { nearest } from "./name.ts";
import { inspectSettings, type Mistake, type ReadSettings, refuseMistakes } from "./settings.ts";

export interface ProjectOptions {
  /** The folder that has settings.ts. */
  readonly folder: string;
  /** Names of the apps to provide here. Default: all that have no address. */
  readonly only?: readonly string[];
  /** Default: `process.env`. */
  readonly environment?: Environment;
  /** What was found wrong before, to be told together with what is wrong here. Default: nothing. */
  readonly mistakes?: readonly Mistake[];
  readonly log: Log;
}

/** What is known of an app before any database is opened. */
export interface Listed {
  readonly name: string;
  readonly files: AppFiles | undefined;
  /** Those that are served, oldest first. Empty where the contract of a remote app is not installed. */
  readonly versions: readonly AnyContract[];
  readonly address: URL | undefined;
  /** The seed of an app that is answered from its contract alone. */
  readonly fake: string | undefined;
  /** Whether this process provides it. */
  readonly isLocal: boolean;
}

export interface ProjectPlan {
  readonly folder: string;
  readonly settings: ReadSettings;
  readonly apps: readonly Listed[];
  readonly only: readonly string[];
}

/** Reads settings and contracts; opens nothing. */
export async function readProject(options: Omit<ProjectOptions, "log">): Promise<ProjectPlan> {
  const { folder, only = [], environment = process.env, mistakes = [] } = options;
  const inspected = inspectSettings(await loadSettings(folder), environment);
  refuseMistakes([...mistakes, ...inspected.mistakes]);
  const settings = inspected.read;
  const { addresses, fakes } = settings;
  for (const name of only) refuseUnlisted(name, settings.apps);
  const apps: Listed[] = [];
  for (const name of settings.apps) {
    const isElsewhere = addresses.has(name) || fakes.has(name);
    const isLocal = only.length === 0 ? !isElsewhere : only.includes(name);
    // A service's own address is for the others: it does not call itself over the network.
    const address = isLocal ? undefined : addresses.get(name);
    const fake = isLocal ? undefined : fakes.get(name);
    apps.push(await listApp(folder, { name, address, fake, isLocal }));
  }
  return { folder, settings, apps, only };
}

/** For names that people type: says which one they may have meant. */
export function refuseUnlisted(name: string, listed: readonly string[]): void {
  if (listed.includes(name)) return;
  const near = nearest(name, listed);
  const all = listed.length === 0 ? "there are none yet" : listed.join(", ");
  const message = `${name} is not one of the project's apps: ${all}`;
  const fix = near ? `Did you mean ${near}?` : `Use one of them, or add "${name}" to settings.ts.`;
  throw new MarcotError("AppNotFound", message, { fix });
}

/** The apps that are provided here, or those of `names`, which must be. For what works on their data. */
export function localFiles(
  { apps }: ProjectPlan,
  names: readonly string[],
): readonly { readonly app: string; readonly files: AppFiles }[] {
  for (const name of names) {
    refuseUnlisted(
      name,
      apps.map((listed) => listed.name),
    );
    const { address, fake } = apps.find((listed) => listed.name === name) ?? {};
    if (address === undefined && fake === undefined) continue;
    const message = address
      ? `${name} is provided at ${address.href} (${apiVariableOf(name)})`
      : `${name} is fake (${apiVariableOf(name)}=fake:${fake}): it has no data`;
    throw new MarcotError("CommandInvalid", message, {
      fix: `Unset ${apiVariableOf(name)}, or do it where the app is provided.`,
    });
  }
  return apps.flatMap(({ name, files, isLocal }) => {
    const isMeant = isLocal && (names.length === 0 || names.includes(name));
    return isMeant && files !== undefined ? [{ app: name, files }] : [];
  });
}

async function listApp(
  folder: string,
  about: Pick<Listed, "name" | "address" | "fake" | "isLocal">,
): Promise<Listed> {
  const { name, fake, isLocal } = about;
  const files = findApp(folder, name);
  if (files === undefined && fake !== undefined) {
    const message = `${name} cannot be fake (${apiVariableOf(name)}): its contract is neither in ${join(folder, "apps", name)} nor installed as marcot-${name}`;
    throw new MarcotError("AppNotFound", message, { fix: "Install the package of its contract." });
  }
  if (files === undefined && isLocal) {
    const message = `the app ${name} is neither in ${join(folder, "apps", name)} nor installed as marcot-${name}; or set ${apiVariableOf(name)}`;
    throw new MarcotError("AppNotFound", message);
  }
  if (files?.isPulled && isLocal) {
    const message = `the app ${name} is provided by others: there is its contract, and no address`;
    throw new MarcotError("AppNotFound", message, { fix: `Set ${apiVariableOf(name)}.` });
  }
  const versions = files ? (await loadContract(files)).filter(isServed) : [];
  return { ...about, files, versions };
}

export interface OwnerUrls {
  /** The owner's URL of the database that holds an app. */
  of(app: string): Promise<string>;
  isEmbedded(app: string): boolean;
  /**
   * What signs events: EVENTS_SECRET, else a secret of the project's embedded database, if that was asked for
   * before: so an app that leaves it by one command is told and heard. Others must be given one.
   */
  eventsSecret(): Promise<string | undefined>;
  /** The same for apps of one database, before it is opened: its setting. */
  keyOf(app: string): string;
  close(): Promise<void>;
}

export function ownerUrls({ settings, folder }: ProjectPlan): OwnerUrls {
  const servers = new Map<string, Promise<Embedded>>();
  const urlOf = (app: string) => settings.databases.get(app) ?? settings.database;
  const isEmbedded = (app: string) => urlOf(app).startsWith("embedded:");
  const pathOf = (url: string) => resolve(folder, url.slice("embedded:".length));
  return {
    isEmbedded,
    async eventsSecret() {
      const { events, database } = settings;
      const server = servers.get(pathOf(database));
      if (events.secret !== undefined || server === undefined) return events.secret;
      return eventsSecretOf((await server).url);
    },
    keyOf: urlOf,
    async of(app) {
      const url = urlOf(app);
      if (!isEmbedded(app)) return url;
      const path = pathOf(url);
      const server = servers.get(path) ?? openEmbedded(path);
      servers.set(path, server);
      return (await server).url;
    },
    async close() {
      for (const server of servers.values()) await (await server).stop();
    },
  };
}

/** The versions that an app serves, oldest first: `["v1", "v2"]`. */
export function versionNames({ versions }: Listed): string[] {
  return versions.map((version) => aboutOf(version).version);
}
