/** The fields of a line of boundaries.todo: bare where that can be read back, else as JSON writes a string. */

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const UNIT = String.raw`(${QUOTED}|[^\s"]\S*)`;
const FIELD = String.raw`(${QUOTED}|[^\s"](?:.*?\S)??)`;

/**
 * `orders -> payments | import charge | shop/orders/views.py`. The dot is any letter: of a line with one that it
 * left out every bar would be tried as the last.
 */
export const TIE = new RegExp(String.raw`^${UNIT} -> ${UNIT} \| ${FIELD} \| ${FIELD}$`, "s");

/** `* -> utils | helpers that store nothing`; the reason may be forgotten. */
export const ALLOW = new RegExp(String.raw`^${UNIT} -> ${UNIT}(?: \|(.*))?$`, "s");

/** What a line may begin with and mean something else. */
const WORDS = new Set(["format", "kind", "units", "allow"]);

export function writeUnit(name: string): string {
  const isBare = /^[^\s"#*|<=>\p{Cc}][^\s\p{Cc}]*$/u.test(name) && !WORDS.has(name);
  return isBare && name.isWellFormed() ? name : quoted(name);
}

export function writeField(text: string): string {
  const isBare = /^[^\s"](?:.*\S)?$/u.test(text) && !/[|\p{Cc}]/u.test(text);
  return isBare && text.isWellFormed() ? text : quoted(text);
}

/** Half of a pair, which UTF-8 cannot have, too. JSON leaves some control characters as they are. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007F-\u009F\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Undefined where the quotes hold no string. */
export function readField(written: string): string | undefined {
  if (!written.startsWith('"')) return written;
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
