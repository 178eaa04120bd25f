/** Ranks that another circle would cover: each beside its own circle, at the end of a thin line. */
import { type Box, isInside, isOver } from "./labels.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

type Line = Pick<Beside, "from" | "to">;

/** In the order in which they are drawn: later ones cover earlier ones. */
export interface Numbered extends Point {
  readonly radius: number;
  /** Undefined where there is none to show. */
  readonly rank: number | undefined;
}

/** Where the middle of a rank is, and the end of the line that leads to it from the edge of its circle. */
export interface Beside extends Point {
  readonly from: Point;
  readonly to: Point;
  readonly box: Box;
}

/** Of the ranks' digits, a bit more than they are. */
const DIGIT = 6.6;
const HEIGHT = 12;

/** Two of them beside each other would be one number. */
const GAP = 6;

/** Around a circle, and away from it; further away there is no room either. */
const TURNS = 48;
const NEAREST = 11;
const STEP = 9;
const STEPS = 16;

/** More are a heap whatever is done. Each is tried against each circle, which must take no time. */
const BESIDE_MAX = 60;
const PAIRS_MAX = 10_000;

/** What a line goes over makes it as bad as if it were longer by so much. */
const OVER = { circle: 15, hiddenEdge: 30, line: 40, number: 160 };

/** By the place in the list; a rank that stays is in none, and one that has no room is undefined. */
export function ranksBeside(
  circles: readonly Numbered[],
  room: Box,
  taken: readonly Box[],
): ReadonlyMap<number, Beside | undefined> {
  const [covered, numbers] = coveredOf(circles);
  const byRank = covered.toSorted((a, b) => (circles[a]?.rank ?? 0) - (circles[b]?.rank ?? 0));
  const found = new Map<number, Beside | undefined>(byRank.map((index) => [index, undefined]));
  const lines: Beside[] = [];
  const most = Math.min(BESIDE_MAX, Math.floor(PAIRS_MAX / circles.length));
  for (const index of byRank.slice(0, most)) {
    const best = bestOf(index, { circles, room, taken, numbers, lines });
    if (best === undefined) continue;
    numbers.push(best.box);
    lines.push(best);
    found.set(index, best);
  }
  return found;
}

/** From the top down: what is not covered keeps its place, and its number may be covered by no other. */
function coveredOf(circles: readonly Numbered[]): [covered: number[], numbers: Box[]] {
  const covered: number[] = [];
  const numbers: Box[] = [];
  for (const [index, { rank, ...middle }] of [...circles.entries()].toReversed()) {
    if (rank === undefined) continue;
    const box = boxAt(middle, rank);
    const isCovered =
      numbers.some((other) => isOver(box, other)) ||
      circles.some((other, place) => place > index && reaches(other, box));
    if (isCovered) covered.push(index);
    else numbers.push(box);
  }
  return [covered, numbers];
}

interface Field {
  readonly circles: readonly Numbered[];
  readonly room: Box;
  readonly taken: readonly Box[];
  /** Where ranks stand. */
  readonly numbers: readonly Box[];
  readonly lines: readonly Beside[];
}

function bestOf(index: number, field: Field): Beside | undefined {
  const { circles, room, taken, numbers, lines } = field;
  const circle = circles[index];
  if (circle === undefined) return undefined;
  let best: Beside | undefined;
  let least = Infinity;
  for (const [away, place] of placesOf(circle)) {
    if (away >= least || !isInside(place.box, room)) continue;
    const { left, right } = place.box;
    const wide = { ...place.box, left: left - GAP, right: right + GAP };
    if (taken.some((other) => isOver(place.box, other))) continue;
    if (numbers.some((other) => isOver(wide, other))) continue;
    if (circles.some((other) => reaches(other, place.box))) continue;
    if (lines.some((line) => isNear(place.box, line))) continue;
    const cost = away + costOf(place, index, field);
    if (cost >= least) continue;
    least = cost;
    best = place;
  }
  return best;
}

/** The nearest come first. */
function* placesOf({ x, y, radius, rank = 0 }: Numbered): Generator<[away: number, place: Beside]> {
  for (let step = 0; step < STEPS; step += 1)
    for (let turn = 0; turn < TURNS; turn += 1) {
      const away = NEAREST + step * STEP;
      const angle = (turn / TURNS) * 2 * Math.PI;
      const at = (distance: number) => ({
        x: x + distance * Math.cos(angle),
        y: y + distance * Math.sin(angle),
      });
      const middle = at(radius + away);
      const to = at(radius + away - HEIGHT / 2 - 1);
      yield [away, { ...middle, from: at(radius), to, box: boxAt(middle, rank) }];
    }
}

function costOf({ from, to }: Beside, index: number, { circles, numbers, lines }: Field): number {
  const over = circles.filter(
    (other, place) => place !== index && distanceTo(other, from, to) < other.radius,
  ).length;
  const isHidden = circles.some(
    (other, place) =>
      place > index && Math.hypot(other.x - from.x, other.y - from.y) < other.radius,
  );
  const crossed = lines.filter((line) => isCrossed(line, { from, to })).length;
  const read = numbers.filter((number) => isNear(number, { from, to })).length;
  return (
    over * OVER.circle + (isHidden ? OVER.hiddenEdge : 0) + crossed * OVER.line + read * OVER.number
  );
}

function boxAt({ x, y }: Point, rank: number): Box {
  const half = (String(rank).length * DIGIT + 2) / 2;
  return { left: x - half, top: y - HEIGHT / 2, right: x + half, bottom: y + HEIGHT / 2 };
}

/** Of a line and a number: they could not be told apart. */
function isNear({ left, right, top, bottom }: Box, { from, to }: Line): boolean {
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  return distanceTo(middle, from, to) < (right - left) / 2 + 2;
}

function reaches({ x, y, radius }: Numbered, { left, top, right, bottom }: Box): boolean {
  const dx = x - Math.min(right, Math.max(left, x));
  const dy = y - Math.min(bottom, Math.max(top, y));
  return Math.hypot(dx, dy) < radius + 1;
}

/** From a point to what lies between two others. */
function distanceTo({ x, y }: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from.x - part * dx, y - from.y - part * dy);
}

function isCrossed(a: Line, b: Line): boolean {
  return isBetween(a, b.from, b.to) && isBetween(b, a.from, a.to);
}

/** Whether two points lie at different sides of a line. */
function isBetween({ from, to }: Line, one: Point, other: Point): boolean {
  const side = ({ x, y }: Point) => (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x);
  return side(one) > 0 !== side(other) > 0;
}

/** Small boxes that are where a line is, for what must not stand on it. */
export function boxesAlong({ from, to }: Line): Box[] {
  const count = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 4);
  return Array.from({ length: count + 1 }, (_, step) => {
    const part = count === 0 ? 0 : step / count;
    const [x, y] = [from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)];
    return { left: x - 1, top: y - 1, right: x + 1, bottom: y + 1 };
  });
}
