/** The history of units: one pass over git's whole log, from which only the window's commits are kept. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { MarcotError } from "../../errors.ts";
import type { History } from "../types/history.ts";
import type { Repository } from "../types/tree.ts";
import { foldersOf, foldersOfUnits } from "./log/folders.ts";
import { type Head, idOf, logArguments, readLog, type Sink } from "./log/parse.ts";
import { type Authors, authorsOf, type Authorship } from "./log/authors.ts";
import { keep, type Kept } from "./log/kept.ts";
import { type Mover, mover } from "./log/moves.ts";
import {
  askGitNow,
  askLine,
  firstLine,
  mustHaveWorked,
  type Started,
  startGit,
} from "./program.ts";
import { touchedOf } from "./log/touched.ts";
import { type Whole, wholeOf } from "./log/whole.ts";
import type { Read } from "./log/repairs.ts";
import { type Moved, summaryOf } from "./log/summary.ts";
import { entriesOf } from "./text.ts";
import { type Passed, type Window, windowOf } from "./log/window.ts";

export interface HistoryOptions {
  /** Folders, from what is read of the repository, as at its head. The deepest one that has a file owns it. */
  readonly units: readonly { readonly path: string }[];
  /** How far back from the newest commit. Default: 12, doubled while there are under 100 commits. */
  readonly months?: number | undefined;
  /** Of `startLog`, when it was started already. */
  readonly log?: Started | undefined;
}

/** Starts git ahead of `readHistory`: it works, up to so many bytes, while something else is read. */
export function startLog(repository: Repository): Started {
  const started = startNow(repository);
  const output = started.output.pipe(new PassThrough({ highWaterMark: AHEAD_BYTES }));
  return { ...started, output };
}

const AHEAD_BYTES = 16 * 1024 * 1024;

function startNow({ root, head }: Repository): Started {
  const started = startGit({ folder: root, args: logArguments(head) });
  started.input.end();
  return started;
}

/** A commit that touches more is a sweep through the code, no work on any of its units. */
const FILES_MAX = 100;
const UNITS_MAX = 5;
const UNITS_SHARE = 0.25;

/**
 * Reads what happened before `repository.head`.
 * @throws {MarcotError} `CodeUnreadable` when git cannot tell all of it, as in a clone without trees.
 */
export async function readHistory(
  repository: Repository,
  { units, months, log }: HistoryOptions,
): Promise<History> {
  const boundary = await boundaryOf(repository);
  const { output, ended, stop } = log ?? startNow(repository); // nothing is awaited until it is read
  try {
    const { head, prefix, headTime } = repository;
    const folders = foldersOfUnits(units, prefix);
    if (prefix !== "" && !folders.has(prefix)) folders.set(prefix, units.length); // in none of them
    const countFiles = () => filesIn(repository, folders);
    const gathered = {
      window: windowOf({ to: headTime, months, units: units.length }),
      kept: keep(head.length),
      authors: authorsOf(),
      move: mover({ folders, countFiles, idLength: head.length }),
      whole: wholeOf(units.length),
    };
    const isPart = prefix !== "";
    const reader = gather({ ...gathered, boundary, units: units.length, isPart });
    await readLog(output, { sink: reader.sink, idLength: head.length });
    checkLog(await ended);
    const summary = summaryOf({ ...gathered, ...reader.end(), repository });
    return { ...summary, whole: gathered.whole.result() };
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
  readonly window: Window;
  readonly kept: Kept;
  readonly authors: Authors;
  readonly move: Mover;
  readonly whole: Whole;
  readonly boundary: ReadonlySet<string>;
  readonly units: number;
  /** Commits that touch nothing of it do not count. */
  readonly isPart: boolean;
}

/** Of no slice: a commit of which only the whole history is told. */
const OLDER = -1;

function gather({ window, kept, authors, move, whole, boundary, units, isPart }: Gathering) {
  const moves: Moved[] = [];
  const tooMany = Math.max(UNITS_MAX, units * UNITS_SHARE);
  let total = 0;
  // Of the commit that is being read:
  let who: Authorship = { author: 0, isBot: false };
  let slice = OLDER;
  let committed = 0;
  let said: Read = { isRepair: false, type: undefined };
  let files = 0;
  const touched = touchedOf(units + 1); // the last one is for what is in no unit
  const finish = () => {
    whole.endOfCommit(who.author);
    if (slice === OLDER) return;
    for (const moved of move.endOfCommit()) moves.push({ ...moved, commit: kept.idBegun() });
    if (isPart && touched.units.length === 0) return;
    const inUnits = touched.units.filter((unit) => unit < units);
    if (who.isBot) return window.pass(slice, "bots");
    if (files > FILES_MAX || inUnits.length > tooMany) return window.pass(slice, "bulk");
    if (inUnits.length > 1) inUnits.sort((a, b) => a - b);
    const { isRepair, type } = said;
    const row = { isRepair, type, slice, committed, author: who.author, units: inUnits };
    kept.add(row);
    window.add(slice, row);
  };
  /** Why no file of it counts. */
  const passedOf = (head: Head): Passed | undefined => {
    if (head.parents > 1) return "merges";
    return boundary.size > 0 && boundary.has(idOf(head)) ? "boundary" : undefined;
  };
  const sink: Sink = {
    commit(head) {
      finish();
      total += 1;
      slice = window.sliceAt(head.committed);
      const passed = passedOf(head);
      if (passed !== undefined) {
        if (slice !== OLDER) window.pass(slice, passed);
        slice = OLDER;
        return "pass";
      }
      who = authors.of(head);
      if (slice === OLDER) return "read";
      said = kept.begin(head);
      ({ committed } = head);
      files = 0;
      touched.clear();
      return "read";
    },
    file(bytes, from, end) {
      const now = move.findNow(bytes, from, end);
      whole.touch(now);
      if (slice === OLDER) return;
      files += 1;
      const unit = move.findThen(bytes, from, end, now);
      move.note(bytes, from, end, unit);
      touched.add(unit);
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
