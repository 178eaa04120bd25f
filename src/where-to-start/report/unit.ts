/** One unit: its numbers in sentences, its bill, and the places of all of it. */
import { html } from "hono/html";
import type { Cut, Place, Unit } from "../types.ts";
import { idOf, type Markup } from "./markup.ts";
import type { LinkTo } from "./link.ts";

/** A page of a large code base would have megabytes of commits; `--json` has all of them. */
const COMMITS_MAX = 30;

export function drawUnit(unit: Unit, link: LinkTo): Markup {
  const { name, gate, rank, score, cuts } = unit;
  const state =
    gate === undefined ? `rank ${rank ?? "–"}, ${score.total.toFixed(0)} points` : gate.name;
  return html`<details id="${idOf(name)}">
    <summary><b>${name}</b> <span class="quiet">${state} · ${unit.path || "."}</span></summary>
    ${
      gate === undefined
        ? ""
        : html`<p class="gate-why">
            ${gate.why}${gate.at === undefined ? "" : html` (${place(gate.at, link)})`}
          </p>`
    }
    <ul>
      ${unit.why.map((one) => html`<li>${one}</li>`)}
      ${unit.owner === undefined ? "" : html`<li>owner: ${unit.owner}</li>`}
    </ul>
    ${
      unit.ownWorld.length === 0
        ? ""
        : html`<h4>Its own outside world</h4>
            <ul class="places">
              ${unit.ownWorld.map((one) => html`<li>${one.kind} <b>${one.what}</b> ${place(one, link)}</li>`)}
            </ul>`
    }
    <h4>To cut: ${cuts.length}, ${unit.cutPoints} points, size ${unit.size}</h4>
    ${cuts.length === 0 ? html`<p>Nothing ties it to the others.</p>` : drawBill(cuts, link)}
    ${
      unit.commitIds.length === 0
        ? ""
        : html`<h4>Commits: ${unit.recentCommits}</h4>
            <p class="commits">
              ${unit.commitIds.slice(0, COMMITS_MAX).map((id) => html`<code>${id.slice(0, 9)}</code> `)}
              ${unit.commitIds.length > COMMITS_MAX ? "…" : ""}
            </p>`
    }
  </details>`;
}

function drawBill(cuts: readonly Cut[], link: LinkTo): Markup {
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th>Where</th>
          <th>What</th>
          <th></th>
          <th>Other unit</th>
          <th class="number">Points</th>
          <th>Becomes</th>
        </tr>
      </thead>
      <tbody>
        ${cuts.map(
          (cut) =>
            html`<tr>
              <td>${place(cut, link)}</td>
              <td>${cut.kind}: ${cut.what}</td>
              <td>${cut.direction === "out" ? "needs" : "needed by"}</td>
              <td>${cut.unit}</td>
              <td class="number">${cut.points}</td>
              <td>${cut.becomes}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function place(at: Place, link: LinkTo): Markup {
  const text = `${at.file}:${at.line}`;
  const href = link(at);
  return href === undefined
    ? html`<code>${text}</code>`
    : html`<a href="${href}"><code>${text}</code></a>`;
}
