/** Our reading of Python beside that of Python's own `ast`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { readPython } from "../../../src/where-to-start/python/read.ts";

type OracleImport = [line: number, from: string, names: string[], isType: boolean];
type OracleKey = [line: number, owner: string, field: string, to: string | null];

interface Oracle {
  readonly imports: readonly OracleImport[];
  readonly keys: readonly OracleKey[];
}

export interface Compared {
  /** Files that both could read. */
  readonly files: number;
  /** Files that this Python cannot read. */
  readonly unread: readonly string[];
  readonly imports: number;
  readonly keys: number;
  readonly differences: readonly string[];
}

export const hasPython = spawnSync("python3", ["--version"]).status === 0;

export function compareWithPython(files: Readonly<Record<string, string>>): Compared {
  const answer = spawnSync("python3", [join(import.meta.dirname, "oracle.py")], {
    input: JSON.stringify(files),
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (answer.status !== 0) throw new Error(answer.stderr);
  const oracle: Record<string, Oracle | null> = JSON.parse(answer.stdout);
  const differences: string[] = [];
  const unread: string[] = [];
  const counts = { files: 0, imports: 0, keys: 0 };
  for (const [file, text] of Object.entries(files)) {
    const theirs = oracle[file];
    if (theirs === null || theirs === undefined) {
      unread.push(file);
      continue;
    }
    const ours = readPython(file, text);
    counts.files++;
    counts.imports += theirs.imports.length;
    counts.keys += theirs.keys.length;
    differences.push(
      ...differ(file, theirs.imports.map(toLine), importsOf(ours)),
      ...differ(file, theirs.keys.map(toLine), keysOf(ours, theirs)),
    );
  }
  return { ...counts, unread, differences };
}

function toLine(parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

function importsOf({ imports }: ReturnType<typeof readPython>): string[] {
  return imports.map(({ line, from, names, isType }) => toLine([line, from, names, isType]));
}

/** What is no name and no string is only compared by being there. */
function keysOf({ foreignKeys }: ReturnType<typeof readPython>, { keys }: Oracle): string[] {
  const blank = new Map(
    keys.filter((key) => key[3] === null).map((key) => [`${key[0]} ${key[2]}`, null]),
  );
  const isUser = new Map(keys.map((key) => [`${key[0]} ${key[2]}`, key[3]]));
  return foreignKeys
    .map(({ line, owner, field, to }): OracleKey => {
      const at = `${line} ${field}`;
      if (blank.has(at)) return [line, owner, field, null];
      // A name that the file gave to the user model.
      const written = to === "settings.AUTH_USER_MODEL" ? (isUser.get(at) ?? to) : to;
      return [line, owner, field, written];
    })
    .map(toLine);
}

function differ(file: string, theirs: readonly string[], ours: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of theirs) left.set(line, (left.get(line) ?? 0) + 1);
  for (const line of ours) left.set(line, (left.get(line) ?? 0) - 1);
  return [...left]
    .filter(([, count]) => count !== 0)
    .map(([line, count]) => `${file}: ${count > 0 ? "missed" : "invented"} ${line}`);
}
