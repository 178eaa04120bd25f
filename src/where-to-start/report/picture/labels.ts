/** Names beside circles, so that none stands on another or on a circle; one that has no room is left out. */

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly name: string;
}

/** Where a name begins, ends or has its middle. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Of the page's letters, a bit more than most are. */
const LETTER = 7.4;
const HEIGHT = 15;
const GAP = 5;

/** Further away nobody sees whose name it is. */
const NEAR = 9;

/** From the middle of a letter down to its line. */
const BASELINE = 4.5;

/** A name that is longer loses its middle: those that begin alike differ at their ends. */
const NAME_MAX = 28;

export function shorten(name: string): string {
  return name.length > NAME_MAX ? `${name.slice(0, 9)}…${name.slice(10 - NAME_MAX)}` : name;
}

export function widthOf(name: string): number {
  return name.length * LETTER;
}

/**
 * In the order of the circles, each in the first place that is free.
 * @param room no name leaves it
 * @param taken nothing may stand here
 */
export function placeLabels(
  circles: readonly Circle[],
  room: Box,
  taken: readonly Box[],
): (Label | undefined)[] {
  const boxes = [...taken, ...circles.map(boxOf)];
  return circles.map((circle) => {
    for (const { label, box } of placesOf(circle)) {
      if (!isInside(box, room) || boxes.some((other) => isOver(box, other))) continue;
      boxes.push(box);
      return label;
    }
    return undefined;
  });
}

function boxOf({ x, y, radius }: Circle): Box {
  return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
}

/** Right, left, above, below, the four corners, and then somewhat further away. */
function placesOf({ x, y, radius, name }: Circle): { label: Label; box: Box }[] {
  const away = radius + GAP;
  const corner = radius * 0.7 + GAP;
  const rise = radius + HEIGHT / 2;
  const at = (dx: number, dy: number) => placeAt({ x: x + dx, y: y + dy, isLeft: dx < 0 }, name);
  return [
    at(away, 0),
    at(-away, 0),
    middleAt({ x, y: y - rise }, name),
    middleAt({ x, y: y + rise }, name),
    at(corner, -corner - 2),
    at(corner, corner + 2),
    at(-corner, -corner - 2),
    at(-corner, corner + 2),
    middleAt({ x, y: y - rise - NEAR }, name),
    middleAt({ x, y: y + rise + NEAR }, name),
    at(radius / 2, -rise - NEAR),
    at(-radius / 2, -rise - NEAR),
    at(radius / 2, rise + NEAR),
    at(-radius / 2, rise + NEAR),
  ];
}

interface Beside {
  readonly x: number;
  readonly y: number;
  readonly isLeft: boolean;
}

function placeAt({ x, y, isLeft }: Beside, name: string): { label: Label; box: Box } {
  const width = widthOf(name);
  return {
    label: { x, y: y + BASELINE, anchor: isLeft ? "end" : "start" },
    box: spread(isLeft ? x - width : x, y, width),
  };
}

function middleAt(
  { x, y }: { readonly x: number; readonly y: number },
  name: string,
): { label: Label; box: Box } {
  const width = widthOf(name);
  return { label: { x, y: y + BASELINE, anchor: "middle" }, box: spread(x - width / 2, y, width) };
}

function spread(left: number, middle: number, width: number): Box {
  return { left, top: middle - HEIGHT / 2, right: left + width, bottom: middle + HEIGHT / 2 };
}

export function isInside(box: Box, room: Box): boolean {
  return (
    box.left >= room.left &&
    box.right <= room.right &&
    box.top >= room.top &&
    box.bottom <= room.bottom
  );
}

export function isOver(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
