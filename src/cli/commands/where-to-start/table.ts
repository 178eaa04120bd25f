/** The answer for a terminal: which unit first, the next ones, and what is not asked at all and why. */
import { stripVTControlCharacters } from "node:util";
import { commitsIn, plural } from "../../../where-to-start/report/plural.ts";
import { quoted } from "../../../where-to-start/report/quoted.ts";
import { GOOD, NO_EASY_BEGINNING } from "../../../where-to-start/score/score.ts";
import type { Report, Unit } from "../../../where-to-start/types/report.ts";
import { style } from "../../terminal/style.ts";

/** Wider lines are hard to read; narrower than this, nothing can be laid out. */
const WIDTH_MAX = 100;
const WIDTH_MIN = 60;

/** Of the terminal, or as COLUMNS says where there is none. */
function widthOf(): number {
  const columns = process.stdout.columns ?? (Number(process.env["COLUMNS"]) || WIDTH_MAX);
  return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, columns));
}

/** So many units are listed, and of so many of them more is said. */
const LISTED = 8;
const TOLD = 3;

const BAR = 8;

/** A name that is longer is cut. */
const NAME_MAX = 26;

/**
 * @param ask what a shell is told for this answer
 * @param page the file that it was written to as well
 */
export function answerLines(report: Report, ask: string, page?: string): string[] {
  const { units, start } = report;
  const ranked = units.filter(({ rank }) => rank !== undefined);
  return [
    ...wrapped("", headOf(report)).map((line) => style("bold", line)),
    "",
    ...(start.unit === null
      ? [...wrapped(units.length === 0 ? "no answer: " : "stay: ", start.why), ""]
      : []),
    ...ranked
      .slice(0, LISTED)
      .flatMap((unit, index) => [
        ...rowOf(unit, ranked),
        ...(index < TOLD ? wrapped("    ", moreOf(unit, report.evidence.history !== "none")) : []),
      ]),
    ...(ranked.length > LISTED ? [`    … and ${ranked.length - LISTED} more`] : []),
    ...(ranked.length > 0 ? [""] : []),
    ...noEasyBeginning(report),
    ...runnerUp(report),
    ...gates(units),
    ...report.evidence.missing.flatMap((one) => wrapped("missing: ", one)),
    ...report.problems.flatMap((one) => wrapped("note: ", one)),
    ...next(report, ask, page),
  ];
}

function headOf({ project, repository, units }: Report): string {
  const parts = [
    plural(units.length, nounOf(project.kind)),
    plural(project.lines, "line"),
    ...(repository === undefined ? [] : [commitsIn(repository.commits, repository.window)]),
  ];
  return `where-to-start: ${project.name}   ${parts.join(" · ")}`;
}

function nounOf(kind: Report["project"]["kind"]): string {
  return {
    marcot: "app",
    django: "app",
    nest: "module",
    workspaces: "package",
    folders: "folder",
  }[kind];
}

function rowOf(unit: Unit, all: readonly Unit[]): string[] {
  const { name, rank, score, neededBy, cuts, size, foreignKeysIn } = unit;
  const width = Math.min(NAME_MAX, Math.max(...all.slice(0, LISTED).map((one) => one.name.length)));
  const short = name.length > width ? `${name.slice(0, width - 1)}…` : name.padEnd(width);
  const bars = [
    `pain ${bar(score.pain ?? 0)}`,
    `safe ${bar(1 - score.critical)}`,
    `small ${bar(score.small)}`,
  ].join("  ");
  const keys = foreignKeysIn.length === 0 ? "" : ` · ${plural(foreignKeysIn.length, "key")} in`;
  const line = `${String(rank).padStart(2)}  ${style("bold", short)} ${score.total.toFixed(0).padStart(3)}  ${bars}`;
  const price = `${neededBy.length} ${neededBy.length === 1 ? "needs" : "need"} it · ${plural(cuts.length, "cut")} (${size})${keys}`;
  const fits = stripVTControlCharacters(line).length + 2 + price.length <= widthOf();
  return [fits ? `${line}  ${price}` : line, ...(fits ? [] : wrapped("    ", price))];
}

function moreOf(unit: Unit, hasHistory: boolean): string {
  const { ownWorld, recentCommits, fixes, recentAuthors, lines, answer, models } = unit;
  const of = (kind: string) => ownWorld.filter((one) => one.kind === kind);
  const libraries = of("library").map(({ what }) => what);
  const more = libraries.length - 3;
  const world = [
    ...libraries.slice(0, 3),
    ...(more > 0 ? [`${more} more ${more === 1 ? "library" : "libraries"}`] : []),
    ...(of("setting").length > 0 ? [plural(of("setting").length, "setting")] : []),
    ...(of("host").length > 0 ? [plural(of("host").length, "host")] : []),
  ];
  return [
    `as a ${answer}`,
    ...(world.length > 0 ? [`own world: ${world.join(", ")}`] : []),
    ...(hasHistory
      ? [
          `${plural(recentCommits, "commit")}, ${plural(fixes, "fix", "es")}, ${recentAuthors === 1 ? "1 person" : `${recentAuthors} people`}`,
        ]
      : []),
    `${plural(lines, "line")}${models > 0 ? `, ${plural(models, "model")}` : ""}`,
  ].join(" · ");
}

function noEasyBeginning({ start, units }: Report): string[] {
  const first = units.find(({ name }) => name === start.unit);
  if (first === undefined || first.score.total >= GOOD) return [];
  return wrapped(`${first.name}: `, `${NO_EASY_BEGINNING} (below ${GOOD})`);
}

function runnerUp({ start }: Report): string[] {
  if (start.runnerUp === null) return [];
  return wrapped("runner-up: ", `${start.runnerUp.unit}, ${start.runnerUp.why}`);
}

/** Those before the ranking, by what holds them there. */
function gates(units: readonly Unit[]): string[] {
  const line = (title: string, names: readonly string[], of: (unit: Unit) => string) => {
    const held = units.filter(({ gate }) => gate !== undefined && names.includes(gate.name));
    return held.length === 0 ? [] : wrapped(title, held.map(of).join(" · "));
  };
  const withWhy = ({ name, gate }: Unit) =>
    `${name} ${gate?.name}${gate?.at === undefined ? "" : ` (${gate.at.file}:${gate.at.line})`}`;
  const bare = ({ name }: Unit) => name;
  const unranked = units.filter(({ gate, rank }) => gate === undefined && rank === undefined);
  const open = unranked.length === 0 ? [] : wrapped("to look at: ", unranked.map(bare).join(" · "));
  return [
    ...open,
    ...line("not yet: ", ["in every request", "identity", "core", "project"], withWhy),
    ...line("asleep (archive it, or make it a package): ", ["asleep"], bare),
    ...line("leave, nothing hurts: ", ["no pain"], bare),
    ...line("apart already: ", ["apart"], bare),
    ...line("tests: ", ["tests"], bare),
  ];
}

function next({ start, units }: Report, ask: string, page?: string): string[] {
  const written = page === undefined ? [] : [`page: ${page}`];
  if (units.length === 0) return written;
  return [
    "",
    style("dim", `next: ${ask} --cuts ${quoted(start.unit ?? units[0]?.name ?? "")}`),
    ...(page === undefined ? [style("dim", `      ${ask} --html report.html`)] : written),
  ];
}

function bar(value: number): string {
  const full = Math.round(Math.min(1, Math.max(0, value)) * BAR);
  return "█".repeat(full) + "·".repeat(BAR - full);
}

/** Words in lines that fit, each below the first word of the title's line. */
export function wrapped(title: string, text: string): string[] {
  const indent = title.trim() === "" && title !== "" ? title : "    ";
  const width = widthOf();
  const lines: string[] = [];
  let line = title;
  for (const word of text.split(" ")) {
    if (line.length + word.length > width && line.trim() !== "" && line !== title) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
