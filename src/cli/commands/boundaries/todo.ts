/** `marcot boundaries todo`: writes what crosses boundaries today into boundaries.todo. */
import { type Command, Option } from "commander";
import { MarcotError } from "../../../errors.ts";
import type { Finding } from "../../../project/check/findings.ts";
import { type Kind, KINDS, type Tie, TODO_FILE } from "../../../project/todo/todo.ts";
import type { Recorded } from "../../../where-to-start/boundaries/boundaries.ts";
import type { Found } from "../../../where-to-start/boundaries/read.ts";
import { withProgress } from "../../terminal/one-line.ts";
import { reportUsage } from "../../terminal/report.ts";
import { cleanText } from "../../../where-to-start/report/clean.ts";
import { style, toColumns } from "../../terminal/style.ts";
import { plural } from "../../../where-to-start/report/plural.ts";

interface Flags {
  readonly units?: readonly string[];
  readonly kind?: Kind;
  readonly add?: boolean;
  readonly json?: boolean;
}

export function addTodo(boundaries: Command): void {
  boundaries
    .command("todo")
    .argument("[path]", "a project, or any folder with code", ".")
    .description(
      "write what crosses boundaries today into boundaries.todo; after that, only what is left",
    )
    .option("--add", "write what is new too")
    .addOption(
      new Option("--units <glob>", "folders that are units: 'src/*'; may be given again").argParser(
        (value: string, before: readonly string[] = []) => [...before, value],
      ),
    )
    .addOption(
      new Option("--kind <kind>", "how to see the code, where several ways fit").choices(KINDS),
    )
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
The first time it writes all. After that it takes out what is cured, and leaves out what is new: that is
for you to take out of the code, or to write with --add. Yours are lines that allow something for good:
allow * -> utils | helpers that store nothing.

Exits with 1 when something new was left out.

Examples:
  marcot boundaries todo
  marcot boundaries todo ../shop --units 'src/*'
  marcot boundaries todo --add`,
    )
    .action(run);
}

async function run(path: string, { json = false, ...options }: Flags): Promise<void> {
  // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
  const { recordTodo } = await import("../../../where-to-start/boundaries/boundaries.ts");
  try {
    const recorded = await withProgress((onRead) => recordTodo(path, { ...options, onRead }));
    if (recorded.refused.length > 0) process.exitCode = 1;
    if (json) console.log(JSON.stringify(toJson(recorded), null, 2));
    else for (const line of linesOf(recorded)) console.log(line);
  } catch (error) {
    if (error instanceof MarcotError && error.code === "CommandInvalid") reportUsage(error);
    else throw error;
  }
}

function toJson({ read, before, now, compared, refused }: Recorded) {
  const { fresh, cured, moved, allowed } = compared;
  return {
    file: TODO_FILE,
    kind: read.kind,
    units: read.units,
    isNew: before === undefined,
    ties: now.length,
    added: (refused.length > 0 ? [] : fresh).map(bare),
    leftOut: refused.map(bare),
    cured,
    moved: moved.map(bare),
    allowed: allowed.length,
    unread: read.unread.map(({ where, what }) => ({ ...where, what })),
  };
}

function bare({ from, to, what, file }: Tie): Tie {
  return { from, to, what, file };
}

function linesOf(recorded: Recorded): string[] {
  const { read, before, now, compared, refused } = recorded;
  const change = before === undefined ? "" : changeOf(recorded);
  const head = `${TODO_FILE}: ${plural(now.length, "tie")} between ${plural(read.units.length, "unit")} (${read.kind})${change}`;
  return [
    ...notes([...read.problems, ...read.unread.map(unreadNote)]),
    style("bold", head),
    ...(before === undefined ? allPairs(now) : changedPairs(before, now)),
    ...(compared.moved.length === 0
      ? []
      : [`  ${plural(compared.moved.length, "tie")} in files that have another name now`]),
    ...(refused.length === 0 ? [] : leftOut(refused)),
    ...(before === undefined ? ["Commit it; in CI: marcot boundaries check"] : []),
  ];
}

function changeOf({ refused, compared: { cured, fresh } }: Recorded): string {
  const more = refused.length > 0 ? 0 : fresh.length;
  const parts = [
    ...(more > 0 ? [`${more} more`] : []),
    ...(cured.length > 0 ? [`${cured.length} fewer`] : []),
  ];
  return `, ${parts.length === 0 ? "as before" : parts.join(" and ")}`;
}

/** More are a list that nobody reads. */
const PAIRS_MAX = 20;

function allPairs(ties: readonly Tie[]): string[] {
  const pairs = [...countPairs(ties)].toSorted(([a, one], [b, other]) => {
    return other - one || (a < b ? -1 : 1);
  });
  const rows = pairs
    .slice(0, PAIRS_MAX)
    .map(([pair, count]) => [`  ${cleanText(pair)}`, String(count)]);
  return [...toColumns(rows), ...moreThan(PAIRS_MAX, pairs.length, "pair")];
}

function changedPairs(before: readonly Tie[], now: readonly Tie[]): string[] {
  const [old, fresh] = [countPairs(before), countPairs(now)];
  const pairs = [...new Set([...old.keys(), ...fresh.keys()])].toSorted();
  const rows = pairs.flatMap((pair) => {
    const [was, is] = [old.get(pair) ?? 0, fresh.get(pair) ?? 0];
    return was === is ? [] : [[`  ${cleanText(pair)}`, String(is), `was ${was}`]];
  });
  return [...toColumns(rows.slice(0, PAIRS_MAX)), ...moreThan(PAIRS_MAX, rows.length, "pair")];
}

function countPairs(ties: readonly Tie[]): Map<string, number> {
  const groups = Map.groupBy(ties, ({ from, to }) => `${from} -> ${to}`);
  return new Map([...groups].map(([pair, { length }]) => [pair, length]));
}

function moreThan(max: number, count: number, word: string): string[] {
  return count > max ? [`  … and ${plural(count - max, `more ${word}`)}`] : [];
}

function leftOut(refused: readonly Found[]): string[] {
  const rows = refused.map((tie) =>
    [`  ${placeOf(tie)}`, `${tie.from} -> ${tie.to}`, tie.what].map(cleanText),
  );
  return [
    style("red", `${plural(refused.length, "new tie")} left out:`),
    ...toColumns(rows.slice(0, PAIRS_MAX)),
    ...moreThan(PAIRS_MAX, rows.length, "tie"),
    "Take them out of the code, or write them with --add.",
  ];
}

function unreadNote({ where, what }: Finding): string {
  return `${nameOf(where)}: ${what}; what is listed of this file stays`;
}

function placeOf(tie: Found): string {
  return nameOf("finding" in tie ? tie.finding.where : tie);
}

function nameOf({ file, line }: Finding["where"]): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** More of them say the same. */
const NOTES_MAX = 5;

export function notes(problems: readonly string[]): string[] {
  const told = problems.slice(0, NOTES_MAX).map((one) => style("dim", `note: ${cleanText(one)}`));
  return [...told, ...moreThan(NOTES_MAX, problems.length, "note")];
}
