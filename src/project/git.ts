/**
 * What git knows of the files of a project at an earlier commit. git is called as a program with separate
 * arguments, never by a shell; nothing is fetched and nothing is written.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { codeOf, MarcotError } from "../errors.ts";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const run = promisify(execFile);

/** An earlier commit, and the files that it had. */
export interface Earlier {
  /** `main@3f2c1d0` */
  readonly name: string;
  /** Paths from the top of the repository, with `/`. */
  readonly files: readonly string[];
  /** Text of one of them. */
  read(path: string): Promise<string>;
}

/** Undefined: there is nothing that it could be compared with, for the reason in `why`. */
export interface Found {
  readonly earlier?: Earlier | undefined;
  readonly why: string;
}

/**
 * Where HEAD left the default branch, or `against`. An error that says what to do where that cannot be
 * known, because no answer would be taken for "nothing has changed".
 */
export async function findEarlier(folder: string, against?: string): Promise<Found> {
  if (!isInRepository(folder)) {
    if (against === undefined) return { why: "the project is not in a git repository" };
    throw new MarcotError("CommandInvalid", "the project is not in a git repository", {
      fix: "Leave --against away, or run it in a clone.",
    });
  }
  if (against?.startsWith("-")) throw unknownRef(against);
  const head = await commitOf(folder, "HEAD");
  if (head === undefined && against === undefined) return { why: "there is no commit yet" };
  const ref = against ?? (await defaultBranch(folder));
  const target = await commitOf(folder, ref);
  if (target === undefined) throw unknownRef(ref);
  const base = await mergeBase(folder, target, ref);
  const { files, read } = await filesOf(folder, base);
  return { why: "", earlier: { name: `${shortName(ref)}@${base.slice(0, 7)}`, files, read } };
}

/** A commit, and the files that it has. */
export interface Snapshot extends Omit<Earlier, "name"> {
  /** The whole hash. */
  readonly commit: string;
}

/** Undefined where git does not have the commit. */
export async function snapshotOf(folder: string, ref: string): Promise<Snapshot | undefined> {
  if (!isInRepository(folder)) return undefined;
  const commit = await commitOf(folder, ref);
  return commit === undefined ? undefined : { commit, ...(await filesOf(folder, commit)) };
}

async function filesOf(folder: string, commit: string): Promise<Omit<Earlier, "name">> {
  const listed = await git(folder, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit]);
  return {
    files: listed.split("\0").filter((path) => path !== ""),
    read: (path) => git(folder, ["cat-file", "blob", `${commit}:${path}`]),
  };
}

/** The repository that a folder is in, and the folder's path in it; undefined outside of one. */
export async function repositoryOf(
  folder: string,
): Promise<{ readonly top: string; readonly prefix: string } | undefined> {
  if (!isInRepository(folder)) return undefined;
  const said = await git(folder, ["rev-parse", "--show-toplevel", "--show-prefix"]);
  const [top = "", prefix = ""] = said.split("\n");
  return { top, prefix };
}

/** Told by the disk, so that a git that is missing or refuses is no reason to compare nothing. */
function isInRepository(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (dirname(at) === at) return false;
  }
}

/** Whether the history was cut off when it was fetched. */
export async function isShallow(folder: string): Promise<boolean> {
  return (await git(folder, ["rev-parse", "--is-shallow-repository"])).trim() === "true";
}

/** When a file was last changed, as seen from a commit; undefined where it never was. */
export async function changedAt(
  folder: string,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const args = ["log", "-1", "--format=%cI", "--end-of-options", commit, "--", `:(top)${path}`];
  return (await git(folder, args)).trim() || undefined;
}

async function commitOf(folder: string, ref: string): Promise<string | undefined> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
  const said = await attempt(folder, args);
  return said?.trim();
}

/** The remote's word first; then the usual names; then the only branch that there is. */
async function defaultBranch(folder: string): Promise<string> {
  const args = ["for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes/origin"];
  const refs = (await git(folder, args)).split("\n").filter((ref) => ref !== "");
  const usual = ["remotes/origin/HEAD", "remotes/origin/main", "remotes/origin/master"];
  const names = [...usual, "heads/main", "heads/master"].map((name) => `refs/${name}`);
  const found = names.find((name) => refs.includes(name)) ?? (refs.length === 1 ? refs[0] : "");
  // The only branch of a shallow clone may be one of many.
  if (found && !(refs.length === 1 && !names.includes(found) && (await isShallow(folder))))
    return found;
  throw new MarcotError("CommandInvalid", "git knows no default branch here", {
    fix: "Fetch it (git fetch origin, git remote set-head origin --auto), or say --against REF.",
  });
}

async function mergeBase(folder: string, target: string, ref: string): Promise<string> {
  const base = (await attempt(folder, ["merge-base", "HEAD", target]))?.trim();
  if (base) return base;
  const branch = shortName(ref);
  throw (await isShallow(folder))
    ? new MarcotError("CommandInvalid", `the clone is shallow and ends before ${branch} began`, {
        fix: "Fetch the history: git fetch --unshallow (in CI: fetch-depth: 0).",
      })
    : new MarcotError("CommandInvalid", `HEAD and ${branch} have no commit in common`, {
        fix: "Say another one: --against REF.",
      });
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|remotes)\//, "");
}

function unknownRef(ref: string): MarcotError {
  return new MarcotError("CommandInvalid", `git knows no commit ${ref}`, {
    fix: "Fetch it, or say another one: --against REF.",
  });
}

/** Locks may be large; a listing of a large repository is. */
const OUTPUT_MAX_BYTES = 256 * 1024 * 1024;

async function git(folder: string, args: readonly string[]): Promise<string> {
  try {
    const options = { cwd: folder, maxBuffer: OUTPUT_MAX_BYTES, encoding: "utf8" } as const;
    return (await run("git", [...args], options)).stdout;
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") {
      throw new MarcotError("CommandInvalid", "git is not installed", {
        cause,
        fix: "Install it: the earlier contract is read from it.",
      });
    }
    const { stderr = "" } = cause as { stderr?: string };
    const [line = ""] = stderr.split("\n");
    throw new MarcotError("CommandInvalid", `git ${args[0]} failed: ${line}`, {
      cause,
      fix: "Put right what git says, and run it again.",
    });
  }
}

/** Undefined where git answers no (1, without a word). */
async function attempt(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return await git(folder, args);
  } catch (error) {
    const cause = error instanceof MarcotError ? error.cause : undefined;
    if ((cause as { code?: unknown } | undefined)?.code === 1) return undefined;
    throw error;
  }
}
