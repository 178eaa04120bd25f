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
  /** The unit that a path lies in, at the commit that is being read; -1 outside of all. */
  find(bytes: Uint8Array, start: number, end: number): number;
  /** A file of the commit. */
  note(bytes: Buffer, start: number, end: number): void;
  /** The commit's files have been told. Commits before it are read with what moved. */
  endOfCommit(): readonly Move[];
}

export interface MoverOptions {
  /** Folders as they are at the newest commit, and their units. */
  readonly folders: Map<string, number>;
  /** Files of each unit at the newest commit. */
  readonly files: Int32Array;
  readonly idLength: number;
}

interface Touched {
  readonly path: Buffer;
  readonly blob: string;
}

/** Told commits from the newest to the oldest, it keeps which folder was whose. */
export function mover({ folders: given, files, idLength }: MoverOptions): Mover {
  const known = new Map(given);
  let folders: Folders = foldersOf(listOf(known));
  let added: Touched[] = [];
  let deleted: Touched[] = [];
  const unitOf = ({ path }: Touched) => folders.find(path, 0, path.length);
  const count = (touched: readonly Touched[], step: number) => {
    for (const unit of touched.map(unitOf))
      if (unit !== -1) files[unit] = (files[unit] ?? 0) + step;
  };
  // A unit that took files out of another one, which is still there, does not take its history along.
  const isMove = ({ unit, from, moved }: Move & { moved: number }) => {
    const other = known.get(from);
    const left = other === undefined || other === unit ? 0 : (files[other] ?? 0);
    return moved > 1 && moved * 2 >= (files[unit] ?? 0) && moved > left;
  };
  return {
    find: (bytes, start, end) => folders.find(bytes, start, end),
    note(bytes, start, end) {
      const what = isAddedOrDeleted(bytes, start);
      if (what === undefined) return;
      const touched = { path: bytes.subarray(start, end), blob: blobOf(bytes, start, idLength) };
      (what === "added" ? added : deleted).push(touched);
    },
    endOfCommit() {
      let moves: Move[] = [];
      if (added.length > 0 && deleted.length > 0) {
        moves = movesOf({ added, deleted, folders, unitOf }).filter(isMove);
        for (const { unit, from } of moves) known.set(from, unit);
        if (moves.length > 0) folders = foldersOf(listOf(known));
      }
      count(added, -1); // the commit before does not have them
      count(deleted, 1);
      added = [];
      deleted = [];
      return moves;
    },
  };
}

function listOf(folders: ReadonlyMap<string, number>) {
  return [...folders].map(([path, unit]) => ({ path, unit }));
}

interface Commit {
  readonly added: readonly Touched[];
  readonly deleted: readonly Touched[];
  readonly folders: Folders;
  readonly unitOf: (touched: Touched) => number;
}

/** Of each unit the folder that most of its new files came from, if any. */
function movesOf(commit: Commit): (Move & { moved: number })[] {
  const gone = new Set(commit.deleted.map(({ path }) => path.toString("utf8")));
  const origins = originsOf(commit);
  const moved = new Map<string, number>(); // a file that was edited as it moved counts as well
  for (const touched of commit.added) {
    const { unit, folder, name } = placeOf(commit, touched);
    for (const from of origins.get(unit)?.get(folder) ?? []) {
      const key = `${unit} ${from}`;
      if (gone.has(from + name)) moved.set(key, (moved.get(key) ?? 0) + 1);
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
function originsOf(commit: Commit): Map<number, Map<string, Set<string>>> {
  const byBlob = Map.groupBy(commit.deleted, ({ blob }) => blob);
  const origins = new Map<number, Map<string, Set<string>>>();
  for (const touched of commit.added) {
    const from = byBlob.get(touched.blob) ?? [];
    if (from.length === 0 || from.length > SHARED_BY) continue;
    const { unit, folder, name } = placeOf(commit, touched);
    if (folder === "") continue;
    for (const { path } of from) {
      const old = path.toString("utf8");
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

function placeOf({ folders, unitOf }: Commit, touched: Touched) {
  const folder = folders.folderOf(touched.path) ?? "";
  return {
    unit: unitOf(touched),
    folder,
    name: touched.path.toString("utf8").slice(folder.length),
  };
}
