/** A file that is read, and how many of its lines are code. */
import type { LineAt } from "../../../project/check/line-at.ts";

/** A file that is read. */
export interface At {
  readonly file: string;
  readonly text: string;
  readonly lineAt: LineAt;
}

/** Lines that are neither empty nor only a comment. A block comment inside of a string counts as one: rare. */
export function codeLines(text: string): number {
  let count = 0;
  let isInside = false;
  for (let from = 0; from <= text.length;) {
    let end = text.indexOf("\n", from);
    if (end === -1) end = text.length;
    const line = text.slice(from, end).trim();
    from = end + 1;
    if (isInside) {
      const close = line.indexOf("*/");
      if (close === -1) continue;
      isInside = false;
      if (line.slice(close + 2).trim() !== "") count += 1;
      continue;
    }
    if (line === "" || line.startsWith("//")) continue;
    if (line.startsWith("/*")) {
      const close = line.indexOf("*/", 2);
      if (close === -1) isInside = true;
      else if (line.slice(close + 2).trim() !== "") count += 1;
      continue;
    }
    count += 1;
  }
  return count;
}
