/** The bill of one unit: what would have to be cut, each with its place, in the order of work. */
import type { Cut, Unit } from "../../../where-to-start/types/report.ts";
import { style, toColumns } from "../../terminal/style.ts";
import { plural } from "../../../where-to-start/report/plural.ts";
import { wayOf } from "../../../where-to-start/report/way.ts";

export function billLines(unit: Unit): string[] {
  const { name, cuts, cutPoints, size, tables } = unit;
  const head = `${name}: ${plural(cuts.length, "cut")}, ${plural(cutPoints, "point")}, size ${size}`;
  const groups = [...Map.groupBy(cuts, ({ kind, direction }) => `${kind} ${direction}`)];
  return [
    style("bold", head),
    ...(unit.gate === undefined ? [] : [`${unit.gate.name}: ${unit.gate.why}`]),
    ...groups.flatMap(([, group]) => ["", ...groupLines(group)]),
    ...(tables.length === 0 ? [] : ["", ...rowsToMove(unit)]),
    "",
    toBeChanged(unit),
    style("dim", "No hours: nobody has measured them for this code base."),
  ];
}

function toBeChanged({ neededBy, cuts }: Unit): string {
  const isOfNone = cuts.some(({ direction, unit }) => direction === "in" && unit === "the project");
  const more = isOfNone ? ", and files of no unit" : "";
  if (neededBy.length > 0) return `Units that have to change: ${neededBy.join(", ")}${more}.`;
  return `No other unit has to change${isOfNone ? ", but files of no unit" : ""}.`;
}

function groupLines(group: readonly Cut[]): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { kind, becomes } = first;
  const points = group.reduce((sum, one) => sum + one.points, 0);
  const title = `${kind}${wayOf(first, "this unit")}: ${group.length} (${plural(points, "point")}), becomes ${becomes}`;
  const rows = group.map(({ file, line, unit, what }) => [`  ${file}:${line}`, unit, what]);
  return [style("bold", title), ...toColumns(rows)];
}

function rowsToMove({ tables }: Unit): string[] {
  const rows = tables.map(({ name, file, line, rows: count, bytes }) => [
    `  ${file}:${line}`,
    name,
    count === undefined ? "" : `${plural(count, "row")}, ${megabytes(bytes ?? 0)}`,
  ]);
  return [style("bold", `tables to move: ${tables.length}`), ...toColumns(rows)];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
