/** The repository that a folder is in: where, at which commit, and whether all of it is here. */
import { MarcotError } from "../../errors.ts";
import type { Repository } from "../types/tree.ts";
import { quoted } from "../report/quoted.ts";
import { TIME_MAX } from "./log/calendar.ts";
import { askGit, askLine, firstLine, type Said } from "./program.ts";

/** A folder in a repository. */
export interface Location {
  /** The top of the working tree; of a bare repository, itself. */
  readonly root: string;
  /** The folder's path from there, with `/` at its end; "" for the top. */
  readonly prefix: string;
  /** There are no files but those of commits. */
  readonly isBare: boolean;
  readonly isShallow: boolean;
}

/** A sentence: why git says nothing of a folder. */
export interface Refused {
  readonly refused: string;
  /** There is no repository, so nothing is wrong. */
  readonly isOutside: boolean;
}

/** @param folder absolute, an existing folder */
export async function locate(folder: string): Promise<Location | Refused> {
  const asked = ["--is-inside-work-tree", "--is-shallow-repository", "--show-prefix"];
  let said: Said;
  try {
    said = await askGit({ folder, args: ["rev-parse", ...asked] });
  } catch (error) {
    if (!(error instanceof MarcotError)) throw error;
    return { refused: `${error.message}: the history is unknown`, isOutside: false };
  }
  if (said.code !== 0) return refusal(said.complaint, folder);
  const [isInside, isShallow, ...rest] = said.bytes.toString("utf8").split("\n");
  const prefix = rest.join("\n").replace(/\n$/, "");
  const isBare = isInside !== "true";
  const top = isBare ? "--absolute-git-dir" : "--show-toplevel";
  const root = (await askLine(folder, ["rev-parse", top])) ?? folder;
  return { root, prefix, isBare, isShallow: isShallow === "true" };
}

function refusal(complaint: string, folder: string): Refused {
  if (/not a git repository/.test(complaint))
    return { refused: "this is not in a git repository: the history is unknown", isOutside: true };
  // git names its own folder, which may be above.
  const [, named = folder] = /repository (?:at )?\(?'(.+)'/.exec(complaint) ?? [];
  const advice = /dubious ownership|unsafe repository/.test(complaint)
    ? `git refuses to read a repository of another user (git config --global --add safe.directory ${quoted(named)})`
    : `git refuses: ${firstLine(complaint)}`;
  return { refused: `${advice}: the history is unknown`, isOutside: false };
}

/**
 * The whole hash of a commit.
 * @throws {MarcotError} `CodeUnreadable` when the name is no name, or git has no such commit.
 */
export async function commitOf(location: Location, rev: string): Promise<string> {
  const commit = await findCommit(location.root, rev);
  if (commit !== undefined) return commit;
  const advice = location.isShallow ? ": the clone is shallow (git fetch --unshallow)" : "";
  throw new MarcotError("CodeUnreadable", `git does not have the commit ${rev}${advice}`);
}

async function findCommit(folder: string, rev: string): Promise<string | undefined> {
  if (rev === "" || /^[-^]/.test(rev) || /[\0\n]/.test(rev))
    throw new MarcotError("CodeUnreadable", `${JSON.stringify(rev)} is no name of a commit`);
  return askLine(folder, ["rev-parse", "--verify", "--quiet", `${rev}^{commit}`]);
}

/** Undefined when there is no commit yet. `at`: as it was asked for; else what is checked out. */
export async function describe(
  location: Location,
  at: string | undefined,
): Promise<Repository | undefined> {
  const { root, prefix, isShallow, isBare } = location;
  const isWorking = at === undefined && !isBare;
  const [head, url, isDirty] = await Promise.all([
    at === undefined ? findCommit(root, "HEAD") : commitOf(location, at),
    askLine(root, ["config", "--get", "remote.origin.url"]),
    isWorking && hasChanges(root),
  ]);
  if (head === undefined) return undefined;
  const format = ["--no-show-signature", "--no-patch", "--format=%ct"];
  const time = await askLine(root, ["log", "-1", ...format, head]);
  return {
    root,
    prefix,
    head,
    headTime: Math.min(Number(time), TIME_MAX),
    isShallow,
    isDirty,
    origin: addressOf(url ?? ""),
  };
}

/** Whether files differ from the commit. Filters, which git would run on them, are switched off. */
async function hasChanges(folder: string): Promise<boolean> {
  const asked = ["config", "-z", "--name-only", "--get-regexp", "^filter\\."];
  const filters = (await askGit({ folder, args: asked })).bytes.toString("utf8");
  const names = filters.split("\0").filter((name) => /\.(?:clean|smudge|process)$/.test(name));
  if (names.some((name) => name.includes("="))) return true; // cannot be switched off by name
  const { code, bytes } = await askGit({
    folder,
    args: [
      "status",
      "--porcelain",
      "--no-renames",
      "-z",
      "--untracked-files=normal",
      "--ignore-submodules=all",
    ],
    settings: names.flatMap((name) => [
      `${name}=`,
      `${name.slice(0, name.lastIndexOf("."))}.required=false`,
    ]),
  });
  return code !== 0 || bytes.length > 0;
}

/** `git@github.com:mozilla/kitsune.git` as people open it in a browser; undefined for a path. */
export function addressOf(url: string): string | undefined {
  const scp = /^(?:[^@/\s]+@)?([\w.-]+\.[a-z]+):(?!\/\/)\/?([^\s]+)$/i.exec(url);
  const web = /^(?:https?|ssh|git):\/\/(?:[^@/\s]*@)?([\w.-]+)(?::\d+)?\/([^\s?#]+)$/i.exec(url);
  const [, host, path] = web ?? scp ?? [];
  if (host === undefined || path === undefined) return undefined;
  return `https://${host}/${path.replace(/\/+$/, "").replace(/\.git$/, "")}`;
}
