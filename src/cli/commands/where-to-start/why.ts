/** Where the numbers of one unit come from: commits, files and lines, so that each can be counted again. */
import { cleanText } from "../../../where-to-start/report/clean.ts";
import type { Answer } from "../../../where-to-start/where-to-start.ts";
import { byHand } from "../../../where-to-start/score/by-hand.ts";
import type { Cut, Unit } from "../../../where-to-start/types/report.ts";
import { style, toColumns } from "../../terminal/style.ts";
import { plural } from "../../../where-to-start/report/plural.ts";
import { peopleRows } from "./people.ts";

export function whyLines(unit: Unit, answer: Answer): string[] {
  const { score, gate, rank } = unit;
  const state = gate === undefined ? `rank ${rank ?? "–"}` : `${gate.name}: ${gate.why}`;
  const at = gate?.at === undefined ? "" : ` (${gate.at.file}:${gate.at.line})`;
  const parts = [
    `pain ${score.pain?.toFixed(3) ?? "unknown"}`,
    `critical ${score.critical.toFixed(3)}`,
    `small ${score.small.toFixed(3)}`,
  ];
  return [
    style("bold", `${unit.name}: ${score.total.toFixed(1)} = ${parts.join(", ")}`),
    `${state}${at}`,
    ...answer.report.formula.map((line) => style("dim", `  ${line}`)),
    "",
    ...byHand(unit, knownOf(answer)),
    "",
    ...unit.why.map((one) => `- ${one}`),
    ...section("needed by: imports", unit.importsIn.filter(isValue).map(tieOf)),
    ...section(
      "taken as types alone, which counts for nothing",
      unit.importsIn.filter(isType).map(tieOf),
    ),
    ...section(
      "needed by: foreign keys",
      unit.foreignKeysIn.map(({ field, ...key }) => tieOf({ ...key, what: field })),
    ),
    ...section("needed by: names, and keys to any table", unit.cuts.filter(isByName).map(rowOf)),
    ...section(
      "its own outside world",
      unit.ownWorld.map(({ file, line, kind, what }) => [`${file}:${line}`, kind, what]),
    ),
    ...section(
      "lines",
      unit.sources.map(({ file, lines }) => [file, String(lines)]),
    ),
    ...section("people", peopleRows(unit, answer)),
    ...section(commitsTitle(unit), commitsOf(unit, answer)),
  ];
}

function knownOf({ report, evidence }: Answer) {
  const { countsFixes, commits } = evidence;
  return { units: report.units, hasHistory: commits > 0, countsFixes };
}

function isType(one: { readonly isType: boolean }): boolean {
  return one.isType;
}

function isValue(one: { readonly isType: boolean }): boolean {
  return !one.isType;
}

/** Imports and foreign keys have lists of their own, and a transaction makes nobody need it. */
const LISTED: ReadonlySet<Cut["kind"]> = new Set<Cut["kind"]>([
  "import",
  "model import",
  "contract call",
  "foreign key",
  "foreign key to the user",
  "transaction",
  "global transaction",
  "cycle",
]);

function isByName({ kind, direction, unit }: Cut): boolean {
  return direction === "in" && unit !== "the project" && !LISTED.has(kind);
}

function rowOf({ file, line, unit, kind, what }: Cut): string[] {
  return [`${file}:${line}`, unit, kind, what];
}

function tieOf({
  file,
  line,
  from,
  what,
}: {
  file: string;
  line: number;
  from: string;
  what: string;
}): string[] {
  return [`${file}:${line}`, from, what];
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const indented = rows.map(([first = "", ...rest]) => [`  ${first}`, ...rest]);
  return ["", style("bold", `${title} (${rows.length})`), ...toColumns(indented)];
}

function commitsTitle({ fixes, recentAuthors }: Unit): string {
  return `commits, ${plural(fixes, "repair")}, ${recentAuthors === 1 ? "1 person" : `${recentAuthors} people`}`;
}

function commitsOf({ commitIds }: Unit, { history }: Answer): string[][] {
  const own = new Set(commitIds);
  const rows: string[][] = [];
  for (const { id, time, isFix, subject } of history?.commits ?? []) {
    if (!own.has(id)) continue;
    const day = new Date(time * 1000).toISOString().slice(0, 10);
    rows.push([id.slice(0, 10), day, isFix ? "fix" : "", cleanText(subject)]);
  }
  return rows;
}
