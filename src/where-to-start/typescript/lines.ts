/** Lines: where an offset stands, and how many lines are code. */

export type LineAt = (offset: number) => number;

/** A file that is read. */
export interface At {
  readonly file: string;
  readonly text: string;
  readonly lineAt: LineAt;
}

/** The line (from 1) of an offset in UTF-16 code units. The index is made when it is first asked for. */
export function lineFinder(text: string): LineAt {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
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
