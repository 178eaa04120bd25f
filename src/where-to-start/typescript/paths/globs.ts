/**
 * Patterns of folders. No regular expression: patterns and paths are of strangers, and of many stars one makes
 * more work than there is time.
 */

/** `packages/*`, `apps/**`, `!packages/old`: the last that fits decides. */
export function globsOf(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.map((pattern) => {
    const bare = pattern.replace(/^!/, "").replace(/^\.\//, "").replace(/\/$/, "");
    return { isNot: pattern.startsWith("!"), parts: foldersOf(bare.split("/")) };
  });
  return (path) => {
    const names = path.split("/");
    const last = rules.findLast(({ parts }) => fits(parts, names, inPath));
    return last !== undefined && !last.isNot;
  };
}

/** `**` is any number of folders, none too; at the end at least one: `packages/**` is not `packages`. */
function foldersOf(parts: readonly string[]): string[] {
  return parts.at(-1) === "**" ? [...parts.slice(0, -1), "*", "**"] : [...parts];
}

interface Wildcards {
  /** What any number fits, none too. */
  readonly star: string;
  readonly isSame: (wanted: string, given: string) => boolean;
}

const inPath: Wildcards = { star: "**", isSame: (part, name) => fits(part, name, inName) };

const inName: Wildcards = {
  star: "*",
  isSame: (wanted, letter) => wanted === "?" || wanted === letter,
};

/** Where it goes wrong only the last star takes one more: what earlier ones could take, it can. */
function fits(
  wanted: ArrayLike<string>,
  given: ArrayLike<string>,
  { star, isSame }: Wildcards,
): boolean {
  let [at, next, afterStar, taken] = [0, 0, -1, 0];
  while (next < given.length) {
    const [one, other = ""] = [wanted[at], given[next]];
    if (one === star) {
      at += 1;
      [afterStar, taken] = [at, next];
    } else if (one !== undefined && isSame(one, other)) {
      at += 1;
      next += 1;
    } else if (afterStar === -1) return false;
    else {
      taken += 1;
      [at, next] = [afterStar, taken];
    }
  }
  while (wanted[at] === star) at += 1;
  return at === wanted.length;
}
