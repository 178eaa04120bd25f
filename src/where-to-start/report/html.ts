/**
 * The report as one page: no request, no script, nothing of it leaves the machine. Whoever opens it sees the
 * answer, then why, then every place that a number came from.
 */
import { html, raw } from "hono/html";
import type { Report, Unit } from "../types.ts";
import { linkTo } from "./link.ts";
import { drawMap } from "./map.ts";
import { idOf, type Markup } from "./markup.ts";
import { drawQuadrant } from "./quadrant.ts";
import { style } from "./style.ts";
import { drawUnit } from "./unit.ts";

/** A whole document. */
export async function toHtml(report: Report): Promise<string> {
  const { project, start, units, evidence } = report;
  const title = `Where to start: ${project.name}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="content-security-policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title}</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">Where to start · ${project.name}</p>
          <h1>${headline(report)}</h1>
          <p class="lead">${start.why}.</p>
          ${
            start.runnerUp === null
              ? ""
              : html`<p>
                  Runner-up: <a href="#${idOf(start.runnerUp.unit)}">${start.runnerUp.unit}</a>,
                  ${start.runnerUp.why}.
                </p>`
          }
          <p class="quiet">${summary(report)}</p>
          ${
            evidence.missing.length === 0
              ? ""
              : html`<ul class="missing">
                  ${evidence.missing.map((one) => html`<li>${one}</li>`)}
                </ul>`
          }
        </header>
        <main>
          <section>
            <h2>What could leave</h2>
            ${drawQuadrant(report)}
          </section>
          <section>
            <h2>How it hangs together</h2>
            ${drawMap(report)}
          </section>
          <section>
            <h2>All of them</h2>
            ${drawTable(units)}
          </section>
          <section>
            <h2>One by one</h2>
            ${units.map((unit) => drawUnit(unit, linkTo(report)))}
          </section>
          <section>
            <h2>How this was counted</h2>
            <p>The talk's three rules: start non-critical, where there is pain, small.</p>
            <ul class="formula">
              ${report.formula.map((line) => html`<li><code>${line}</code></li>`)}
            </ul>
            ${notRead(report)}
          </section>
        </main>
      </body>
    </html>`;
  return String(await page);
}

function headline({ start }: Report): Markup {
  if (start.unit === null) return html`Stay: none should move`;
  const as = start.answer === "package" ? "as a package" : "as a service";
  return html`Start with <a href="#${idOf(start.unit)}">${start.unit}</a>, ${as}`;
}

function summary({ project, units, repository, evidence }: Report): string {
  const parts = [`${units.length} units`, `${project.lines.toLocaleString("en")} lines`];
  if (repository !== undefined) {
    const { window, head } = repository;
    const until = new Date(window.to * 1000).toISOString().slice(0, 10);
    parts.push(
      `${repository.commits.toLocaleString("en")} commits in ${window.months === 1 ? "1 month" : `${window.months} months`} to ${until}`,
      head.slice(0, 9),
    );
  }
  return [...parts, `confidence ${evidence.confidence}`].join(" · ");
}

function drawTable(units: readonly Unit[]): Markup {
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th>Rank</th>
          <th>Unit</th>
          <th class="number">Score</th>
          <th class="number">Pain</th>
          <th class="number">Critical</th>
          <th class="number">Small</th>
          <th class="number">Lines</th>
          <th class="number">Commits</th>
          <th class="number">Needed by</th>
          <th>To cut</th>
          <th>Before the ranking</th>
        </tr>
      </thead>
      <tbody>
        ${units.map(
          (unit) =>
            html`<tr class="${unit.gate === undefined ? "" : "gated"}">
              <td>${unit.rank ?? ""}</td>
              <th scope="row"><a href="#${idOf(unit.name)}">${unit.name}</a></th>
              <td class="number">${unit.score.total.toFixed(0)}</td>
              <td class="number">${unit.score.pain?.toFixed(2) ?? "?"}</td>
              <td class="number">${unit.score.critical.toFixed(2)}</td>
              <td class="number">${unit.score.small.toFixed(2)}</td>
              <td class="number">${unit.lines.toLocaleString("en")}</td>
              <td class="number">${unit.recentCommits.toLocaleString("en")}</td>
              <td class="number">${unit.neededBy.length}</td>
              <td>${unit.size}, ${unit.cutPoints} points</td>
              <td>${unit.gate?.name ?? ""}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function notRead({ skipped, problems }: Report): Markup | string {
  if (skipped.files === 0 && problems.length === 0) return "";
  return html`<details>
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
