/**
 * Text that matches a regular expression, for seeded values. It knows what patterns of contracts are
 * made of (characters, classes, groups, alternatives, repeats); for a pattern with anything else it
 * says so, and nothing is guessed.
 */

/** A number from 0 to below 1. */
export type Random = () => number;

type Maker = (random: Random) => string;

/** Enough to see a repeat, and short enough to stay below most limits. */
const REPEATS_MAX = 6;

const DIGITS = "0123456789";
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const WORD = `${LETTERS}${DIGITS}_`;
const CLASSES: Readonly<Record<string, string>> = { d: DIGITS, w: WORD, s: " \t\n" };
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };

/** What makes matching text. Undefined where the pattern has something that is not known here. */
export function makerOf(pattern: RegExp): Maker | undefined {
  const reader = { text: [...pattern.source], at: 0 };
  try {
    const maker = alternatives(reader);
    return reader.at === reader.text.length ? maker : undefined;
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

/** Thrown and caught in this file alone. */
class Unknown extends Error {}

interface Reader {
  readonly text: readonly string[];
  at: number;
}

function taken(reader: Reader, word: string): boolean {
  if (reader.text.slice(reader.at, reader.at + word.length).join("") !== word) return false;
  reader.at += word.length;
  return true;
}

function pick<T>(random: Random, from: ArrayLike<T>): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Unknown("an empty class");
  return one;
}

function alternatives(reader: Reader): Maker {
  const all = [sequence(reader)];
  while (taken(reader, "|")) all.push(sequence(reader));
  return (random) => pick(random, all)(random);
}

function sequence(reader: Reader): Maker {
  const parts: Maker[] = [];
  while (reader.at < reader.text.length && !"|)".includes(reader.text[reader.at] ?? "")) {
    parts.push(repeated(reader, atom(reader)));
  }
  return (random) => parts.map((part) => part(random)).join("");
}

function repeated(reader: Reader, part: Maker): Maker {
  const [least, most] = countOf(reader);
  taken(reader, "?"); // lazy or not, the same texts match
  return (random) => {
    const count = least + Math.floor(random() * (most - least + 1));
    return Array.from({ length: count }, () => part(random)).join("");
  };
}

function countOf(reader: Reader): [number, number] {
  if (taken(reader, "*")) return [0, REPEATS_MAX];
  if (taken(reader, "+")) return [1, REPEATS_MAX];
  if (taken(reader, "?")) return [0, 1];
  if (reader.text[reader.at] !== "{") return [1, 1];
  const rest = reader.text.slice(reader.at).join("");
  const [whole, least = "", comma, most] = /^\{(\d+)(,(\d*))?\}/.exec(rest) ?? [];
  if (whole === undefined) throw new Unknown(rest);
  reader.at += whole.length;
  const from = Number(least);
  if (comma === undefined) return [from, from];
  return [from, most ? Number(most) : from + REPEATS_MAX];
}

function atom(reader: Reader): Maker {
  if (taken(reader, "^") || taken(reader, "$")) return () => "";
  if (taken(reader, "(")) {
    if (!taken(reader, "?:") && reader.text[reader.at] === "?") throw new Unknown("a look-around");
    const group = alternatives(reader);
    if (!taken(reader, ")")) throw new Unknown("an open group");
    return group;
  }
  if (taken(reader, "[")) return characterClass(reader);
  if (taken(reader, ".")) return (random) => pick(random, WORD);
  if (taken(reader, "\\")) {
    const characters = escaped(reader);
    return (random) => pick(random, characters);
  }
  const character = reader.text[reader.at] ?? "";
  reader.at += 1;
  return () => character;
}

function escaped(reader: Reader): string {
  const letter = reader.text[reader.at] ?? "";
  reader.at += 1;
  const known = CLASSES[letter] ?? ESCAPES[letter];
  if (known !== undefined) return known;
  if (/[a-zA-Z0-9]/.test(letter)) throw new Unknown(`\\${letter}`);
  return letter;
}

function characterClass(reader: Reader): Maker {
  const isNegated = taken(reader, "^");
  let characters = "";
  while (!taken(reader, "]")) {
    if (reader.at >= reader.text.length) throw new Unknown("an open class");
    characters += range(reader);
  }
  const all = [...characters];
  const allowed = isNegated ? [...WORD, " ", "-"].filter((one) => !all.includes(one)) : all;
  return (random) => pick(random, allowed);
}

function range(reader: Reader): string {
  const first = one(reader);
  const isRange = reader.text[reader.at] === "-" && reader.text[reader.at + 1] !== "]";
  if (!isRange || [...first].length !== 1) return first;
  reader.at += 1;
  const [from, to] = [first.codePointAt(0) ?? 0, one(reader).codePointAt(0) ?? 0];
  return Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join("");
}

function one(reader: Reader): string {
  if (taken(reader, "\\")) return escaped(reader);
  const character = reader.text[reader.at] ?? "";
  reader.at += 1;
  return character;
}
