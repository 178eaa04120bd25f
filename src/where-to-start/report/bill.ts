/** What would have to be cut of a unit: by kind, in the order of work, each with its first places. */
import { html } from "hono/html";
import type { Cut, Unit } from "../types/report.ts";
import type { Links } from "./link.ts";
import { command, type Markup } from "./markup.ts";
import { plural } from "./plural.ts";
import { wayOf } from "./way.ts";

export interface DrawOptions {
  readonly links: Links;
  /** So many places of one kind of tie are shown. */
  readonly rows: number;
  /** What makes the report once more. */
  readonly ask: string;
}

/** So many places of each kind are shown, as long as all of them are not longer than a page should be. */
const STEPS = [60, 30, 15, 8, 5, 3, 2];
const CHARACTERS_MAX = 130_000;

/** Of the markup around a place, its link among it. */
const AROUND = 100;

/** Of a unit that is not asked, for whoever wants to know what ties it. */
const ROWS_UNRANKED = 3;

/** The more a code base is tied, the fewer places can be shown: a page should open at once. */
export function rowsPerGroup(units: readonly Unit[]): number {
  const lengthOf = (rows: number) =>
    units
      .flatMap((unit) => groupsOf(unit.cuts).flatMap((group) => group.slice(0, rowsOf(unit, rows))))
      .reduce(
        (sum, { file, unit, what }) => sum + AROUND + 2 * file.length + unit.length + what.length,
        0,
      );
  return STEPS.find((rows) => lengthOf(rows) <= CHARACTERS_MAX) ?? Math.min(...STEPS);
}

/** Of the one to start with all is shown, as far as a person reads. */
function rowsOf({ rank }: Unit, rows: number): number {
  if (rank === 1) return Math.max(...STEPS);
  return rank === undefined ? Math.min(ROWS_UNRANKED, rows) : rows;
}

function groupsOf(cuts: readonly Cut[]): Cut[][] {
  return [...Map.groupBy(cuts, ({ kind, direction }) => `${kind} ${direction}`).values()];
}

export function drawBill(unit: Unit, options: DrawOptions): Markup {
  const { name, cuts } = unit;
  if (cuts.length === 0) return html`<p>Nothing ties it to the others.</p>`;
  const rows = rowsOf(unit, options.rows);
  const groups = groupsOf(cuts);
  const isCut = groups.some(({ length }) => length > rows);
  return html`${groups.map((group) => drawGroup(group, { ...options, rows }))}
  ${isCut ? html`<p class="quiet">All of it: ${command("--cuts", { name, ask: options.ask })}</p>` : ""}`;
}

function drawGroup(
  group: readonly Cut[],
  { links, rows }: Omit<DrawOptions, "ask">,
): Markup | string {
  const [first] = group;
  if (first === undefined) return "";
  const { kind, becomes } = first;
  const points = group.reduce((sum, one) => sum + one.points, 0);
  const more = group.length - rows;
  return html`<h4>
      ${kind}${wayOf(first, "it")}: ${group.length}
      <span class="quiet">${plural(points, "point")}; becomes ${becomes}</span>
    </h4>
    <ul class="places">
      ${group.slice(0, rows).map((cut) => html`<li>${links.place(cut)} <b>${cut.unit}</b> ${taken(cut)}</li>`)}
      ${more > 0 ? html`<li class="quiet">and ${more} more</li>` : ""}
    </ul>`;
}

/** Of an import the names: the unit before them says where they come from. */
function taken({ kind, what }: Cut): string {
  return kind === "import" || kind === "model import" ? what.replace(/ from [^ ]+$/, "") : what;
}
