/** How a unit looks in a picture: its rank in a circle as large as its code; what is not ranked is a dashed ring. */
import { html } from "hono/html";
import type { Report, Unit } from "../../types/report.ts";
import { colourOf, type Markup } from "../markup.ts";
import { plural } from "../plural.ts";

export interface Round {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Whether its rank stands elsewhere. Default: it stands in it. */
  readonly isEmpty?: boolean;
}

export function drawCircle(unit: Unit, { x, y, radius, isEmpty = false }: Round): Markup {
  const { rank } = unit;
  const place = { x: x.toFixed(0), y: y.toFixed(0) };
  return html`<circle
      class="${colourOf(unit)}"
      cx="${place.x}"
      cy="${place.y}"
      r="${radius.toFixed(0)}"
    />${
      rank === undefined || isEmpty
        ? ""
        : html`<text class="rank ${colourOf(unit)}" x="${place.x}" y="${(y + 4).toFixed(0)}"
            >${rank}</text
          >`
    }`;
}

/** Read aloud, and shown to who points at it. */
export function titleOf({ name, rank, score, gate, lines }: Unit): string {
  const state =
    rank === undefined
      ? (gate?.name ?? "not ranked")
      : `rank ${rank}, score ${score.total.toFixed(0)}`;
  return `${name}: ${state}, ${plural(lines, "line")}`;
}

const CLASSES = ["under 40", "40", "50", "60", "70", "80 and more"];

/** What is not in the pictures is not explained. */
export function drawLegend(units: Report["units"]): Markup {
  const isRanked = units.some(({ rank }) => rank !== undefined);
  const hasUnranked = units.some(({ rank }) => rank === undefined);
  return html`<span class="legend"
      >${isRanked ? html`Score: ${CLASSES.map((text, index) => html`<span><i class="s${index}"></i> ${text}</span> `)}` : ""}
      ${hasUnranked ? html`<span><i class="gate"></i> not ranked</span>` : ""}</span
    >
    ${isRanked ? "Number: rank." : ""} Size: lines of code.`;
}
