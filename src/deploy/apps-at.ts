/** The apps of a repository as they were at a commit: where they lay, what they promised, whom they called. */
import { posix } from "node:path";
import { MarcotError } from "../errors.ts";
import { LOCK, readLock, type StoredLock } from "../lock/stored.ts";
import { readUses, type UsedApp, USES } from "../lock/uses.ts";
import { isSource, isTest } from "../project/check/boundaries.ts";
import { changedAt, isShallow, repositoryOf, snapshotOf, type Snapshot } from "../project/git.ts";
import { type Imported, importsOf } from "../project/check/imports.ts";

/** An app names an endpoint or an event of another one. */
export interface Use {
  /** The app whose it is. */
  readonly uses: string;
  /** `*` where the source does not say which. */
  readonly version: string;
  readonly name: string;
  /** From the top of the repository. */
  readonly file: string;
  readonly line: number;
}

/** What cannot be known, and why: one sentence. */
export interface Unknown {
  readonly why: string;
}

export interface AppsAt {
  /** The whole hash. */
  readonly commit: string;
  readonly names: readonly string[];
  /** What the app promised. */
  lockOf(app: string): Promise<StoredLock | Unknown>;
  /** What its callers here were built against: the same, or what was pulled of an app of others. */
  builtOf(app: string): Promise<StoredLock | Unknown>;
  /** When the contract of an app of others was pulled; undefined where it was not. */
  pulledAt(app: string): Promise<Pulled | undefined>;
  /** What was recorded of an app, of one that it calls. */
  recordOf(app: string, provider: string): Promise<UsedApp>;
  /** Uses of apps that are in the repository, or among `others`. */
  usesOf(app: string, others: readonly string[]): Promise<readonly Use[] | Unknown>;
}

/** The lock of an app of others, as it was written by `marcot contract pull`. */
export interface Pulled {
  readonly file: string;
  /** The moment of its commit. */
  readonly at: string;
}

export function isUnknown(value: object): value is Unknown {
  return "why" in value;
}

/** `project` is the folder of settings.ts; its own apps/ come before others of the same name. */
export async function appsAt(project: string, ref: string): Promise<AppsAt | Unknown> {
  const snapshot = await snapshotOf(project, ref);
  const { prefix = "" } = (await repositoryOf(project)) ?? {};
  if (snapshot !== undefined)
    return read(snapshot, { folders: await foldersOf(snapshot), project, prefix });
  const isCut = await isShallow(project);
  const what = `git does not have the commit ${shortOf(ref)}`;
  return { why: isCut ? `${what}: the clone is shallow (git fetch --unshallow)` : what };
}

/** A hash as people read it; branches and tags as they are. */
export function shortOf(ref: string): string {
  return /^[0-9a-f]{40}$/.test(ref) ? ref.slice(0, 7) : ref;
}

interface Folder {
  readonly app: string;
  readonly path: string;
  /** A contract alone, in contracts/: the app is provided by others. */
  readonly isPulled: boolean;
}

const CONTRACT = /(?:^|\/)contract\.[jt]s$/;

/** A folder that has a contract, by the name of its package (`marcot-faq`), else by its own (`apps/faq`). */
async function foldersOf({ files, read }: Snapshot): Promise<Folder[]> {
  const all = new Set(files);
  const found: Folder[] = [];
  for (const file of files.filter((path) => CONTRACT.test(path) && !isInstalled(path))) {
    const path = posix.dirname(file);
    const manifest = posix.join(path, "package.json");
    const name = all.has(manifest) ? packageOf(await read(manifest)) : undefined;
    const [, place, inside] = /(?:^|\/)(apps|contracts)\/([^/]+)$/.exec(path) ?? [];
    const app = name ?? inside;
    const isPulled = name === undefined && place === "contracts";
    if (app !== undefined) found.push({ app, path, isPulled });
  }
  return found;
}

function packageOf(manifest: string): string | undefined {
  return /"name"\s*:\s*"marcot-([^"/]+)"/.exec(manifest)?.[1];
}

function isInstalled(path: string): boolean {
  return path.split("/").includes("node_modules");
}

interface Read {
  readonly folders: readonly Folder[];
  readonly project: string;
  /** The project's folder in the repository. */
  readonly prefix: string;
}

function read(snapshot: Snapshot, { folders, project, prefix }: Read): AppsAt {
  const { commit, files } = snapshot;
  const own = folders.filter(({ isPulled }) => !isPulled);
  const names = [...new Set(own.map(({ app }) => app))];
  const pulledOf = (app: string) =>
    folders.find(({ isPulled, path }) => isPulled && path === `${prefix}contracts/${app}`);
  const folderOf = (app: string): Folder | Unknown => {
    const named = own.filter((folder) => folder.app === app);
    const inside = named.find(({ path }) => path === `${prefix}apps/${app}`);
    const [only, other] = named;
    if (inside ?? (only && !other)) return inside ?? (only as Folder);
    const places = named.map(({ path }) => path).join(", ");
    const why = only ? `several folders are the app ${app}: ${places}` : `there is no app ${app}`;
    return { why: `${why} at ${shortOf(commit)}` };
  };
  const lockIn = async (folder: Folder | Unknown): Promise<StoredLock | Unknown> => {
    if (isUnknown(folder)) return folder;
    const path = posix.join(folder.path, LOCK);
    const place = `${path} of ${shortOf(commit)}`;
    if (!files.includes(path)) return { why: `there is no ${place}` };
    return orUnknown(async () => readLock(await snapshot.read(path), place));
  };
  return {
    commit,
    names,
    lockOf: (app) => lockIn(folderOf(app)),
    builtOf(app) {
      const isInside = own.some(({ path }) => path === `${prefix}apps/${app}`);
      return lockIn((isInside ? undefined : pulledOf(app)) ?? folderOf(app));
    },
    async pulledAt(app) {
      const folder = pulledOf(app);
      if (folder === undefined) return undefined;
      const file = posix.join(folder.path, LOCK);
      const at = await changedAt(project, commit, file);
      return at === undefined ? undefined : { file, at };
    },
    async recordOf(app, provider) {
      const folder = folderOf(app);
      const path = isUnknown(folder) ? "" : posix.join(folder.path, USES);
      if (!files.includes(path)) return {};
      // A file that nobody can read narrows nothing; `marcot check` says that it cannot be read.
      const read = await orUnknown(async () => ({
        uses: readUses(await snapshot.read(path), path),
      }));
      return isUnknown(read) ? {} : (read.uses[provider] ?? {});
    },
    async usesOf(app, others) {
      const folder = folderOf(app);
      if (isUnknown(folder)) return folder;
      const known = new Set([...folders.map((one) => one.app), ...others]);
      const uses: Use[] = [];
      for (const path of files.filter((file) => isOf(file, folder))) {
        const { imports, errors } = importsOf(path, await snapshot.read(path));
        const [error] = errors;
        if (error) return { why: `${path}:${error.line} of ${shortOf(commit)}: ${error.message}` };
        for (const imported of imports) {
          const target = targetOf(imported, path, folders);
          if (target === undefined || target === app || !known.has(target)) continue;
          uses.push(...toUses(imported).map((use) => ({ ...use, uses: target, file: path })));
        }
      }
      return uses;
    },
  };
}

async function orUnknown<T extends object>(read: () => Promise<T>): Promise<T | Unknown> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MarcotError) return { why: error.message };
    throw error;
  }
}

function isOf(file: string, { path }: Folder): boolean {
  return file.startsWith(`${path}/`) && isSource(file) && !isInstalled(file) && !isTest(file);
}

function targetOf(
  { from = "", isType }: Imported,
  path: string,
  folders: readonly Folder[],
): string | undefined {
  if (isType) return undefined;
  const named = /^(?:#apps\/|marcot-)([^/]+)/.exec(from)?.[1];
  if (named !== undefined || !from.startsWith(".")) return named;
  const target = posix.join(posix.dirname(path), from);
  return folders.find((folder) => target.startsWith(`${folder.path}/`))?.app;
}

/** An import of which no endpoint is named means all of that version; one of no version, all versions. */
function toUses({ names, members, line }: Imported): Omit<Use, "uses" | "file">[] {
  const isVersion = (name: string) => /^v[1-9]\d*$/.test(name);
  const isNamed = (name: string) => members.some(({ version }) => [name, "*"].includes(version));
  const whole = names
    .filter((name) => !isVersion(name) || !isNamed(name))
    .filter((name) => name !== "*" || members.length === 0)
    .map((name) => ({ version: isVersion(name) ? name : "*", name: "*", line }));
  return [...members, ...whole];
}
