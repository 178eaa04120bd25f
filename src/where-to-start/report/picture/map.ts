/**
 * The units and what ties them: on a circle, in an order that keeps what belongs together near. Who points at one
 * sees its own ties alone, by rules of style: a page of this has no script.
 */
import { html, raw } from "hono/html";
import { bySpelling } from "../../order.ts";
import type { Report, Unit } from "../../types/report.ts";
import { shorten, widthOf } from "./labels.ts";
import { idOf, type Markup } from "../markup.ts";
import { drawCircle, drawLegend, titleOf } from "./node.ts";

/** Fewer shared commits are chance. */
const TOGETHER_MIN = 5;

/** Of circles beside each other, from centre to centre, that names can be read. */
const STEP_MIN = 22;

type Edge = Report["edges"][number];

interface Point {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

interface Ring {
  readonly size: number;
  readonly radius: number;
  /** Of the largest circle. */
  readonly largest: number;
  readonly points: ReadonlyMap<string, Point>;
}

export function drawMap({ units, edges }: Report): Markup {
  const ring = ringOf(units, orderOf(units, edges));
  const top = Math.max(1, ...units.map(({ lines }) => lines));
  const hasKeys = edges.some(({ foreignKeys }) => foreignKeys > 0);
  return html`<figure>
    <a class="skip" href="#map-key">Skip the picture</a>
    <div class="wide">
      <svg
        class="map"
        style="--size:${ring.size}px"
        viewBox="0 0 ${ring.size} ${ring.size}"
        role="group"
        aria-label="Map of the units and what ties them together; each unit below lists its own ties"
      >
        <style>
          ${raw(units.map((_, index) => highlight(index)).join(""))}
        </style>
        ${drawEdges(edges, ring)} ${units.map((unit) => drawNode(unit, ring, top))}
      </svg>
    </div>
    <figcaption id="map-key" tabindex="-1">
      ${drawLegend(units)}
      <span class="ties">
        <span><i class="imports"></i> imports, the wider the more</span>
        ${hasKeys ? html`<span><i class="keys"></i> foreign keys</span>` : ""}
        <span><i class="together"></i> often changed in the same commit</span>
      </span>
      Point at a unit or tab to it:
      <span class="out">blue, long dashes, is what it needs</span>;
      <span class="in">orange is what needs it</span>.
    </figcaption>
  </figure>`;
}

/** Each next one is the one that is tied most to those before. The same for the same report. */
function orderOf(units: readonly Unit[], edges: readonly Edge[]): string[] {
  const weights = new Map<string, Map<string, number>>();
  const add = (from: string, to: string, weight: number) => {
    const known = weights.get(from) ?? new Map<string, number>();
    weights.set(from, known.set(to, (known.get(to) ?? 0) + weight));
  };
  for (const { from, to, imports, foreignKeys } of edges) {
    add(from, to, imports + 3 * foreignKeys);
    add(to, from, imports + 3 * foreignKeys);
  }
  const left = new Set(units.map(({ name }) => name).toSorted(bySpelling));
  const order: string[] = [];
  let last: string | undefined;
  while (left.size > 0) {
    const near = last === undefined ? undefined : weights.get(last);
    let next: string | undefined;
    for (const name of left)
      if (next === undefined || (near?.get(name) ?? 0) > (near?.get(next) ?? 0)) next = name;
    if (next === undefined) break;
    left.delete(next);
    order.push(next);
    last = next;
  }
  return order;
}

/** As large as the names around it need. */
function ringOf(units: readonly Unit[], order: readonly string[]): Ring {
  const radius = Math.max(
    120,
    Math.min(260, order.length * 14),
    (order.length * STEP_MIN) / (2 * Math.PI),
  );
  const step = (2 * Math.PI * radius) / Math.max(1, order.length);
  const largest = Math.min(28, Math.max(9, step / 2 - 1));
  const longest = Math.max(0, ...order.map((name) => widthOf(shorten(name))));
  const size = Math.round(2 * (radius + largest + longest + 12));
  const indexes = new Map(units.map(({ name }, index) => [name, index]));
  const points = order.map((name, place): [string, Point] => {
    const angle = (place / Math.max(1, order.length)) * 2 * Math.PI - Math.PI / 2;
    const [x, y] = [size / 2 + radius * Math.cos(angle), size / 2 + radius * Math.sin(angle)];
    return [name, { index: indexes.get(name) ?? 0, x, y, angle }];
  });
  return { size, radius, largest, points: new Map(points) };
}

/** `o` goes out of a unit, `i` comes in. */
function highlight(index: number): string {
  return `.map:has(.n${index}:hover,.n${index}:focus){& .o${index}{--to:var(--out);--dash:9 3;--seen:1}& .i${index}{--to:var(--in);--seen:1}}`;
}

/** Bands lie below all, foreign keys above. Bands are the strongest only, or they would cover everything. */
function drawEdges(edges: readonly Edge[], ring: Ring): Markup {
  const bands = edges
    .filter(({ together }) => together >= TOGETHER_MIN)
    .toSorted((a, b) => b.together - a.together)
    .slice(0, ring.points.size);
  const most = Math.max(1, ...edges.map(({ imports }) => imports));
  const widthClass = (imports: number) => Math.min(4, Math.ceil(4 * Math.sqrt(imports / most)));
  return html`${bands.map((edge) => drawEdge("together", edge, ring))}
  ${edges
    .filter(({ imports }) => imports > 0)
    .map((edge) => drawEdge(`imports w${widthClass(edge.imports)}`, edge, ring))}
  ${edges.filter(({ foreignKeys }) => foreignKeys > 0).map((edge) => drawEdge("keys", edge, ring))}`;
}

function drawEdge(kind: string, { from, to }: Edge, { size, points }: Ring): Markup | string {
  const [a, b] = [points.get(from), points.get(to)];
  if (a === undefined || b === undefined) return "";
  // Bent towards the centre, so that lines between neighbours do not run through the circles.
  const bend = (one: number, other: number) => size / 2 + (one + other - size) * 0.2;
  const path = `M${r(a.x)} ${r(a.y)}Q${r(bend(a.x, b.x))} ${r(bend(a.y, b.y))} ${r(b.x)} ${r(b.y)}`;
  return html`<path class="${kind} o${a.index} i${b.index}" d="${path}" />`;
}

function drawNode(unit: Unit, { points, largest }: Ring, top: number): Markup | string {
  const point = points.get(unit.name);
  if (point === undefined) return "";
  const { index, x, y, angle } = point;
  const radius = Math.max(8, largest * Math.sqrt(unit.lines / top));
  const isLeft = Math.cos(angle) < -0.001;
  const turn = (angle * 180) / Math.PI + (isLeft ? 180 : 0);
  const distance = isLeft ? -radius - 5 : radius + 5;
  return html`<a class="n${index}" href="#${idOf(unit.name)}"
    ><title>${titleOf(unit)}</title>${drawCircle(unit, { x, y, radius })}<text
      class="name"
      transform="translate(${r(x)} ${r(y)}) rotate(${r(turn)})"
      x="${r(distance)}"
      y="4"
      text-anchor="${isLeft ? "end" : "start"}"
      >${shorten(unit.name)}</text
    ></a
  >`;
}

function r(value: number): string {
  return value.toFixed(0);
}
