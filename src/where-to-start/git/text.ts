/** What is text and what is not, of file names and of files. */
import { isUtf8 } from "node:buffer";

/** Sources are smaller; what is larger was generated, or is data. */
export const FILE_MAX = 1_000_000;

/** Where git looks for a byte 0, to tell a binary file. */
const BINARY_WITHIN = 8000;

export interface Skipped {
  readonly file: string;
  readonly why: string;
}

export const TOO_LARGE = "larger than 1 MB";
export const NO_TEXT = "a binary file";
export const NO_NAME = "its name is not UTF-8";
export const A_SUBMODULE = "a submodule";
export const A_LINK = "a symbolic link";

/** Undefined for a binary file. What is not UTF-8 is read as Latin-1, as old sources are. */
export function textOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, BINARY_WITHIN).includes(0)) return undefined;
  if (!isUtf8(bytes)) return bytes.toString("latin1");
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString("utf8", hasMark ? 3 : 0);
}

export function isName(bytes: Buffer): boolean {
  return isUtf8(bytes);
}

/** What git prints with -z: each entry without its end. */
export function* entriesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    yield bytes.subarray(at, end === -1 ? bytes.length : end);
    at = end === -1 ? bytes.length : end + 1;
  }
}
