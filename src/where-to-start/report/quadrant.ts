/** Pain against price: what hurts and is cheap to move stands at the upper left. */
import { html } from "hono/html";
import type { Report, Unit } from "../types/report.ts";
import { colourOf } from "./colour.ts";
import { idOf, type Markup } from "./markup.ts";

const WIDTH = 900;
const HEIGHT = 480;
const LEFT = 56;
const BOTTOM = 44;
const TOP = 16;
const RIGHT = 24;

/** More names would stand on each other. */
const NAMED_MAX = 24;

export function drawQuadrant({ units }: Report): Markup {
  const shown = units.filter(({ lines }) => lines > 0);
  const top = Math.max(1, ...shown.map(({ lines }) => lines));
  const named = new Set([...shown].slice(0, NAMED_MAX).map(({ name }) => name));
  const x = (unit: Unit) =>
    LEFT + (1 - unit.score.small * (1 - unit.score.critical)) * (WIDTH - LEFT - RIGHT);
  const y = (unit: Unit) => TOP + (1 - (unit.score.pain ?? 0)) * (HEIGHT - TOP - BOTTOM);
  return html`<figure>
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-label="Pain of each unit against the price of moving it"
    >
      <rect
        class="here"
        x="${LEFT}"
        y="${TOP}"
        width="${(WIDTH - LEFT - RIGHT) / 2}"
        height="${(HEIGHT - TOP - BOTTOM) / 2}"
      />
      <text class="corner" x="${LEFT + 10}" y="${TOP + 20}">start here</text>
      <line
        class="axis"
        x1="${LEFT}"
        y1="${HEIGHT - BOTTOM}"
        x2="${WIDTH - RIGHT}"
        y2="${HEIGHT - BOTTOM}"
      />
      <line class="axis" x1="${LEFT}" y1="${TOP}" x2="${LEFT}" y2="${HEIGHT - BOTTOM}" />
      <text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">
        price: how much breaks, how much is to be cut →
      </text>
      <text x="${-HEIGHT / 2 + 20}" y="18" text-anchor="middle" transform="rotate(-90)">
        pain →
      </text>
      ${shown.toReversed().map(
        (unit) =>
          html`<a href="#${idOf(unit.name)}"
            ><circle
              class="${colourOf(unit)}"
              cx="${x(unit).toFixed(1)}"
              cy="${y(unit).toFixed(1)}"
              r="${radius(unit, top)}"
            >
              <title>
                ${unit.name}: ${unit.score.total.toFixed(0)}
                points${unit.gate ? `, ${unit.gate.name}` : ""}
              </title>
            </circle>
            ${
              named.has(unit.name)
                ? html`<text
                    class="name"
                    x="${(x(unit) + radius(unit, top) + 3).toFixed(1)}"
                    y="${(y(unit) + 4).toFixed(1)}"
                    >${unit.name}</text
                  >`
                : ""
            }</a
          >`,
      )}
    </svg>
    <figcaption>
      Size: lines of code. Colour: score, the greener the better; grey is behind a gate. Each leads
      to its places.
    </figcaption>
  </figure>`;
}

function radius({ lines }: Unit, top: number): number {
  return Number((4 + 18 * Math.sqrt(lines / top)).toFixed(1));
}
