/**
 * Regular expressions as the comparison can reason about them: characters, classes, groups, choices,
 * repetition, `^` and `$`. Look-around, references back, word boundaries and Unicode properties are not read.
 */

/** Code points, from and to, both included; sorted and without overlap. */
export type Characters = readonly (readonly [number, number])[];

export type Pattern =
  | { readonly is: "characters"; readonly characters: Characters }
  | { readonly is: "sequence"; readonly parts: readonly Pattern[] }
  | { readonly is: "choice"; readonly parts: readonly Pattern[] }
  | { readonly is: "repeat"; readonly part: Pattern; readonly min: number; readonly max: number }
  | { readonly is: "start" }
  | { readonly is: "end" };

/** A longer pattern was not written by hand. */
const LENGTH_MAX = 5000;

export const LAST = 0x10ffff;

const DIGITS: Characters = [[48, 57]];
const WORD: Characters = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACE: Characters = [
  [9, 13],
  [32, 32],
  [160, 160],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: Characters = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];
const CONTROL: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 };

/** Undefined where the pattern is not understood. */
export function parsePattern(source: string): Pattern | undefined {
  if (source.length > LENGTH_MAX) return undefined;
  const text = [...source];
  let at = 0;
  try {
    const pattern = choice();
    return at === text.length ? pattern : undefined;
  } catch {
    return undefined;
  }

  function choice(): Pattern {
    const parts = [sequence()];
    while (text[at] === "|") {
      at += 1;
      parts.push(sequence());
    }
    return parts.length === 1 && parts[0] ? parts[0] : { is: "choice", parts };
  }

  function sequence(): Pattern {
    const parts: Pattern[] = [];
    while (at < text.length && text[at] !== "|" && text[at] !== ")") parts.push(repeated());
    return { is: "sequence", parts };
  }

  function repeated(): Pattern {
    const part = single();
    const [min, max] = quantifier() ?? [1, 1];
    if (min === 1 && max === 1) return part;
    if (text[at] === "?") at += 1; // lazy: the same texts match
    return { is: "repeat", part, min, max };
  }

  function quantifier(): [number, number] | undefined {
    const simple = { "*": [0, Infinity], "+": [1, Infinity], "?": [0, 1] } as const;
    const sign = text[at] ?? "";
    if (sign in simple) {
      at += 1;
      const [min, max] = simple[sign as keyof typeof simple];
      return [min, max];
    }
    if (sign !== "{") return undefined;
    const close = text.indexOf("}", at);
    const parts = /^(\d+)(,(\d*))?$/.exec(text.slice(at + 1, close).join(""));
    if (parts === null) throw new Error("not a quantifier");
    at = close + 1;
    const min = Number(parts[1]);
    if (parts[2] === undefined) return [min, min];
    return [min, parts[3] === "" ? Infinity : Number(parts[3])];
  }

  function single(): Pattern {
    const sign = next();
    if (sign === "^") return { is: "start" };
    if (sign === "$") return { is: "end" };
    if (sign === ".") return { is: "characters", characters: without(LINE_ENDS) };
    if (sign === "[") return { is: "characters", characters: characterClass() };
    if (sign === "(") return group();
    if (sign === "\\") return { is: "characters", characters: escape() };
    if ("*+?{}]".includes(sign)) throw new Error("not expected here");
    return { is: "characters", characters: just(sign) };
  }

  function group(): Pattern {
    if (text[at] === "?") {
      if (text[at + 1] === ":") at += 2;
      else if (text[at + 1] === "<" && /\w/.test(text[at + 2] ?? ""))
        at = text.indexOf(">", at) + 1;
      else throw new Error("look-around");
    }
    const inner = choice();
    if (next() !== ")") throw new Error("not closed");
    return inner;
  }

  function escape(): Characters {
    const sign = next();
    if (sign === "d") return DIGITS;
    if (sign === "D") return without(DIGITS);
    if (sign === "w") return WORD;
    if (sign === "W") return without(WORD);
    if (sign === "s") return SPACE;
    if (sign === "S") return without(SPACE);
    if (sign === "x") return code(2);
    if (sign === "u") return text[at] === "{" ? braced() : code(4);
    const control = CONTROL[sign];
    if (control !== undefined) return [[control, control]];
    if (/[A-Za-z0-9]/.test(sign)) throw new Error("an escape that is not read");
    return just(sign);
  }

  function code(digits: number): Characters {
    const point = parseInt(text.slice(at, at + digits).join(""), 16);
    if (point >= 0xd800 && point <= 0xdfff) throw new Error("half of a pair");
    at += digits;
    return [[point, point]];
  }

  function braced(): Characters {
    const close = text.indexOf("}", at);
    const point = parseInt(text.slice(at + 1, close).join(""), 16);
    at = close + 1;
    return [[point, point]];
  }

  function characterClass(): Characters {
    const isNegative = text[at] === "^";
    if (isNegative) at += 1;
    const found: (readonly [number, number])[] = [];
    while (text[at] !== "]") {
      const from = classPart();
      if (text[at] !== "-" || text[at + 1] === "]") {
        found.push(...from);
        continue;
      }
      at += 1;
      const to = classPart();
      const [[low] = [NaN], [high] = [NaN]] = [from[0], to[0]];
      if (from.length !== 1 || to.length !== 1 || !(low <= high)) throw new Error("not a range");
      found.push([low, high]);
    }
    at += 1;
    const characters = merge(found);
    return isNegative ? without(characters) : characters;
  }

  function classPart(): Characters {
    const sign = next();
    if (sign !== "\\") return just(sign);
    if (text[at] === "b") {
      at += 1;
      return [[8, 8]];
    }
    if (text[at] === "-") return just(next());
    return escape();
  }

  function next(): string {
    const sign = text[at];
    if (sign === undefined) throw new Error("it ends too early");
    at += 1;
    return sign;
  }
}

function just(sign: string): Characters {
  const point = sign.codePointAt(0) ?? 0;
  return [[point, point]];
}

function merge(ranges: readonly (readonly [number, number])[]): Characters {
  const merged: [number, number][] = [];
  for (const [low, high] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

function without(characters: Characters): Characters {
  const rest: [number, number][] = [];
  let from = 0;
  for (const [low, high] of characters) {
    if (low > from) rest.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= LAST) rest.push([from, LAST]);
  return rest;
}
