/**
 * Folders that moved, told for free: in one commit a blob went from one path to another. If half of a unit's
 * files did so together, its older history lies under the older path.
 */
import { type Folders, foldersOf } from "./folders.ts";
import { blobOf, isAddedOrDeleted } from "./parse.ts";

/** Content that more files share, such as no content, does not say where a file came from. */
const SHARED_BY = 20;

export interface Move {
  readonly unit: number;
  /** From the root of the repository, with `/` at its end. */
  readonly from: string;
}

export interface Mover {
  /** The unit that a path lies in, at the newest commit; -1 outside of all. */
  findNow(bytes: Uint8Array, start: number, end: number): number;
  /** The same at the commit that is being read. `now`: at the newest one. */
  findThen(bytes: Uint8Array, start: number, end: number, now: number): number;
  /** A file of the commit, and the unit that it was found in. */
  note(bytes: Buffer, start: number, end: number, unit: number): void;
  /** The commit's files have been told. Commits before it are read with what moved. */
  endOfCommit(): readonly Move[];
}

export interface MoverOptions {
  /** Folders as they are at the newest commit, and their units. */
  readonly folders: Map<string, number>;
  /** Files of each unit at the newest commit; asked for once, when something may have moved. */
  readonly countFiles: () => Int32Array;
  readonly idLength: number;
}

/** A file that came or went: where the log says so. */
interface Touched {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly unit: number;
}

/** Told commits from the newest to the oldest, it keeps which folder was whose. */
export function mover({ folders: given, countFiles, idLength }: MoverOptions): Mover {
  const known = new Map(given);
  const later = new Int32Array(Math.max(-1, ...given.values()) + 1); // since the commit, of each unit
  const newest = foldersOf(listOf(known));
  let folders: Folders = newest;
  let atNewest: Int32Array | undefined;
  let added: Touched[] = [];
  let deleted: Touched[] = [];
  const filesOf = (unit: number) => {
    atNewest ??= countFiles();
    return (atNewest[unit] ?? 0) - (later[unit] ?? 0);
  };
  // A unit that took files out of another one, which is still there, does not take its history along.
  const isMove = ({ unit, from, moved }: Move & { moved: number }) => {
    if (moved < 2 || moved * 2 < filesOf(unit)) return false;
    const other = known.get(from);
    return other === undefined || other === unit || moved > filesOf(other);
  };
  const movesHere = () => {
    if (added.length === 0 || deleted.length === 0) return [];
    const read = (touched: readonly Touched[]) => touched.map((file) => fileOf(file, idLength));
    const moves = movesOf({ added: read(added), deleted: read(deleted), folders }).filter(isMove);
    for (const { unit, from } of moves) known.set(from, unit);
    if (moves.length > 0) folders = foldersOf(listOf(known));
    return moves;
  };
  return {
    findNow: newest.find,
    findThen: (bytes, start, end, now) =>
      folders === newest ? now : folders.find(bytes, start, end),
    note(bytes, start, end, unit) {
      const what = isAddedOrDeleted(bytes, start);
      if (what !== undefined)
        (what === "added" ? added : deleted).push({ bytes, start, end, unit });
    },
    endOfCommit() {
      if (added.length === 0 && deleted.length === 0) return [];
      const moves = movesHere();
      for (const { unit } of added) if (unit !== -1) later[unit] = (later[unit] ?? 0) + 1;
      for (const { bytes, start, end } of deleted) {
        const unit = folders.find(bytes, start, end); // what moved is known by now
        if (unit !== -1) later[unit] = (later[unit] ?? 0) - 1;
      }
      added = [];
      deleted = [];
      return moves;
    },
  };
}

function listOf(folders: ReadonlyMap<string, number>) {
  return [...folders].map(([path, unit]) => ({ path, unit }));
}

interface File {
  readonly path: string;
  readonly blob: string;
  readonly unit: number;
}

function fileOf({ bytes, start, end, unit }: Touched, idLength: number): File {
  return { path: bytes.toString("utf8", start, end), blob: blobOf(bytes, start, idLength), unit };
}

interface Commit {
  readonly added: readonly File[];
  readonly deleted: readonly File[];
  readonly folders: Folders;
}

/** Of each unit the folder that most of its new files came from, if any. */
function movesOf(commit: Commit): (Move & { moved: number })[] {
  const origins = originsOf(commit);
  if (origins.size === 0) return [];
  const gone = new Set(commit.deleted.map(({ path }) => path));
  const moved = new Map<string, number>(); // a file that was edited as it moved counts as well
  for (const { path, unit } of commit.added) {
    const folder = commit.folders.folderOf(path) ?? "";
    for (const from of origins.get(unit)?.get(folder) ?? []) {
      const key = `${unit} ${from}`;
      if (gone.has(from + path.slice(folder.length))) moved.set(key, (moved.get(key) ?? 0) + 1);
    }
  }
  const best = new Map<number, Move & { moved: number }>();
  for (const [key, files] of moved) {
    const unit = Number(key.slice(0, key.indexOf(" ")));
    const from = key.slice(key.indexOf(" ") + 1);
    if (files > (best.get(unit)?.moved ?? 0)) best.set(unit, { unit, from, moved: files });
  }
  return [...best.values()];
}

/** By unit and by its folder: folders in which a file of the same name and content was deleted. */
function originsOf({ added, deleted, folders }: Commit): Map<number, Map<string, Set<string>>> {
  const byBlob = Map.groupBy(deleted, ({ blob }) => blob);
  const origins = new Map<number, Map<string, Set<string>>>();
  for (const { path, blob, unit } of added) {
    const from = byBlob.get(blob) ?? [];
    if (from.length === 0 || from.length > SHARED_BY) continue;
    const folder = folders.folderOf(path) ?? "";
    if (folder === "") continue;
    const name = path.slice(folder.length);
    for (const { path: old } of from) {
      if (!old.endsWith(`/${name}`)) continue;
      const origin = old.slice(0, -name.length);
      if (folder.startsWith(origin)) continue; // what holds the folder holds others as well
      const ofUnit = origins.get(unit) ?? new Map<string, Set<string>>();
      const ofFolder = ofUnit.get(folder) ?? new Set<string>();
      ofFolder.add(origin);
      origins.set(unit, ofUnit.set(folder, ofFolder));
    }
  }
  return origins;
}
