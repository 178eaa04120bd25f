/**
 * The files of a folder on disk. Links are never followed: what they lead to is read where it lies, if it is
 * inside at all, so that neither a loop nor a way out of the folder exists.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from "node:fs";
import { dirname, join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { codeOf } from "../../errors.ts";
import type { Tree } from "../types/tree.ts";
import {
  A_LINK,
  FILE_MAX,
  isName,
  NO_NAME,
  NO_TEXT,
  type Skipped,
  textOf,
  TOO_LARGE,
} from "./text.ts";

/** Folders of what others wrote or a program made; only asked where git does not know. */
const NOT_SOURCE = new Set(
  `node_modules bower_components .git .hg .svn .jj dist build out target vendor coverage htmlcov
  venv .venv env .env virtualenv site-packages __pycache__ .tox .nox .eggs .mypy_cache .pytest_cache
  .ruff_cache .cache .next .nuxt .turbo .yarn .pnpm-store .nx .svelte-kit .parcel-cache
  .idea .vscode .gradle .terraform`.split(/\s+/),
);

/** So many files are read before something else gets its turn. */
const READ_AT_ONCE = 64;

/** Every file below a folder that looks like a source. */
export async function walk(root: string): Promise<{ files: string[]; skipped: Skipped[] }> {
  const files: string[] = [];
  const skipped: Skipped[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const found = list(root, folder, skipped);
    for (const entry of found) {
      const file = folder + entry.name.toString("utf8");
      if (!isName(entry.name)) skipped.push({ file, why: NO_NAME });
      else if (entry.isSymbolicLink()) skipped.push({ file, why: A_LINK });
      else if (entry.isFile()) files.push(file);
      else if (entry.isDirectory() && !isLeftOut(entry.name.toString("utf8")))
        folders.push(`${file}/`);
    }
    if (found.length > READ_AT_ONCE) await setImmediate();
  }
  return { files: files.toSorted(), skipped };
}

function isLeftOut(name: string): boolean {
  return NOT_SOURCE.has(name) || name.endsWith(".egg-info");
}

function list(root: string, folder: string, skipped: Skipped[]) {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    skipped.push({ file: folder, why: whyOf(error) });
    return [];
  }
}

/** Files that lie on disk. `root` is a real path. */
export function treeOnDisk(
  root: string,
  found: { readonly files: readonly string[]; readonly skipped: Skipped[] },
): Tree {
  const { files, skipped } = found;
  const isOwn = ownFolders(root);
  const wanted = new Set<string>();
  const skip = (file: string, why: string) => {
    if (!wanted.has(file)) skipped.push({ file, why });
    wanted.add(file); // told once, however often it is read
  };
  return {
    root,
    files,
    skipped,
    async read(asked, each) {
      for (const [index, file] of asked.entries()) {
        if (index % READ_AT_ONCE === READ_AT_ONCE - 1) await setImmediate();
        const read = isOwn(file) ? readOne(join(root, file)) : { why: "it lies behind a link" };
        if ("why" in read) skip(file, read.why);
        const more = each(file, "text" in read ? read.text : undefined);
        if (more !== undefined) await more;
      }
    },
  };
}

/** Whether a file's folder is what its path says: git lists files of folders that links took the place of. */
function ownFolders(root: string): (file: string) => boolean {
  const known = new Map<string, boolean>();
  const look = (folder: string) => {
    try {
      return realpathSync(folder) === folder;
    } catch {
      return true; // reading says why not
    }
  };
  return (file) => {
    const path = join(root, file);
    if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) return false;
    const folder = dirname(path);
    const isOwn = known.get(folder) ?? look(folder);
    known.set(folder, isOwn);
    return isOwn;
  };
}

/** Windows has neither links nor pipes that a file is opened by. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

function readOne(path: string): { text: string } | { why: string } {
  let file: number | undefined;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) return { why: "not a file" };
    if (stat.size > FILE_MAX) return { why: TOO_LARGE };
    const bytes = Buffer.allocUnsafe(stat.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < stat.size; length += read)
      read = readSync(file, bytes, length, stat.size - length, length);
    const text = textOf(bytes.subarray(0, length));
    return text === undefined ? { why: NO_TEXT } : { text };
  } catch (error) {
    return { why: whyOf(error) };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function whyOf(error: unknown): string {
  const code = codeOf(error) ?? String(error);
  const words: Record<string, string> = {
    ELOOP: A_LINK,
    ENOENT: "it is gone",
    ENXIO: "not a file",
    ENOTDIR: "it is gone",
    EACCES: "it may not be read",
    EPERM: "it may not be read",
  };
  return words[code] ?? code;
}
