/**
 * The ratchet: what crosses a boundary today is written down, and what is new is told. The file gets longer only
 * where somebody asks for it.
 */
import { MarcotError } from "../../errors.ts";
import { byPlace, type Finding, toFinding } from "../../project/check/findings.ts";
import { type Compared, compareTies, distinct } from "../../project/todo/compare.ts";
import { filesOf, staleFindings } from "../../project/todo/listed.ts";
import { folderAbove, readTodo, writeTodo } from "../../project/todo/stored.ts";
import { type Kind, type Tie, type Todo, TODO_FILE } from "../../project/todo/todo.ts";
import { folderAt } from "../git/open.ts";
import type { OnRead } from "../scan.ts";
import {
  type BoundariesRead,
  type Found,
  isOurs,
  readBoundaries,
  type ReadOptions,
} from "./read.ts";
import { leftUnread, toUnread } from "./unread.ts";

export interface RecordOptions {
  /** Folders that are units. Default: what the file says, else what conventions say. */
  readonly units?: readonly string[] | undefined;
  readonly kind?: Kind | undefined;
  /** Whether new ties are written too, where there is a file already. Default: false. */
  readonly add?: boolean | undefined;
  readonly onRead?: OnRead | undefined;
}

export interface Recorded {
  readonly read: BoundariesRead;
  /** Undefined where there was no file. */
  readonly before: readonly Tie[] | undefined;
  /** What the file lists now. */
  readonly now: readonly Tie[];
  readonly compared: Compared<Found>;
  /** New ties that were not written. */
  readonly refused: readonly Found[];
}

/** @throws {MarcotError} `TodoInvalid`, and what reading the code throws */
export async function recordTodo(path: string, options: RecordOptions = {}): Promise<Recorded> {
  const { add = false, onRead } = options;
  const folder = folderAt(path);
  const todo = readTodo(folder);
  refuseOther(todo, options);
  const found = await readWith(todo, folder, { ...viewOf(todo, options), onRead });
  // Here a tie is a line; `check` tells of each place.
  const read = { ...found, ties: distinct(found.ties) };
  const compared = compare(todo, read);
  const { known, moved, unseen, fresh } = compared;
  const isAll = todo === undefined || add;
  const lines = [...known, ...moved, ...unseen, ...(isAll ? fresh : [])];
  const now = lines.map(({ from, to, what, file }): Tie => ({ from, to, what, file }));
  const { allows = [], notes = [], units = options.units ?? [] } = todo ?? {};
  writeTodo(folder, { kind: read.kind, units, allows, notes, ties: now });
  return { read, before: todo && distinct(todo.ties), now, compared, refused: isAll ? [] : fresh };
}

export interface Checked {
  readonly read: BoundariesRead;
  /** New ties are errors; what the file says for nothing, warnings. What could not be read is told too. */
  readonly findings: readonly Finding[];
  readonly listed: number;
  readonly allowed: number;
}

/** @throws {MarcotError} `TodoMissing`, `TodoInvalid`, and what reading the code throws */
export async function checkTodo(
  path: string,
  { onRead }: { readonly onRead?: OnRead | undefined } = {},
): Promise<Checked> {
  const folder = folderAt(path);
  const todo = readTodo(folder);
  // In a project of ours nothing may cross but what the file lists: without one, nothing.
  if (todo === undefined && !(await isOurs(folder))) throw missing(folder);
  const read = await readWith(todo, folder, { ...viewOf(todo, {}), onRead });
  const compared = compare(todo, read);
  const { known, moved, unseen, allowed } = compared;
  const names = new Set(read.units);
  const stale = todo === undefined ? [] : staleFindings(compared, { todo, names });
  return {
    read,
    findings: [...read.unread, ...compared.fresh.map(toNew), ...stale].toSorted(byPlace),
    listed: distinct([...known, ...moved]).length + unseen.length,
    allowed: distinct(allowed).length,
  };
}

/** What was not read at all is told as what was not read whole, where ties are listed of it. */
async function readWith(
  todo: Todo | undefined,
  folder: string,
  options: ReadOptions,
): Promise<BoundariesRead> {
  const read = await readBoundaries(folder, options);
  const listed = new Set((todo?.ties ?? []).map(({ file }) => file));
  const { left = [], known = [] } = Object.groupBy(read.skipped, ({ file }) =>
    listed.has(file) ? "known" : "left",
  );
  return {
    ...read,
    unread: [...read.unread, ...known.map(toUnread)],
    problems: [...read.problems, ...(left.length === 0 ? [] : [leftUnread(left)])],
  };
}

function missing(folder: string): MarcotError {
  const above = folderAbove(folder);
  const options = above === undefined ? {} : { fix: `There is one in ${above}: name that folder.` };
  return new MarcotError("TodoMissing", `there is no ${TODO_FILE} in ${folder}`, options);
}

/** What was written for some units says nothing of others. */
function refuseOther(todo: Todo | undefined, { units, kind }: RecordOptions): void {
  if (todo === undefined) return;
  const isSame =
    (kind === undefined || kind === todo.kind) &&
    (units === undefined || units.toSorted().join("\n") === todo.units.toSorted().join("\n"));
  if (isSame) return;
  const was = [`--kind ${todo.kind}`, ...todo.units.map((glob) => `--units '${glob}'`)];
  throw new MarcotError("CommandInvalid", `${TODO_FILE} was written with ${was.join(" ")}`, {
    fix: "Leave --kind and --units away; or delete the file, to begin again with other units.",
  });
}

function viewOf(todo: Todo | undefined, { units, kind }: RecordOptions) {
  if (todo === undefined) return { units, kind };
  return { units: todo.units.length === 0 ? undefined : todo.units, kind: todo.kind };
}

function compare(todo: Todo | undefined, read: BoundariesRead): Compared<Found> {
  const { ties: found, exists, isPart } = read;
  const unread = filesOf(read.unread);
  const isUnread = ({ file, to, what }: Tie) =>
    unread.has(file) ||
    // What is checked out may need what is not: nothing can be told of any file that there is.
    (isPart && exists(file)) ||
    // Names and relations are found by what the other side says of itself.
    (read.unreadUnits.has(to) && exists(file) && !what.startsWith("import "));
  return compareTies({ todo: todo ?? { ties: [], allows: [] }, found, exists, isUnread });
}

function toNew(tie: Found): Finding {
  if ("finding" in tie) return tie.finding;
  const { from, to, what, file, line, becomes } = tie;
  const hint = `It could be ${becomes}. If it has to be: \`marcot boundaries todo --add\`.`;
  return toFinding("boundaries.E006", { file, line }, `${from} needs ${to}: ${what}`, hint);
}
