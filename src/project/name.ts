/**
 * Names: what an app may be called, as its name becomes a folder, an address, a schema and a variable of
 * the shell; and which name somebody may have meant who mistyped one.
 */

/** What would clash: PostgreSQL's own schema, packages and folders of ours, and words of JavaScript. */
const TAKEN = new Set(
  (
    "public marcot project test tests apps node await break case catch class const continue debugger " +
    "default delete do else enum export extends false finally for function if implements import in " +
    "instanceof interface let new null package private protected return static super switch this " +
    "throw true try typeof undefined var void while with yield"
  ).split(" "),
);

export const NAME_RULE =
  "a name begins with a small letter and has small letters, digits and single hyphens, at most 40";

/** Why this cannot be the name of an app; undefined when it can. */
export function objectionToName(name: string): string | undefined {
  if (name.length > 40 || !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) return NAME_RULE;
  return TAKEN.has(name) ? `"${name}" has another meaning already` : undefined;
}
/** Two letters exchanged are two edits; with more, any short name would be near to any other. */
const TYPO = 2;

/** The known name with the fewest edits, if it is near enough. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((other) => ({ other, edits: distance(name, other) }))
    .filter(({ edits }) => edits <= Math.min(TYPO, name.length - 1))
    .toSorted((a, b) => a.edits - b.edits);
  return near[0]?.other;
}

/** The number of edits from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of from.split("").entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
