/** The files of a commit, from git's store alone: no checkout is needed, and none is made. */
import type { Readable } from "node:stream";
import { MarcotError } from "../../errors.ts";
import type { Tree } from "../types/tree.ts";
import { askGit, mustHaveWorked, startGit } from "./program.ts";
import type { Location } from "./repository.ts";
import {
  A_LINK,
  A_SUBMODULE,
  entriesOf,
  FILE_MAX,
  isName,
  NO_NAME,
  NO_TEXT,
  type Skipped,
  textOf,
  TOO_LARGE,
} from "./text.ts";

/** The name of no blob: git says that it is missing. */
const NO_BLOB = "0".repeat(40);

const NOT_HERE = "git does not have it here: the clone is partial";

/** @throws {MarcotError} `CodeUnreadable` when the folder is not in the commit, or trees are missing. */
export async function treeOfCommit(location: Location, commit: string): Promise<Tree> {
  const { root, prefix } = location;
  const from = prefix === "" ? commit : `${commit}:${prefix.replace(/\/$/, "")}`;
  const said = await askGit({ folder: root, args: ["ls-tree", "-r", "-z", "--full-tree", from] });
  mustHaveWorked(said, `${prefix || "the files"} at ${commit.slice(0, 7)} cannot be listed`);
  const absent = await absentOf(root, commit);
  const skipped: Skipped[] = [];
  const ids = new Map<string, string>();
  for (const entry of entriesOf(said.bytes)) {
    const tab = entry.indexOf(9);
    const [mode, , id = ""] = entry.toString("latin1", 0, tab).split(" ");
    const name = entry.subarray(tab + 1);
    const file = name.toString("utf8");
    if (!isName(name)) skipped.push({ file, why: NO_NAME });
    else if (mode === "120000") skipped.push({ file, why: A_LINK });
    else if (mode === "160000") skipped.push({ file, why: A_SUBMODULE });
    else ids.set(file, absent.has(id) ? NO_BLOB : id);
  }
  const told = new Set<string>();
  const skip = (file: string, why: string) => {
    if (!told.has(file)) skipped.push({ file, why });
    told.add(file);
  };
  return {
    root: root + (prefix === "" ? "" : `/${prefix.replace(/\/$/, "")}`),
    files: [...ids.keys()].toSorted(),
    skipped,
    read: (files, each) => readBlobs({ root, ids, skip }, files, each),
  };
}

/** Blobs of a commit that a partial clone does not have: asked for one, git would stop, or fetch it. */
async function absentOf(root: string, commit: string): Promise<ReadonlySet<string>> {
  const names = "^(extensions\\.partialclone|remote\\..*\\.(promisor|partialclonefilter))$";
  const { bytes } = await askGit({ folder: root, args: ["config", "--get-regexp", names] });
  if (bytes.length === 0) return new Set();
  const args = ["rev-list", "--objects", "--missing=print", "--no-walk", commit, "--"];
  const said = await askGit({ folder: root, args });
  mustHaveWorked(said, "what the clone has cannot be listed");
  const lines = said.bytes.toString("latin1").split("\n");
  return new Set(lines.filter((line) => line.startsWith("?")).map((line) => line.slice(1)));
}

interface Store {
  readonly root: string;
  /** Of each file, its blob. */
  readonly ids: ReadonlyMap<string, string>;
  readonly skip: (file: string, why: string) => void;
}

/** One git for all of them; it answers in the order in which it is asked. */
async function readBlobs(
  { root, ids, skip }: Store,
  files: readonly string[],
  each: Parameters<Tree["read"]>[1],
): Promise<void> {
  if (files.length === 0) return;
  const { input, output, ended, stop } = startGit({ folder: root, args: ["cat-file", "--batch"] });
  input.end(files.map((file) => `${ids.get(file) ?? NO_BLOB}\n`).join(""));
  const answers = blobsOf(output);
  try {
    for (const file of files) {
      const { value } = await answers.next();
      if (value === undefined) break;
      if ("why" in value) skip(file, value.why);
      const more = each(file, "text" in value ? value.text : undefined);
      if (more !== undefined) await more;
    }
    output.resume(); // nothing is left, but its end has to be seen
  } catch (error) {
    stop();
    throw error;
  }
  mustHaveWorked(await ended, "the files cannot be read");
}

type Blob = { readonly text: string } | { readonly why: string };

/** `<id> blob <size>\n<bytes>\n`, or `<id> missing\n`. A blob that is too large is passed over, not held. */
async function* blobsOf(output: Readable): AsyncGenerator<Blob, undefined> {
  const source = reader(output);
  for (;;) {
    const head = await source.line();
    if (head === undefined) return undefined;
    const size = Number(/ blob (\d+)$/.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(size)) yield { why: NOT_HERE };
    else if (size > FILE_MAX) {
      await source.pass(size + 1);
      yield { why: TOO_LARGE };
    } else {
      const text = textOf((await source.take(size + 1)).subarray(0, size));
      yield text === undefined ? { why: NO_TEXT } : { text };
    }
  }
}

/** Lines and counted bytes of a stream. */
function reader(output: Readable) {
  const chunks: AsyncIterator<Buffer> = output[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  const need = async (): Promise<void> => {
    if (!(await more()))
      throw new MarcotError("CodeUnreadable", "git stopped in the midst of a file");
  };
  return {
    async line(): Promise<string | undefined> {
      let end = held.indexOf(10);
      for (; end === -1; end = held.indexOf(10)) if (!(await more())) return undefined;
      const line = held.toString("latin1", 0, end);
      held = held.subarray(end + 1);
      return line;
    },
    async take(size: number): Promise<Buffer> {
      while (held.length < size) await need();
      const bytes = held.subarray(0, size);
      held = held.subarray(size);
      return bytes;
    },
    async pass(size: number): Promise<void> {
      let left = size;
      for (; left > held.length; await need()) {
        left -= held.length;
        held = Buffer.alloc(0);
      }
      held = held.subarray(left);
    },
  };
}
