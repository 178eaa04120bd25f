/** Who comes when, as a table; and who was not asked, by the reason. */
import { html } from "hono/html";
import type { GateName, Report, Unit } from "../types/report.ts";
import type { Links } from "./link.ts";
import { linkToUnit, type Markup } from "./markup.ts";

export function drawRanking({ units }: Report): Markup {
  const ranked = units.filter(({ rank }) => rank !== undefined);
  return html`<h2>The ranking</h2>
    <p class="quiet">
      Score: 100 × the cube root of pain × safe × small. Safe: how little breaks with it.
    </p>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">Rank</th>
            <th scope="col">Unit</th>
            <th scope="col" class="number">Score</th>
            <th scope="col">Pain</th>
            <th scope="col">Safe</th>
            <th scope="col">Small</th>
            <th scope="col" class="number">Lines</th>
            <th scope="col" class="number">Commits</th>
            <th scope="col" class="number">Needed by</th>
            <th scope="col">To cut</th>
          </tr>
        </thead>
        <tbody>
          ${ranked.map(row)}
        </tbody>
      </table>
    </div>`;
}

function row(unit: Unit): Markup {
  const { rank, name, score, lines, recentCommits, neededBy, size, cutPoints } = unit;
  return html`<tr>
    <td class="number">${rank}</td>
    <th scope="row">${linkToUnit(name)}</th>
    <td class="number">${score.total.toFixed(0)}</td>
    ${[score.pain, 1 - score.critical, score.small].map(meter)}
    <td class="number">${lines.toLocaleString("en")}</td>
    <td class="number">${recentCommits.toLocaleString("en")}</td>
    <td class="number">${neededBy.length}</td>
    <td class="size">${size}, ${cutPoints}&nbsp;points</td>
  </tr>`;
}

function meter(value: number | undefined): Markup {
  return html`<td class="meter">
    ${value?.toFixed(2) ?? "?"}<span
      class="bar"
      style="--v:${(100 * (value ?? 0)).toFixed(0)}%"
    ></span>
  </td>`;
}

/** In which order they are told, and what is said of all that a gate holds; who is named alone needs no reason. */
const GATES: Readonly<Record<GateName, { readonly says: string; readonly isAlike?: true }>> = {
  "in every request": { says: "they take part in each, and so would the network" },
  identity: { says: "everything asks them who somebody is" },
  core: { says: "over half of the others need them" },
  project: { says: "they hold the settings" },
  "no pain": { says: "nothing hurts: leave them where they are", isAlike: true },
  asleep: {
    says: "nothing changed: archive them, or make each a package that who needs it installs",
    isAlike: true,
  },
  apart: { says: "no other one needs them: they are apart already", isAlike: true },
  tests: { says: "they are there for tests", isAlike: true },
};

export function drawGates(units: readonly Unit[], links: Links): Markup {
  const held = Map.groupBy(units, ({ gate }) => gate?.name);
  const names = (Object.keys(GATES) as GateName[]).filter((name) => held.has(name));
  return html`<h2>Why not the others</h2>
    <dl class="gates">${names.map((name) => drawGate(name, held.get(name) ?? [], links))}</dl>`;
}

function drawGate(name: GateName, units: readonly Unit[], links: Links): Markup {
  const { says, isAlike = false } = GATES[name];
  return html`<dt><b>${name}</b> <span class="quiet">${says}</span></dt>
    <dd>
      ${units.map((unit, index) => html`${index === 0 ? "" : " · "}${linkToUnit(unit.name)}${isAlike ? "" : reason(unit, links)}`)}
    </dd>`;
}

function reason({ gate }: Unit, { place }: Links): Markup | string {
  return gate?.at === undefined ? "" : html` <small>(${place(gate.at)})</small>`;
}
