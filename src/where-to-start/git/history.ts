/** The history of units: one pass over git's whole log, from which only the window's commits are kept. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { MarcotError } from "../../errors.ts";
import type { History } from "../types/history.ts";
import type { Repository } from "../types/tree.ts";
import { foldersOf, foldersOfUnits } from "./log/folders.ts";
import { type Head, logArguments, readLog, type Sink } from "./log/parse.ts";
import { type Mover, mover } from "./log/moves.ts";
import {
  askGitNow,
  askLine,
  firstLine,
  mustHaveWorked,
  type Started,
  startGit,
} from "./program.ts";
import { type Whole, wholeOf } from "./log/whole.ts";
import { isBot, readSubject } from "./log/repairs.ts";
import { type Moved, type Raw, summaryOf } from "./log/summary.ts";
import { entriesOf } from "./text.ts";
import { type Slice, type Window, windowOf } from "./log/window.ts";

export interface HistoryOptions {
  /** Folders, from what is read of the repository, as at its head. The deepest one that has a file owns it. */
  readonly units: readonly { readonly path: string }[];
  /** How far back from the newest commit. Default: 12, doubled while there are under 100 commits. */
  readonly months?: number | undefined;
  /** Of `startLog`, when it was started already. */
  readonly log?: Started | undefined;
}

/** Starts git ahead of `readHistory`: it works, up to so many bytes, while something else is read. */
export function startLog({ root, head }: Repository): Started {
  const started = startGit({ folder: root, args: logArguments(head) });
  started.input.end();
  const output = started.output.pipe(new PassThrough({ highWaterMark: AHEAD_BYTES }));
  return { ...started, output };
}

const AHEAD_BYTES = 16 * 1024 * 1024;

/** A commit that touches more is a sweep through the code, no work on any of its units. */
const FILES_MAX = 100;
const UNITS_MAX = 5;
const UNITS_SHARE = 0.25;

/** Longer subjects are kept so far. */
const SUBJECT_MAX = 300;

/**
 * Reads what happened before `repository.head`.
 * @throws {MarcotError} `CodeUnreadable` when git cannot tell all of it, as in a clone without trees.
 */
export async function readHistory(
  repository: Repository,
  { units, months, log }: HistoryOptions,
): Promise<History> {
  const { head, prefix, headTime } = repository;
  const boundary = await boundaryOf(repository);
  const folders = foldersOfUnits(units, prefix);
  if (prefix !== "" && !folders.has(prefix)) folders.set(prefix, units.length); // in none of them
  const countFiles = () => filesIn(repository, folders);
  const move = mover({ folders, countFiles, idLength: head.length });
  const window = windowOf<Raw>({ to: headTime, months, timeOf: (commit) => commit.committed });
  const whole = wholeOf(folders, units.length);
  const isPart = prefix !== "";
  const reader = gather({ window, move, whole, boundary, units: units.length, isPart });
  const { output, ended, stop } = log ?? startLog(repository);
  try {
    await readLog(output, reader.sink);
    checkLog(await ended);
    const read = reader.end();
    const summary = summaryOf({ ...window.result(), ...read, units: units.length, repository });
    return { ...summary, whole: whole.result() };
  } finally {
    stop();
  }
}

function checkLog(ended: { code: number | undefined; complaint: string }): void {
  if (ended.code === 0) return;
  throw new MarcotError(
    "CodeUnreadable",
    `git cannot tell the whole history: ${firstLine(ended.complaint)}`,
    { fix: "Clone it with all of its trees: git clone, or git clone --filter=blob:none." },
  );
}

/** How many files each unit has; one number more than units, for what is in none. */
function filesIn({ root, head }: Repository, folders: Map<string, number>): Int32Array {
  const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", head];
  const said = askGitNow({ folder: root, args });
  mustHaveWorked(said, "the files of the commit cannot be listed");
  const { find } = foldersOf([...folders].map(([path, unit]) => ({ path, unit })));
  const counts = new Int32Array(Math.max(-1, ...folders.values()) + 1);
  for (const path of entriesOf(said.bytes)) {
    const unit = find(path, 0, path.length);
    if (unit !== -1) counts[unit] = (counts[unit] ?? 0) + 1;
  }
  return counts;
}

/** Commits whose parents were not fetched: they seem to add every file that there is. */
async function boundaryOf({ root, isShallow }: Repository): Promise<ReadonlySet<string>> {
  if (!isShallow) return new Set();
  const file = (await askLine(root, ["rev-parse", "--git-path", "shallow"])) ?? "";
  return new Set(readFileSync(resolve(root, file), "latin1").split("\n"));
}

interface Gathering {
  readonly window: Window<Raw>;
  readonly move: Mover;
  readonly whole: Whole;
  readonly boundary: ReadonlySet<string>;
  readonly units: number;
  /** Commits that touch nothing of it do not count. */
  readonly isPart: boolean;
}

function gather({ window, move, whole, boundary, units, isPart }: Gathering) {
  const moves: Moved[] = [];
  const tooMany = Math.max(UNITS_MAX, units * UNITS_SHARE);
  const start = starter();
  const same = sharer();
  let total = 0;
  let author = () => "";
  let files = 0;
  let touched: number[] = [];
  let current: { raw: Raw; slice: Slice<Raw>; isBot: boolean } | undefined;
  const finish = () => {
    whole.endOfCommit(author);
    if (current === undefined) return;
    const { raw, slice, isBot: byBot } = current;
    current = undefined;
    for (const moved of move.endOfCommit()) moves.push({ ...moved, commit: raw.commit.id });
    const inUnits = touched.filter((unit) => unit < units);
    if (inUnits.length > 1) inUnits.sort((a, b) => a - b);
    if (isPart && touched.length === 0) return;
    if (byBot) slice.skipped.bots += 1;
    else if (files > FILES_MAX || inUnits.length > tooMany) slice.skipped.bulk += 1;
    else {
      raw.commit.units = same(inUnits);
      slice.commits.push(raw);
    }
    window.settle();
  };
  const sink: Sink = {
    commit(head) {
      finish();
      total += 1;
      author = () => head.mail().toLowerCase() || head.name();
      const slice = window.sliceOf(head.committed);
      if (head.parents > 1) {
        if (slice !== undefined) slice.skipped.merges += 1;
        return "pass";
      }
      if (boundary.has(head.id)) {
        if (slice !== undefined) slice.skipped.boundary += 1;
        return "pass";
      }
      if (slice !== undefined) {
        files = 0;
        touched = [];
        current = { ...start(head), slice };
      }
      return "read";
    },
    file(bytes, from, end) {
      whole.file(bytes, from, end);
      if (current === undefined) return;
      files += 1;
      const unit = move.find(bytes, from, end);
      move.note(bytes, from, end, unit);
      if (unit !== -1 && !touched.includes(unit)) touched.push(unit);
    },
  };
  return {
    sink,
    end() {
      finish();
      return { total, moves };
    },
  };
}

interface Person {
  readonly author: string;
  readonly isBot: boolean;
}

/** People are told apart by their mail; the newest of their names is theirs. */
function starter() {
  const people = new Map<string, string>();
  const known = new Map<string, Person>(); // by name and mail: most commits are of few people
  const personOf = (name: string, mail: string): Person => {
    const key = mail.toLowerCase() || name;
    const author = people.get(key) ?? `${name} <${mail}>`;
    people.set(key, author);
    return { author, isBot: isBot(name, mail) };
  };
  return (head: Head): { raw: Raw; isBot: boolean } => {
    const [name, mail] = [head.name(), head.mail()];
    const key = `${name}\n${mail}`;
    const person = known.get(key) ?? personOf(name, mail);
    known.set(key, person);
    const subject = head.subject().slice(0, SUBJECT_MAX);
    const { id, committed, authored: time } = head;
    const commit = { id, time, author: person.author, subject, isFix: false, units: [] };
    return { raw: { commit, committed, ...readSubject(subject) }, isBot: person.isBot };
  };
}

/** Most commits touch what others touch too: they share one list. */
function sharer() {
  const known = new Map<string, readonly number[]>();
  return (units: readonly number[]) => {
    const key = units.join(" ");
    const shared = known.get(key) ?? units;
    known.set(key, shared);
    return shared;
  };
}
