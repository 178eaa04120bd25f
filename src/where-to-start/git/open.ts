/** The files of a code base, wherever they are: a working tree, a commit, or a folder that git does not know. */
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { MarcotError } from "../../errors.ts";
import type { Repository, Tree } from "../types/tree.ts";
import { treeOfCommit } from "./commit-tree.ts";
import { treeOnDisk, walk } from "./folder.ts";
import { askGit, mustHaveWorked } from "./program.ts";
import { commitOf, describe, locate, type Location, type Refused } from "./repository.ts";
import { A_SUBMODULE, entriesOf, isName, NO_NAME, type Skipped } from "./text.ts";

export interface OpenOptions {
  /** Default: the files as they lie on disk; of a bare repository, its HEAD. A name of a commit. */
  readonly at?: string | undefined;
}

export interface Opened {
  readonly tree: Tree;
  /** Undefined where git has no history of it. */
  readonly repository: Repository | undefined;
  /** Why not, in sentences; empty when nothing is missing. */
  readonly missing: readonly string[];
}

/**
 * Files that git tracks or would track; without git, all but those of others. A folder in a repository
 * stands for that part of it.
 * @throws {MarcotError} `CodeUnreadable` when there is no such folder, no file in it, or no such commit.
 */
export async function openTree(path: string, { at }: OpenOptions = {}): Promise<Opened> {
  const folder = folderAt(path);
  const location = await locate(folder);
  const opened =
    "refused" in location
      ? await openRefused(folder, location, at)
      : await openRepository(folder, location, at);
  if (opened.tree.files.length === 0 && opened.tree.skipped.length === 0)
    throw new MarcotError(
      "CodeUnreadable",
      `${path} is empty${at === undefined ? "" : ` at ${at}`}`,
    );
  return opened;
}

/** The real path of a folder. */
export function folderAt(path: string): string {
  const stat = path.includes("\0") ? undefined : statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new MarcotError("CodeUnreadable", `${path} does not exist`);
  if (!stat.isDirectory()) throw new MarcotError("CodeUnreadable", `${path} is not a folder`);
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
  } catch {
    throw new MarcotError("CodeUnreadable", `${path} may not be read`, {
      fix: "Let this user read it, or run this as one who may.",
    });
  }
  return realpathSync(resolve(path));
}

/** Without git a bare repository is a folder of objects: that no code lies in it would be no answer. */
async function openRefused(
  folder: string,
  { refused, isOutside }: Refused,
  at: string | undefined,
): Promise<Opened> {
  const isBare = ["HEAD", "objects", "refs"].every((name) => existsSync(join(folder, name)));
  if (isBare && !isOutside)
    throw new MarcotError("CodeUnreadable", `${folder} cannot be read: ${refused}`);
  return openFolder(folder, refused, at);
}

async function openFolder(
  folder: string,
  refused: string,
  at: string | undefined,
): Promise<Opened> {
  if (at !== undefined)
    throw new MarcotError("CodeUnreadable", `${folder} cannot be read at ${at}: ${refused}`);
  const tree = treeOnDisk(folder, await walk(folder));
  return { tree, repository: undefined, missing: [capital(refused)] };
}

async function openRepository(
  folder: string,
  location: Location,
  at: string | undefined,
): Promise<Opened> {
  const repository = await describe(location, at);
  const { prefix, root } = location;
  const within = (open: () => Promise<Tree>) => (prefix === "" ? {} : { within: { prefix, open } });
  if (at !== undefined || location.isBare) {
    const commit = repository?.head ?? (await commitOf(location, at ?? "HEAD"));
    const tree = await treeOfCommit(location, commit);
    const all = () => treeOfCommit({ ...location, prefix: "" }, commit);
    return { tree: { ...tree, ...within(all) }, repository, missing: [] };
  }
  const found = await listFiles(folder);
  if (found.files.length + found.skipped.length === 0 && repository && prefix === "") {
    const tree = await treeOfCommit(location, repository.head);
    return { tree, repository, missing: ["Nothing is checked out here: HEAD was read."] };
  }
  if (found.files.length > 0 || found.skipped.length > 0) {
    const missing =
      repository === undefined ? ["There is no commit yet: the history is unknown."] : [];
    const all = async () => treeOnDisk(root, await listFiles(root));
    const tree = { ...treeOnDisk(folder, found), notHere: found.notHere, ...within(all) };
    return { tree, repository, missing };
  }
  return openFolder(folder, "git ignores this folder: the history is unknown", at);
}

interface Listed {
  readonly files: string[];
  readonly skipped: Skipped[];
  readonly notHere: ReadonlySet<string>;
}

/** What is tracked, and what is not but could be. Of files in conflict, git prints each side. */
async function listFiles(folder: string): Promise<Listed> {
  const args = ["ls-files", "-t", "--stage", "-z", "--cached", "--others", "--exclude-standard"];
  const said = await askGit({ folder, args });
  mustHaveWorked(said, `the files of ${folder} cannot be listed`);
  const files = new Set<string>();
  const skipped: Skipped[] = [];
  const notHere = new Set<string>();
  for (const entry of entriesOf(said.bytes)) {
    const name = entry.subarray(entry[0] === UNTRACKED ? 2 : entry.indexOf(TAB) + 1);
    const file = name.toString("utf8");
    if (!isName(name)) skipped.push({ file, why: NO_NAME });
    else if (entry.indexOf(SUBMODULE) === 2) skipped.push({ file, why: A_SUBMODULE });
    else if (file.endsWith("/")) skipped.push({ file, why: "a repository of its own" });
    else files.add(file);
    if (entry[0] === LEFT_OUT) notHere.add(file);
  }
  return { files: [...files].toSorted(), skipped, notHere };
}

/** Git prints `? name` of what is not tracked, else `H mode id stage`, a tab and the name. */
const UNTRACKED = "?".charCodeAt(0);
const TAB = 9;
const SUBMODULE = "160000 ";

/** Instead of `H`: it is not in the working tree, as of a sparse checkout. */
const LEFT_OUT = "S".charCodeAt(0);

function capital(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}
