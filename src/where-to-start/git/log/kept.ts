/**
 * The commits of a window, stored closely: numbers in columns, texts as bytes. An object and its texts for each would
 * take more room than all else of a report, and the more the longer the history is.
 */
import { type Column, columnOf } from "./column.ts";
import type { Head } from "./parse.ts";
import { type Read, readSubject } from "./repairs.ts";

/** Longer subjects are kept so far, in bytes. */
const SUBJECT_MAX = 300;

export interface Row {
  /** Part of the window, see `Window`. */
  readonly slice: number;
  /** Whoever wrote it, see `Authors`. */
  readonly author: number;
  /** Indexes, sorted. */
  readonly units: readonly number[];
}

export interface Kept {
  /** How many, of all slices. */
  length(): number;
  /** Begins a commit, and tells what its subject says. One that was begun before and not added is forgotten. */
  begin(head: Head): Read;
  /** The hash of the one that was begun. */
  idBegun(): string;
  /** The commit that was begun is one of them. */
  add(row: Row): void;
  at(
    row: number,
  ): Row & Read & { readonly id: string; readonly time: number; readonly subject: string };
  sliceOf(row: number): number;
}

/** @param idLength of the hash of a commit, in digits */
export function keep(idLength: number): Kept {
  const slices = columnOf(Uint8Array);
  const authors = columnOf(Uint32Array);
  const times = columnOf(Float64Array);
  const reads = columnOf(Uint8Array);
  const units = columnOf(Uint32Array);
  const unitEnds = columnOf(Uint32Array); // of each, where its units end
  const texts = textsOf();
  let time = 0;
  let read: Read = { isRepair: false, type: undefined };
  return {
    length: slices.length,
    begin({ bytes, start, subject, end, authored }) {
      const cut = cutAt(bytes, subject, end);
      const { block, at } = texts.room(idLength + cut - subject);
      bytes.copy(block, at, start, start + idLength);
      bytes.copy(block, at + idLength, subject, cut);
      time = authored;
      read = readSubject(bytes.toString("utf8", subject, cut));
      return read;
    },
    idBegun: () => texts.begun().toString("latin1", 0, idLength),
    add({ slice, author, units: touched }) {
      slices.push(slice);
      authors.push(author);
      times.push(time);
      reads.push((read.isRepair ? 1 : 0) + 2 * TYPES.indexOf(read.type));
      for (const unit of touched) units.push(unit);
      unitEnds.push(units.length());
      texts.take();
    },
    at(row) {
      const text = texts.at(row);
      return {
        slice: slices.at(row),
        author: authors.at(row),
        time: times.at(row),
        isRepair: reads.at(row) % 2 === 1,
        type: TYPES[reads.at(row) >> 1],
        units: between(units, row === 0 ? 0 : unitEnds.at(row - 1), unitEnds.at(row)),
        id: text.toString("latin1", 0, idLength),
        subject: text.toString("utf8", idLength),
      };
    },
    sliceOf: slices.at,
  };
}

const TYPES: readonly Read["type"][] = [undefined, "fix", "other"];

function between(column: Column, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => column.at(from + index));
}

/** Not within a sign of several bytes. */
function cutAt(bytes: Buffer, start: number, end: number): number {
  if (end - start <= SUBJECT_MAX) return end;
  let at = start + SUBJECT_MAX;
  while (((bytes[at] ?? 0) & 0xc0) === 0x80 && at > start) at -= 1;
  return at;
}

/** Bytes of a block; no text is longer. */
const BLOCK = 1 << 16;

/** Texts one after the other. Room is given first, and again until it is taken. */
function textsOf() {
  const blocks: Buffer[] = [];
  const starts = columnOf(Float64Array);
  const lengths = columnOf(Uint32Array);
  let block = Buffer.alloc(0);
  let [at, length] = [0, 0];
  return {
    room(wanted: number): { block: Buffer; at: number } {
      if (at + wanted > block.length) {
        block = Buffer.alloc(BLOCK);
        blocks.push(block);
        at = 0;
      }
      length = wanted;
      return { block, at };
    },
    begun: () => block.subarray(at, at + length),
    take() {
      starts.push((blocks.length - 1) * BLOCK + at);
      lengths.push(length);
      at += length;
    },
    at(index: number): Buffer {
      const from = starts.at(index) % BLOCK;
      const held = blocks[Math.floor(starts.at(index) / BLOCK)] ?? block;
      return held.subarray(from, from + lengths.at(index));
    },
  };
}
