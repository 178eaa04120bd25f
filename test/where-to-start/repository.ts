/** Repositories for tests, made by git itself from a list of commits. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** 2026-06-15 12:00 UTC. */
export const NOW = 1_781_524_800;
export const DAY = 86_400;

export interface Change {
  readonly subject?: string;
  /** Days before NOW. Default: one more than the commit after it. */
  readonly ago?: number;
  /** `Ann <ann@example.com>` */
  readonly author?: string;
  /** Path to content, or null to delete; a name that is no UTF-8 in Latin-1, by `latin1:`. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** Default: main. A new branch starts at main. */
  readonly branch?: string;
  readonly merge?: string;
}

const made: string[] = [];
after(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "marcot-where-")));
  made.push(folder);
  return folder;
}

/** A folder with these files, without git. */
export function written(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

const ENV = {
  ...process.env,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ann",
  GIT_AUTHOR_EMAIL: "ann@example.com",
  GIT_COMMITTER_NAME: "Ann",
  GIT_COMMITTER_EMAIL: "ann@example.com",
};

export function git(folder: string, ...args: string[]): string {
  return execFileSync("git", args, {
    cwd: folder,
    env: ENV,
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

/** With a working tree of its last commit, unless the names forbid it. */
export function repositoryOf(
  changes: readonly Change[],
  { bare = false, checkout = !bare }: { bare?: boolean; checkout?: boolean } = {},
): string {
  const folder = temporaryFolder();
  git(folder, "init", "-q", "-b", "main", ...(bare ? ["--bare"] : []), ".");
  const branches = new Set(["main"]);
  const input = Buffer.concat(
    changes.map((change, index) => textOf(change, changes.length - index, branches)),
  );
  execFileSync("git", ["fast-import", "--quiet", "--date-format=raw"], {
    cwd: folder,
    env: ENV,
    input,
  });
  if (checkout) git(folder, "reset", "-q", "--hard", "main");
  return folder;
}

function textOf(change: Change, left: number, branches: Set<string>): Buffer {
  const { subject = "Change", ago = left, author = "Ann <ann@example.com>", files = {} } = change;
  const branch = change.branch ?? "main";
  const time = `${NOW - Math.round(ago * DAY)} +0000`;
  const lines = [`commit refs/heads/${branch}`, `author ${author} ${time}`];
  lines.push(`committer ${author} ${time}`, `data ${Buffer.byteLength(subject)}`, subject);
  if (!branches.has(branch)) lines.push("from refs/heads/main");
  branches.add(branch);
  if (change.merge !== undefined) lines.push(`merge refs/heads/${change.merge}`);
  for (const [path, content] of Object.entries(files)) {
    if (content === null) lines.push(`D ${quoted(path)}`);
    else
      lines.push(`M 100644 inline ${quoted(path)}`, `data ${Buffer.byteLength(content)}`, content);
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** Byte by byte, so that any name can be written. */
function quoted(path: string): string {
  const isLatin1 = path.startsWith("latin1:");
  const bytes = isLatin1 ? Buffer.from(path.slice(7), "latin1") : Buffer.from(path);
  return `"${[...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;
}
