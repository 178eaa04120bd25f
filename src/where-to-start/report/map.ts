/**
 * The units and what ties them: on a circle, in an order that keeps what belongs together near. Imports are
 * lines, foreign keys are dashed, what changes together is a wide pale band.
 */
import { html } from "hono/html";
import { bySpelling } from "../order.ts";
import type { Report, Unit } from "../types/report.ts";
import { colourOf } from "./colour.ts";
import { idOf, type Markup } from "./markup.ts";

const SIZE = 900;
const CENTRE = SIZE / 2;
const RADIUS = 300;

/** Fewer shared commits are chance. */
const TOGETHER_MIN = 5;

type Edge = Report["edges"][number];

interface Point {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

export function drawMap({ units, edges }: Report): Markup {
  const order = orderOf(units, edges);
  const points = new Map(order.map((name, index) => [name, pointAt(index, order.length)]));
  const top = Math.max(1, ...units.map(({ lines }) => lines));
  const most = Math.max(1, ...edges.map(({ imports }) => imports));
  return html`<figure>
    <svg
      viewBox="0 0 ${SIZE} ${SIZE}"
      role="img"
      aria-label="Map of the units and what ties them together"
    >
      ${edges.map((edge) => drawEdge(edge, points, most))}
      ${units.map((unit) => drawNode(unit, points.get(unit.name), top))}
    </svg>
    <figcaption>
      Size: lines. Lines: imports, the wider the more. Dashed red: foreign keys. Pale bands: changed
      in the same commits, ${TOGETHER_MIN} times or more.
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

function pointAt(index: number, count: number): Point {
  const angle = (index / Math.max(1, count)) * 2 * Math.PI - Math.PI / 2;
  return { x: CENTRE + RADIUS * Math.cos(angle), y: CENTRE + RADIUS * Math.sin(angle), angle };
}

function drawEdge(
  { from, to, imports, foreignKeys, together }: Edge,
  points: ReadonlyMap<string, Point>,
  most: number,
): Markup | string {
  const [a, b] = [points.get(from), points.get(to)];
  if (a === undefined || b === undefined) return "";
  // Bent towards the centre, so that lines between neighbours do not run through the circles.
  const path = `M${f(a.x)} ${f(a.y)} Q${f(CENTRE + (a.x + b.x - 2 * CENTRE) * 0.2)} ${f(CENTRE + (a.y + b.y - 2 * CENTRE) * 0.2)} ${f(b.x)} ${f(b.y)}`;
  return html`${together >= TOGETHER_MIN ? html`<path class="together" d="${path}" />` : ""}
  ${
    imports > 0
      ? html`<path
          class="imports"
          d="${path}"
          stroke-width="${f(0.6 + 4 * Math.sqrt(imports / most))}"
        >
          <title>${from} imports ${to}: ${imports} lines</title>
        </path>`
      : ""
  }
  ${
    foreignKeys > 0
      ? html`<path class="keys" d="${path}"
          ><title>${from} refers to rows of ${to}: ${foreignKeys} foreign keys</title></path
        >`
      : ""
  }`;
}

function drawNode(unit: Unit, point: Point | undefined, top: number): Markup | string {
  if (point === undefined) return "";
  const { x, y, angle } = point;
  const radius = 5 + 22 * Math.sqrt(unit.lines / top);
  const isLeft = Math.cos(angle) < 0;
  const turn = (angle * 180) / Math.PI + (isLeft ? 180 : 0);
  const distance = isLeft ? -radius - 5 : radius + 5;
  return html`<a href="#${idOf(unit.name)}">
    <circle class="${colourOf(unit)}" cx="${f(x)}" cy="${f(y)}" r="${f(radius)}">
      <title>${unit.name}: ${unit.lines.toLocaleString("en")} lines</title>
    </circle>
    <text
      class="name"
      transform="translate(${f(x)} ${f(y)}) rotate(${f(turn)})"
      x="${f(distance)}"
      y="4"
      text-anchor="${isLeft ? "end" : "start"}"
      >${unit.name}</text
    >
  </a>`;
}

function f(value: number): string {
  return value.toFixed(1);
}
