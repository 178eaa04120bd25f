/**
 * Whether there is a text that some patterns match and others do not: a search through all of them at once,
 * shortest texts first. When it ends without a find, there is no such text: that is a proof.
 */
import { spend } from "../schema/budget.ts";
import { type Characters, LAST, parsePattern, type Pattern } from "./pattern.ts";

export interface Texts {
  readonly patterns: readonly string[];
  /** Fewest and most code points. */
  readonly min: number;
  readonly max: number;
}

interface State {
  readonly moves: [Characters, number][];
  readonly free: number[];
  /** Passable only before the first character, or only after the last one. */
  readonly atStart: number[];
  readonly atEnd: number[];
}

interface Machine {
  readonly states: readonly State[];
  readonly first: number;
  readonly last: number;
}

/** A pattern with more states (`{1,5000}` twice) takes seconds; no pattern written by hand has so many. */
const STATES_MAX = 3000;
/** With fewer, a length of a few hundred could not be counted; with more, a search takes seconds. */
const SEARCH_MAX = 20_000;
/** More patterns than two documents have; each is kept with all its states. */
const MACHINES_MAX = 1000;

/** Undefined: not known. Null: there is no such text. */
export function findText(fits: Texts, fails?: Texts): string | null | undefined {
  const sources = [...fits.patterns, ...(fails?.patterns ?? [])];
  const machines = sources.map(machineOf);
  if (!machines.every((machine) => machine !== undefined)) return undefined;
  const alphabet = alphabetOf(machines);
  const bounds = [fits.min, fits.max, fails?.min ?? 0, fails?.max ?? 0];
  const counted = Math.max(...bounds.filter(isFinite)) + 1; // from here on, length makes no difference
  const isFound = (sets: readonly (readonly number[])[], length: number) => {
    const isMatch = sets.map((set, index) => endsIn(machines[index] as Machine, set, length === 0));
    const count = fits.patterns.length;
    if (!isMatch.slice(0, count).every(Boolean) || length < fits.min || length > fits.max)
      return false;
    if (fails === undefined) return true;
    return length < fails.min || length > fails.max || !isMatch.slice(count).every(Boolean);
  };
  const start = machines.map((machine) => closure(machine, [machine.first], true, false));
  let layer = [{ sets: start, text: "" }];
  const seen = new Set<string>();
  for (let length = 0; layer.length > 0 && length <= fits.max; length += 1) {
    const found = layer.find(({ sets }) => isFound(sets, length));
    if (found !== undefined) return found.text;
    const following: typeof layer = [];
    for (const { sets, text } of layer) {
      for (const point of alphabet) {
        const moved = sets.map((set, index) => move(machines[index] as Machine, set, point));
        if (moved.slice(0, fits.patterns.length).some((set) => set.length === 0)) continue;
        const key = `${Math.min(length + 1, counted)}:${moved.map((set) => set.join()).join("/")}`;
        spend(key.length / 16);
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > SEARCH_MAX) return undefined;
        following.push({ sets: moved, text: text + String.fromCodePoint(point) });
      }
    }
    layer = following;
  }
  return null;
}

/** Whether the pattern matches, in steps that grow with the text and no faster; undefined: not known. */
export function matchesInSteps(source: string, text: string): boolean | undefined {
  const machine = machineOf(source);
  if (machine === undefined) return undefined;
  let states = closure(machine, [machine.first], true, false);
  for (const sign of text) {
    states = move(machine, states, sign.codePointAt(0) ?? 0);
  }
  return endsIn(machine, states, text === "");
}

const machinesKnown = new Map<string, Machine | undefined>();

function machineOf(source: string): Machine | undefined {
  if (!machinesKnown.has(source)) {
    if (machinesKnown.size > MACHINES_MAX) machinesKnown.clear();
    const pattern = parsePattern(source);
    machinesKnown.set(source, pattern && build(pattern));
  }
  return machinesKnown.get(source);
}

/** A pattern matches anywhere in a text: anything may stand before it and after it. */
function build(pattern: Pattern): Machine | undefined {
  const states: State[] = [];
  let calls = 0;
  const add = () => {
    if (states.length >= STATES_MAX) throw new RangeError("too many states");
    return states.push({ moves: [], free: [], atStart: [], atEnd: [] }) - 1;
  };
  const at = (index: number) => states[index] as State;

  function append(part: Pattern, from: number): number {
    calls += 1; // a group without characters makes no states, however often it is repeated
    if (calls > 10 * STATES_MAX) throw new RangeError("too many parts");
    if (part.is === "sequence") return part.parts.reduce((end, one) => append(one, end), from);
    if (part.is === "repeat") return repeat(part.part, from, part.min, part.max);
    const to = add();
    if (part.is === "characters") at(from).moves.push([part.characters, to]);
    else if (part.is === "start") at(from).atStart.push(to);
    else if (part.is === "end") at(from).atEnd.push(to);
    else {
      for (const one of part.parts) {
        const inner = add();
        at(from).free.push(inner);
        at(append(one, inner)).free.push(to);
      }
    }
    return to;
  }

  function repeat(part: Pattern, from: number, min: number, max: number): number {
    let end = from;
    for (let count = 0; count < min; count += 1) end = append(part, end);
    const last = add();
    at(end).free.push(last);
    if (max === Infinity) {
      const inner = add();
      at(last).free.push(inner);
      at(append(part, inner)).free.push(last);
      return last;
    }
    for (let count = min; count < max; count += 1) {
      end = append(part, end);
      at(end).free.push(last);
    }
    return last;
  }

  try {
    const first = add();
    at(first).moves.push([[[0, LAST]], first]);
    const inner = add();
    at(first).free.push(inner);
    const last = append(pattern, inner);
    at(last).moves.push([[[0, LAST]], last]);
    return { states, first, last };
  } catch {
    return undefined;
  }
}

function closure(
  { states }: Machine,
  from: readonly number[],
  isStart: boolean,
  isEnd: boolean,
): number[] {
  const found = new Set(from);
  for (const index of found) {
    const { free, atStart, atEnd } = states[index] as State;
    for (const to of free) found.add(to);
    if (isStart) for (const to of atStart) found.add(to);
    if (isEnd) for (const to of atEnd) found.add(to);
  }
  spend(1 + found.size / 2);
  return [...found].sort((a, b) => a - b);
}

function move(machine: Machine, from: readonly number[], point: number): number[] {
  const found: number[] = [];
  for (const index of from) {
    for (const [characters, to] of (machine.states[index] as State).moves) {
      spend(characters.length / 8);
      if (characters.some(([low, high]) => point >= low && point <= high)) found.push(to);
    }
  }
  return closure(machine, found, false, false);
}

function endsIn(machine: Machine, set: readonly number[], isStart: boolean): boolean {
  return closure(machine, set, isStart, true).includes(machine.last);
}

/** One character for all that no machine tells apart, readable ones first. */
function alphabetOf(machines: readonly Machine[]): number[] {
  const edges = new Set([0, 0xd800, 0xe000]);
  for (const { states } of machines) {
    for (const [characters] of states.flatMap(({ moves }) => moves)) {
      for (const [low, high] of characters) edges.add(low).add(high + 1);
    }
  }
  const starts = [...edges].filter((edge) => edge <= LAST).sort((a, b) => a - b);
  const readable = [..."a0A _-."].map((sign) => sign.codePointAt(0) ?? 0);
  const points = starts.flatMap((start, index) => {
    const end = (starts[index + 1] ?? LAST + 1) - 1;
    if (start === 0xd800) return []; // halves of pairs, which no JSON text may hold
    const good = readable.find((point) => point >= start && point <= end);
    return [good ?? (start <= 32 && end > 32 ? 33 : start)];
  });
  const rank = (point: number) => {
    const index = readable.indexOf(point);
    if (index !== -1) return index;
    return point > 32 && point < 127 ? 100 + point : 1000 + point;
  };
  return points.sort((a, b) => rank(a) - rank(b));
}
