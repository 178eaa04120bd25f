/**
 * How often a backtracking matcher may try before it gives up: once for a plain text, a power of the text's
 * length for several repetitions in a row, without any bound that helps for a repetition within a repetition.
 */
import { parsePattern, type Pattern } from "./pattern.ts";

interface Growth {
  /** How many repetitions stand in a row: the exponent. */
  readonly repeats: number;
  /** How many ways there are through the choices. */
  readonly ways: number;
  /** Whether something that can match in several ways is repeated. */
  readonly isNested: boolean;
}

const ONE: Growth = { repeats: 0, ways: 1, isNested: false };
const known = new Map<string, Growth>();
const KNOWN_MAX = 10_000;

/** An upper bound, for a text of this length. */
export function triesOf(source: string, length: number): number {
  let growth = known.get(source);
  if (growth === undefined) {
    if (known.size > KNOWN_MAX) known.clear();
    const pattern = parsePattern(source);
    known.set(source, (growth = pattern === undefined ? growthOfText(source) : growthOf(pattern)));
  }
  const { repeats, ways, isNested } = growth;
  // It may begin at each character.
  return isNested ? (2 + repeats + ways) ** length : ways * (length + 1) ** (repeats + 1);
}

function growthOf(pattern: Pattern): Growth {
  switch (pattern.is) {
    case "sequence":
      return pattern.parts.map(growthOf).reduce(inRow, ONE);
    case "choice": {
      const { repeats, isNested } = pattern.parts.map(growthOf).reduce(inRow, ONE);
      const ways = pattern.parts.reduce((sum, part) => sum + growthOf(part).ways, 0);
      return { repeats, ways, isNested };
    }
    case "repeat": {
      const inner = growthOf(pattern.part);
      if (pattern.max <= 1) return { ...inner, ways: inner.ways + 1 };
      const isNested = inner.isNested || inner.repeats > 0 || inner.ways > 1;
      return {
        repeats: inner.repeats + Number(pattern.max > pattern.min),
        ways: inner.ways,
        isNested,
      };
    }
    default:
      return ONE;
  }
}

function inRow(one: Growth, other: Growth): Growth {
  return {
    repeats: one.repeats + other.repeats,
    ways: one.ways * other.ways,
    isNested: one.isNested || other.isNested,
  };
}

/** Of a pattern that is not read, by its signs alone. */
function growthOfText(source: string): Growth {
  const count = (signs: RegExp) => source.match(signs)?.length ?? 0;
  return {
    repeats: count(/[*+?{]/g),
    ways: 2 ** count(/\|/g),
    isNested: /\)[*+?{]/.test(source) || /\\[1-9k]/.test(source),
  };
}
