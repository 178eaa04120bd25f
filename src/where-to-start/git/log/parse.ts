/**
 * The output of one `git log --raw -z`, read in one pass over its bytes as they come. Nothing is kept from one commit to the next.
 */
import type { Readable } from "node:stream";
import { MarcotError } from "../../../errors.ts";

/** `commit committed authored parents…`, name, mail, subject: each ends with a byte 0. */
const FORMAT = "%H %ct %at %P%x00%aN%x00%aE%x00%s";

export function logArguments(commit: string): string[] {
  const diff = ["--raw", "--no-renames", "--no-abbrev", "-z", "-O/dev/null"];
  const plain = ["--no-color", "--no-ext-diff", "--no-textconv", "--no-show-signature"];
  const format = ["--encoding=UTF-8", "--no-notes", "--no-decorate", `--format=${FORMAT}`];
  return ["log", ...diff, ...plain, ...format, commit, "--"];
}

/** The first line of what git says of a commit. */
export interface Head {
  readonly id: string;
  /** Seconds since 1970. */
  readonly committed: number;
  readonly authored: number;
  readonly parents: number;
  /** Made only when asked for: of most commits nobody does. */
  readonly name: () => string;
  readonly mail: () => string;
  readonly subject: () => string;
}

export interface Sink {
  /** Whether the files that follow are read. */
  commit(head: Head): "read" | "pass";
  /** A changed file: its path is `bytes` from `start` to `end`. */
  file(bytes: Buffer, start: number, end: number): void;
}

const ADDED = 65;
const DELETED = 68;

/** What happened to the file whose path starts here, if it came or went. */
export function isAddedOrDeleted(bytes: Buffer, start: number): "added" | "deleted" | undefined {
  const status = bytes[start - 2];
  if (status === ADDED) return "added";
  return status === DELETED ? "deleted" : undefined;
}

/** The blob that was added or deleted, of the file whose path starts here. */
export function blobOf(bytes: Buffer, start: number, idLength: number): string {
  const end = start - 3;
  const isAdded = bytes[start - 2] === ADDED;
  const from = isAdded ? end - idLength : end - 2 * idLength - 1;
  return bytes.toString("latin1", from, from + idLength);
}

/** A field that never ends is no log: no more than this is held. */
const FIELD_MAX = 16_000_000;

/** Reads until the end. */
export async function readLog(output: Readable, sink: Sink): Promise<void> {
  const step = parser(sink);
  let rest: Buffer = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const at = step(bytes);
      rest = bytes.subarray(at);
      if (rest.length > FIELD_MAX)
        throw new MarcotError("CodeUnreadable", "git printed a log that cannot be read");
    };
    output.once("error", reject).once("end", resolve);
    output.on("data", (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        output.destroy();
        reject(error);
      }
    });
  });
}

const NEW_LINE = 10;
const COLON = 58;

/** Takes bytes, and tells how many it is done with. */
function parser(sink: Sink): (bytes: Buffer) => number {
  let inFiles = false;
  let isRead = false;
  let before = 0; // from the colon of a file's line to its path
  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (inFiles && bytes[at] === COLON) {
        const end = bytes.indexOf(0, at + before);
        if (end === -1) return at;
        if (isRead) sink.file(bytes, at + before, end);
        at = end + 1;
      } else if (inFiles && bytes[at] === NEW_LINE) {
        at += 1;
      } else {
        const read = headOf(bytes, at);
        if (read === undefined) return at;
        isRead = sink.commit(read.head) === "read";
        inFiles = true;
        before = 2 * read.head.id.length + 19;
        at = read.end;
      }
    }
    return at;
  };
}

/** Undefined when not all of it is here yet. */
function headOf(bytes: Buffer, at: number): { head: Head; end: number } | undefined {
  const first = bytes.indexOf(0, at);
  const second = first === -1 ? -1 : bytes.indexOf(0, first + 1);
  const third = second === -1 ? -1 : bytes.indexOf(0, second + 1);
  const end = third === -1 ? -1 : bytes.indexOf(0, third + 1);
  if (end === -1) return undefined;
  const [id = "", committed, authored, ...parents] = bytes.toString("latin1", at, first).split(" ");
  const head: Head = {
    id,
    committed: Number(committed),
    authored: Number(authored),
    parents: parents[0] === "" ? 0 : parents.length,
    name: () => bytes.toString("utf8", first + 1, second),
    mail: () => bytes.toString("utf8", second + 1, third),
    subject: () => bytes.toString("utf8", third + 1, end),
  };
  return { head, end: end + 1 };
}
