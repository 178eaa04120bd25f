/** One unit: its numbers in sentences, whom it is tied to, its bill, and the places of all of it. */
import { html } from "hono/html";
import type { Unit } from "../types/report.ts";
import { drawBill, type DrawOptions } from "./bill.ts";
import { command, cutsIdOf, idOf, linkToUnit, type Markup } from "./markup.ts";
import { plural } from "./plural.ts";

/** So many show what it is; a command prints all. */
const WORLD_MAX = 12;
const COMMITS_MAX = 5;

/**
 * What leads here leads into what is closed, so that browsers open it.
 * @param isFirst it is open on paper
 */
export function drawUnit(
  unit: Unit,
  { isFirst, ...options }: DrawOptions & { readonly isFirst: boolean },
): Markup {
  const { name, gate, rank, score, path } = unit;
  const { links } = options;
  const state = rank === undefined ? gate?.name : `rank ${rank}, ${score.total.toFixed(0)} points`;
  return html`<details ${isFirst ? html`class="first"` : ""}>
    <summary>
      <b>${name}</b> <span class="quiet">${[state ?? "not ranked", path || "."].join(" · ")}</span>
    </summary>
    <div class="unit" id="${idOf(name)}">
      ${
        gate === undefined
          ? ""
          : html`<p class="gate-why">
              <b>Not asked:</b> ${gate.why}${gate.at && html` (${links.place(gate.at)})`}.
            </p>`
      }
      <ul>
        ${unit.why.map((one) => html`<li>${one}</li>`)}
        ${unit.owner === undefined ? "" : html`<li>owner: ${unit.owner}</li>`}
      </ul>
      ${drawTied(
        "Needs",
        unit.needs,
        countsOf(unit.importsOut, ({ to }) => to),
      )}
      ${drawTied(
        "Needed by",
        unit.neededBy,
        countsOf(unit.importsIn, ({ from }) => from),
      )}
      ${unit.ownWorld.length === 0 ? "" : drawWorld(unit, options)}
      <h3 id="${cutsIdOf(name)}">
        To cut: ${plural(unit.cuts.length, "place")}, ${plural(unit.cutPoints, "point")}, size
        ${unit.size}
      </h3>
      ${drawBill(unit, options)} ${unit.commitIds.length === 0 ? "" : drawCommits(unit, options)}
      <p><a href="#top">To the top</a></p>
    </div>
  </details>`;
}

function countsOf<T extends { readonly isType: boolean }>(
  imports: readonly T[],
  other: (one: T) => string,
): ReadonlyMap<string, number> {
  const groups = Map.groupBy(
    imports.filter(({ isType }) => !isType),
    other,
  );
  return new Map([...groups].map(([name, lines]) => [name, lines.length]));
}

/** Who is tied most comes first; who has no import is tied by something else. */
function drawTied(
  title: string,
  names: readonly string[],
  imports: ReadonlyMap<string, number>,
): Markup | string {
  if (names.length === 0) return "";
  const count = (name: string) => imports.get(name) ?? 0;
  const sorted = names.toSorted((a, b) => count(b) - count(a));
  return html`<p>
    <b>${title}</b>
    ${sorted.map((name, index) => html`${index === 0 ? "" : ", "}${linkToUnit(name)}${count(name) === 0 ? "" : ` ${count(name)}`}`)}
    <span class="quiet">(lines of imports)</span>
  </p>`;
}

function drawWorld({ name, ownWorld }: Unit, { links, ask }: DrawOptions): Markup {
  const more = ownWorld.length - WORLD_MAX;
  return html`<h3>Its own outside world: ${ownWorld.length}</h3>
    <ul class="places">
      ${ownWorld
        .slice(0, WORLD_MAX)
        .map((one) => html`<li>${one.kind} <b>${one.what}</b> ${links.place(one)}</li>`)}
    </ul>
    ${more > 0 ? html`<p class="quiet">And ${more} more: ${command("--why", { name, ask })}</p>` : ""}`;
}

function drawCommits(
  { name, commitIds, fixIds, fixes }: Unit,
  { links, ask }: DrawOptions,
): Markup {
  const repairs = new Set(fixIds);
  const rest = commitIds.filter((id) => !repairs.has(id));
  const shown = [...fixIds.slice(0, COMMITS_MAX), ...rest.slice(0, COMMITS_MAX)];
  const line = (title: string, ids: readonly string[]) =>
    ids.length === 0
      ? ""
      : html`${title} ${ids.slice(0, COMMITS_MAX).map((id) => html`${links.commit(id)} `)}`;
  const more = commitIds.length - shown.length;
  return html`<h3>Commits: ${commitIds.length}, of them repairs: ${fixes}</h3>
    <p class="commits">
      ${line("Repairs:", fixIds)} ${line("Others:", rest)} ${more > 0 ? `and ${more} more.` : ""}
      <span class="quiet">All, with subjects: ${command("--why", { name, ask })}</span>
    </p>`;
}
