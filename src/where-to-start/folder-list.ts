/** Where no convention fits: which folders there are and how large, so that somebody can say which are units. */
import { bySpelling } from "./order.ts";
import type { Code } from "./scan.ts";
import { isOwnCode } from "./score/ties.ts";

/** More would hide the large ones. */
const FOLDERS_MAX = 12;

/** Deeper ones are parts of units. */
const DEPTH = 2;

/** In sentences. */
export function folderList({ facts }: Code): string[] {
  const sizes = new Map<string, number>();
  for (const file of facts.values()) {
    if (!isOwnCode(file)) continue;
    const parts = file.file.split("/").slice(0, -1);
    for (let depth = 1; depth <= Math.min(DEPTH, parts.length); depth += 1) {
      const folder = parts.slice(0, depth).join("/");
      sizes.set(folder, (sizes.get(folder) ?? 0) + file.lines);
    }
  }
  if (sizes.size === 0) return ["No folder here has Python, JavaScript or TypeScript in it."];
  const largest = [...sizes]
    .toSorted(([a, one], [b, other]) => other - one || bySpelling(a, b))
    .slice(0, FOLDERS_MAX)
    .map(([folder, lines]) => `${folder} (${lines.toLocaleString("en")} lines)`);
  return [
    "No units were found: no apps of Marcot or Django, no packages of a workspace, no modules of Nest. Say which folders are units: --units 'src/*'.",
    `The largest folders: ${largest.join(", ")}.`,
  ];
}
