/**
 * Pain against price: what hurts and is cheap to move stands at the upper left. Both are parts of the score, so
 * that a curve joins what scores alike.
 */
import { html } from "hono/html";
import type { Report, Unit } from "../../types/report.ts";
import { type Box, type Circle, type Label, placeLabels, shorten, widthOf } from "./labels.ts";
import { GOOD } from "../../score/score.ts";
import { idOf, type Markup } from "../markup.ts";
import { drawCircle, drawLegend, titleOf } from "./node.ts";
import { type Beside, boxesAlong, ranksBeside } from "./ranks.ts";

const WIDTH = 900;
const HEIGHT = 540;

/** Where circles have their centres. */
const field: Box = { left: 62, top: 52, right: WIDTH - 34, bottom: HEIGHT - 62 };

interface Dot extends Circle {
  readonly unit: Unit;
  readonly rank: number | undefined;
}

export function drawQuadrant({ units }: Report): Markup {
  const shown = units.filter(({ lines }) => lines > 0);
  const top = Math.max(1, ...shown.map(({ lines }) => lines));
  const dots = shown.map((unit) => dotOf(unit, top));
  const drawn = dots.toSorted(fromBelow);
  const beside = ranksBeside(drawn, room, taken);
  const lines = [...beside.values()].filter((one) => one !== undefined);
  const numbers = lines.flatMap((line) => [line.box, ...boxesAlong(line)]);
  const labels = placeLabels(dots, room, [...taken, ...numbers]);
  const labelOf = new Map(dots.map((dot, index) => [dot, labels[index]]));
  return html`<figure>
    <a class="skip" href="#pain-key">Skip the picture</a>
    <div class="wide">
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="group"
        aria-label="Pain of each unit against the price of moving it; the ranking says the same"
      >
        ${drawField()}
        ${drawn.map((dot, index) => drawDot(dot, { label: labelOf.get(dot), isEmpty: beside.has(index) }))}
        ${drawn.map(({ rank }, index) => drawBeside(rank, beside.get(index)))}
      </svg>
    </div>
    <figcaption id="pain-key" tabindex="-1">
      ${drawLegend(units)} Green field: a score of ${GOOD} or more.
      ${lines.length === 0 ? "" : "A rank at a line is of the circle where the line begins."} A
      circle without a name tells it when you point at it.
    </figcaption>
  </figure>`;
}

/** Small ones stand before large ones, and of two the one that comes first. */
function fromBelow(a: Dot, b: Dot): number {
  return b.radius - a.radius || (b.rank ?? Infinity) - (a.rank ?? Infinity) || 0;
}

function drawDot(
  { unit, x, y, radius, name }: Dot,
  { label, isEmpty }: { readonly label: Label | undefined; readonly isEmpty: boolean },
): Markup {
  return html`<a href="#${idOf(unit.name)}"
    ><title>${titleOf(unit)}</title>${drawCircle(unit, { x, y, radius, isEmpty })}${
      label === undefined
        ? ""
        : html`<text
            class="name"
            x="${label.x.toFixed(0)}"
            y="${label.y.toFixed(0)}"
            text-anchor="${label.anchor}"
            >${name}</text
          >`
    }</a
  >`;
}

/** Above all circles. Who listens has heard the rank at its circle. */
function drawBeside(rank: number | undefined, place: Beside | undefined): Markup | string {
  if (place === undefined) return "";
  const { x, y, from, to } = place;
  const line = [from, to].map((end) => `${end.x.toFixed(1)} ${end.y.toFixed(1)}`).join("L");
  return html`<g aria-hidden="true"
    ><path class="beside" d="M${line}" /><text
      class="rank beside"
      x="${x.toFixed(1)}"
      y="${(y + 4).toFixed(1)}"
      >${rank}</text
    ></g
  >`;
}

function dotOf(unit: Unit, top: number): Dot {
  const price = 1 - unit.score.small * (1 - unit.score.critical);
  const { name, rank } = unit;
  return {
    unit,
    rank,
    x: acrossOf(price),
    y: upOf(unit.score.pain ?? 0),
    radius: 8 + 16 * Math.sqrt(unit.lines / top),
    name: shorten(name),
  };
}

function acrossOf(price: number): number {
  return field.left + price * (field.right - field.left);
}

function upOf(pain: number): number {
  return field.bottom - pain * (field.bottom - field.top);
}

const CORNERS = [
  { x: field.left + 12, y: field.top + 20, text: "start here", anchor: "start" },
  { x: field.right, y: 16, text: "hurts, but dear to move", anchor: "end" },
  { x: field.left + 12, y: HEIGHT - 12, text: "cheap, but nothing hurts", anchor: "start" },
] as const;

/** The names of units keep off what is written in the field, and off its axes. */
const room: Box = { left: field.left - 20, top: 22, right: WIDTH - 4, bottom: HEIGHT - 30 };
const [{ x: startX, y: startY, text: startText }] = CORNERS;
const taken: readonly Box[] = [
  { left: startX, top: startY - 14, right: startX + widthOf(startText), bottom: startY + 4 },
  { left: field.left, top: field.bottom, right: field.right, bottom: field.bottom },
  { left: field.left, top: field.top, right: field.left, bottom: field.bottom },
];

function drawField(): Markup {
  const { left, top, right, bottom } = field;
  return html`<path class="here" d="${goodField()}" />
    <path class="axis" d="M${left} ${top - 10}V${bottom}H${right + 10}" />
    ${CORNERS.map(
      ({ x, y, text, anchor }, index) =>
        html`<text class="${index === 0 ? "corner" : ""}" x="${x}" y="${y}" text-anchor="${anchor}"
          >${text}</text
        >`,
    )}
    <text x="${right}" y="${HEIGHT - 12}" text-anchor="end">
      price: how much breaks, how much is to be cut →
    </text>
    <text x="${-(top + bottom) / 2}" y="24" text-anchor="middle" transform="rotate(-90)">
      pain →
    </text>`;
}

/** Where pain × (1 - price) is the cube of the score. */
function goodField(): string {
  const least = (GOOD / 100) ** 3;
  const points = Array.from({ length: 21 }, (_, step) => {
    const price = ((1 - least) * step) / 20;
    return `${acrossOf(price).toFixed(0)} ${upOf(least / (1 - price)).toFixed(0)}`;
  });
  return `M${field.left} ${field.top}L${points.join("L")}Z`;
}
