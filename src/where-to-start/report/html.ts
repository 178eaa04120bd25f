/**
 * The report as one page: no request, no script, nothing of it leaves the machine. Whoever opens it sees the
 * answer, then why, then every place that a number came from.
 */
import { html, raw } from "hono/html";
import type { Report } from "../types/report.ts";
import { drawAnswer } from "./answer.ts";
import { rowsPerGroup } from "./bill.ts";
import { clean } from "./clean.ts";
import { linksOf } from "./link.ts";
import { drawMap } from "./picture/map.ts";
import type { Markup } from "./markup.ts";
import { drawQuadrant } from "./picture/quadrant.ts";
import { drawGates, drawRanking } from "./ranking.ts";
import { style } from "./style.ts";
import { drawUnit } from "./unit.ts";

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** So many units are open on paper: all of them would be a book. */
const FIRST = 3;

const ASK = "npx marcot where-to-start";

export interface PageOptions {
  /** What a shell was told, without a question, for the commands that the page names. Default: nothing but the command. */
  readonly ask?: string;
}

/** A whole document. */
export async function toHtml(told: Report, { ask = ASK }: PageOptions = {}): Promise<string> {
  const report = clean(told);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="content-security-policy" content="${raw(POLICY)}" />
        <meta name="referrer" content="no-referrer" />
        <link rel="icon" href="data:," />
        <title>Where to start: ${report.project.name}</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        ${drawAnswer(report, ask)}
        <main>
          ${report.units.length === 0 ? "" : drawUnits(report, ask)}
          <section>
            <h2>How this was counted</h2>
            <p>
              Three rules of the talk, each a number from 0 to 1: start where there is pain, with
              what is not critical, and small.
            </p>
            <ul>
              ${report.formula.map((line) => html`<li><code>${line}</code></li>`)}
            </ul>
            ${notRead(report)}
          </section>
        </main>
      </body>
    </html>`;
  return withoutIndent(String(await page));
}

function drawUnits(report: Report, ask: string): Markup {
  const { units } = report;
  const options = { links: linksOf(report), rows: rowsPerGroup(units), ask };
  const isRanked = units.some(({ rank }) => rank !== undefined);
  return html`<section>
      <h2>Pain against price</h2>
      ${drawQuadrant(report)}
    </section>
    ${isRanked ? html`<section>${drawRanking(report)}</section>` : ""}
    ${units.some(({ gate }) => gate !== undefined) ? html`<section>${drawGates(units, options.links)}</section>` : ""}
    <section>
      <h2>How it hangs together</h2>
      ${drawMap(report)}
    </section>
    <section>
      <h2 id="units">One by one</h2>
      ${units.length > FIRST ? drawPaper(ask) : ""}
      ${units.map((unit, index) => drawUnit(unit, { ...options, isFirst: index < FIRST }))}
    </section>`;
}

/** What is said on paper alone. */
function drawPaper(ask: string): Markup {
  return html`<p class="paper">
    Open here: the first three, and what was open when this was printed. Of each other one
    <code>${ask} --why UNIT</code> and <code>${ask} --cuts UNIT</code> print all.
  </p>`;
}

/** Open where this is all that there is to say. */
function notRead({ skipped, problems, units }: Report): Markup | string {
  if (skipped.files === 0 && problems.length === 0) return "";
  const state = units.length === 0 ? "open" : "";
  return html`<details ${state}>
    <summary>What was not read or not understood</summary>
    <ul>
      ${
        skipped.files === 0
          ? ""
          : html`<li>${skipped.files} files: ${skipped.examples.join(", ")}</li>`
      }
      ${problems.map((one) => html`<li>${one}</li>`)}
    </ul>
  </details>`;
}

/** A quarter of a page was the indentation of its source. No text of a report has a line end. */
function withoutIndent(page: string): string {
  // Not by one expression for both sides of a line end: it would try each space of a long name anew.
  const lines = page.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").join("\n");
}
