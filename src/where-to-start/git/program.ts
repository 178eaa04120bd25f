/**
 * git as a program. What it reads was written by strangers, its settings too: whatever a setting could start
 * is switched off, nothing is fetched, nothing is written, and no shell is in between.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { codeOf, MarcotError } from "../../errors.ts";

/** Settings of a repository that would start a program, or change what is printed. */
const SETTINGS = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.attributesFile=", // any path: what is no file may never end
  "core.excludesFile=",
  "mailmap.file=",
  "core.pager=cat",
  "core.quotePath=false",
  "log.showSignature=false", // gpg.program
  "log.showRoot=true",
  "diff.external=",
  "diff.relative=false",
  "protocol.allow=never",
  "submodule.recurse=false",
  "gc.auto=0",
  "maintenance.auto=false",
];

/** Variables by which a hook or a wrapper says which repository it is in: not the one that was asked for. */
const OTHER_REPOSITORY = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
  "GIT_EXTERNAL_DIFF",
];

function environment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of OTHER_REPOSITORY) delete env[name];
  return {
    ...env,
    LC_ALL: "C", // what it says is compared
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none", // older ones do not know the line above
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_PAGER: "cat",
    GIT_FLUSH: "0", // else into a pipe it writes each commit by itself, which takes a third of its time
  };
}

export interface Started {
  /** To be read at once: what nobody reads is lost when the program ends. */
  readonly output: Readable;
  readonly input: Writable;
  /** How it ended; rejected where there is no git. */
  readonly ended: Promise<Ended>;
  /** Ends it, where no more of its output is needed. */
  stop(): void;
}

export interface Ended {
  /** 0 for success; undefined when it was stopped. */
  readonly code: number | undefined;
  /** What it complained of. */
  readonly complaint: string;
}

/** Of what it complains, so much is kept. */
const COMPLAINT_MAX = 4000;

export interface GitOptions {
  readonly folder: string;
  readonly args: readonly string[];
  /** Settings on top of those that are always given: `name=value`. */
  readonly settings?: readonly string[];
}

function argumentsOf({ args, settings = [] }: GitOptions): string[] {
  const given = [...SETTINGS, ...settings].flatMap((setting) => ["-c", setting]);
  return ["--no-pager", ...given, ...args];
}

export function startGit(options: GitOptions): Started {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    "git",
    argumentsOf(options),
    { cwd: options.folder, env: environment(), stdio: ["pipe", "pipe", "pipe"], windowsHide: true },
  );
  // Where there are too many open files it has no pipes, and says why later, to nobody.
  const { stderr } = child as Partial<typeof child>;
  if (stderr === undefined) {
    child.once("error", () => undefined);
    throw notStarted("too many files are open");
  }
  let complaint = "";
  stderr.on("data", (chunk: Buffer) => {
    if (complaint.length < COMPLAINT_MAX) complaint += chunk.toString("utf8");
  });
  child.stdin.on("error", () => undefined); // it ended first; how, `ended` says
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", (cause) => reject(notStarted(cause)));
    child.once("close", (code) => resolve({ code: code ?? undefined, complaint }));
  });
  ended.catch(() => undefined); // it may be awaited only after the output
  return { output: child.stdout, input: child.stdin, ended, stop: () => void child.kill() };
}

function notStarted(cause: unknown): MarcotError {
  const isMissing = codeOf(cause) === "ENOENT";
  const what = isMissing
    ? "there is no program git here"
    : `git cannot be started: ${String(cause)}`;
  const fix = isMissing
    ? "Install git, or correct PATH."
    : "Allow more open files and processes (ulimit -n, ulimit -u), and try again.";
  return new MarcotError("CodeUnreadable", what, { cause, fix });
}

export interface Said extends Ended {
  readonly bytes: Buffer;
}

/** All that git prints, for what is known to be little or is needed as a whole. */
export async function askGit(options: GitOptions): Promise<Said> {
  const { output, input, ended } = startGit(options);
  input.end();
  const chunks: Buffer[] = [];
  output.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { ...(await ended), bytes: Buffer.concat(chunks) };
}

/** The same, where nothing else can be done meanwhile. */
export function askGitNow(options: GitOptions): Said {
  const { stdout, stderr, status, error } = spawnSync("git", argumentsOf(options), {
    cwd: options.folder,
    env: environment(),
    maxBuffer: Infinity,
    windowsHide: true,
  });
  if (error !== undefined) throw notStarted(error);
  return { code: status ?? undefined, complaint: stderr.toString("utf8"), bytes: stdout };
}

/** One line of text; undefined where git has no answer. */
export async function askLine(
  folder: string,
  args: readonly string[],
): Promise<string | undefined> {
  const { code, bytes } = await askGit({ folder, args });
  return code === 0 ? bytes.toString("utf8").replace(/\r?\n$/, "") : undefined;
}

/** @throws {MarcotError} `CodeUnreadable`, with what git complained of. */
export function mustHaveWorked({ code, complaint }: Ended, what: string): void {
  if (code === 0) return;
  throw new MarcotError("CodeUnreadable", `${what}: ${firstLine(complaint)}`);
}

export function firstLine(complaint: string): string {
  const lines = complaint.split("\n").filter((text) => text.trim() !== "");
  const line = lines.find((text) => /^(?:fatal|error): /.test(text)) ?? lines[0];
  return (line ?? "git says nothing").replace(/^(?:fatal|error): /, "").trim();
}
