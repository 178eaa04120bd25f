/**
 * The output of one `git log --raw -z`, read in one pass over its bytes as they come. Nothing is kept from one commit to the next.
 */
import type { Readable } from "node:stream";
import { MarcotError } from "../../../errors.ts";
import { TIME_MAX } from "./calendar.ts";

/** `commit committed authored parents…`, name, mail, subject: each ends with a byte 0. */
const FORMAT = "%H %ct %at %P%x00%aN%x00%aE%x00%s";

export function logArguments(commit: string): string[] {
  const diff = ["--raw", "--no-renames", "--no-abbrev", "-z", "-O/dev/null"];
  const plain = ["--no-color", "--no-ext-diff", "--no-textconv", "--no-show-signature"];
  const format = ["--encoding=UTF-8", "--no-notes", "--no-decorate", `--format=${FORMAT}`];
  return ["log", ...diff, ...plain, ...format, commit, "--"];
}

/** What git says of a commit, and where: of every commit the same object, true until the next one is read. */
export interface Head {
  readonly bytes: Buffer;
  /** Where its hash starts. */
  readonly start: number;
  /** Where name, mail and subject start; the next one, and `end`, is behind a byte 0. */
  readonly name: number;
  readonly mail: number;
  readonly subject: number;
  /** The subject ends before it. */
  readonly end: number;
  /** Seconds since 1970. */
  readonly committed: number;
  readonly authored: number;
  readonly parents: number;
}

export function idOf({ bytes, start }: Head): string {
  return bytes.toString("latin1", start, bytes.indexOf(BLANK, start));
}

export interface Sink {
  /** Whether the files that follow are read. */
  commit(head: Head): "read" | "pass";
  /** A changed file: its path is `bytes` from `start` to `end`. */
  file(bytes: Buffer, start: number, end: number): void;
}

const BLANK = 32;
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

interface Reading {
  readonly sink: Sink;
  /** Digits of a hash: 40 or 64. */
  readonly idLength: number;
}

/** Reads until the end. */
export async function readLog(output: Readable, { sink, idLength }: Reading): Promise<void> {
  const step = parser({ sink, idLength });
  let rest: Buffer = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const at = step(bytes);
      rest = bytes.subarray(at);
      if (rest.length > FIELD_MAX)
        throw new MarcotError("CodeUnreadable", "a commit has a subject of more than 16 MB", {
          fix: "All is read but the history.",
        });
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
const ZERO = 48;

/** Takes bytes, and tells how many it is done with. */
function parser({ sink, idLength }: Reading): (bytes: Buffer) => number {
  const head = { ...NO_HEAD };
  const before = 2 * idLength + 19; // from the colon of a file's line to its path
  let inFiles = false;
  let isRead = false;
  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (inFiles && bytes[at] === COLON) {
        const end = indexIn(bytes, 0, at + before);
        if (end === -1) return at;
        if (isRead) sink.file(bytes, at + before, end);
        at = end + 1;
      } else if (inFiles && bytes[at] === NEW_LINE) {
        at += 1;
      } else {
        if (!readHead(head, { bytes, at, idLength })) return at;
        isRead = sink.commit(head) === "read";
        inFiles = true;
        at = head.end + 1;
      }
    }
    return at;
  };
}

/** That of a Buffer takes texts and encodings too, and longer. */
function indexIn(bytes: Buffer, byte: number, from: number): number {
  return Uint8Array.prototype.indexOf.call(bytes, byte, from);
}

type Written<T> = { -readonly [K in keyof T]: T[K] };

const NO_HEAD: Head = {
  bytes: Buffer.alloc(0),
  start: 0,
  name: 0,
  mail: 0,
  subject: 0,
  end: 0,
  committed: 0,
  authored: 0,
  parents: 0,
};

interface Here {
  readonly bytes: Buffer;
  readonly at: number;
  readonly idLength: number;
}

/** False when not all of it is here yet. */
function readHead(head: Written<Head>, { bytes, at, idLength }: Here): boolean {
  const first = indexIn(bytes, 0, at);
  const second = first === -1 ? -1 : indexIn(bytes, 0, first + 1);
  const third = second === -1 ? -1 : indexIn(bytes, 0, second + 1);
  const end = third === -1 ? -1 : indexIn(bytes, 0, third + 1);
  if (end === -1) return false;
  const committed = at + idLength + 1;
  const authored = indexIn(bytes, BLANK, committed) + 1;
  const parents = indexIn(bytes, BLANK, authored) + 1;
  head.bytes = bytes;
  head.start = at;
  head.committed = timeAt(bytes, committed);
  head.authored = timeAt(bytes, authored);
  head.parents = Math.floor((first - parents + 1) / (idLength + 1)); // each with a blank, but for the last
  head.name = first + 1;
  head.mail = second + 1;
  head.subject = third + 1;
  head.end = end;
  return true;
}

/** Seconds before 1970 and after 9999 are those of broken clocks. */
function timeAt(bytes: Buffer, start: number): number {
  let number = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    number = number * 10 + digit;
  }
  return Math.min(number, TIME_MAX);
}
