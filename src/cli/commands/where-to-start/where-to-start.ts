/** `marcot where-to-start`: which app first, or none, from the evidence in code and history. */
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { MarcotError } from "../../../errors.ts";
import { KINDS } from "../../../project/todo/todo.ts";
import type { UnitFacts } from "../../../where-to-start/score/facts.ts";
import type { Answer, WhereToStartOptions } from "../../../where-to-start/where-to-start.ts";
import { withProgress } from "../../terminal/one-line.ts";
import { reportUsage } from "../../terminal/report.ts";
import { again } from "./again.ts";
import { refusePage, writePage } from "./page.ts";

interface Flags {
  readonly at?: string;
  readonly units?: readonly string[];
  readonly kind?: NonNullable<WhereToStartOptions["kind"]>;
  readonly months?: number;
  readonly json?: boolean;
  readonly html?: string;
  readonly people?: boolean;
  readonly lift?: readonly string[];
  readonly measured?: boolean;
  readonly cuts?: string;
  readonly why?: string;
  readonly draftContract?: string;
  readonly backtest?: readonly string[];
}

export function addWhereToStart(program: Command): void {
  program
    .command("where-to-start")
    .argument("[path]", "a project, any folder with code, or a bare repository", ".")
    .description("say which app to take out first, or that none should be")
    .option("--cuts <unit>", "its bill: what would have to be cut, with places, in order of work")
    .option("--why <unit>", "where its numbers come from: commits, files, lines")
    .option("--draft-contract <unit>", "a first contract.ts: what others take from it today")
    .addOption(
      new Option("--units <glob>", "folders that are units: 'src/*'; may be given again").argParser(
        collect,
      ),
    )
    .addOption(
      new Option("--kind <kind>", "how to see the code, where several ways fit").choices(KINDS),
    )
    .option("--at <rev>", "code and history as of this commit")
    .addOption(
      new Option("--months <months>", "how far back the history counts").argParser(toMonths),
    )
    .addOption(
      new Option(
        "--lift <unit>",
        "rank it although it looks like identity, or like tests",
      ).argParser(collect),
    )
    .option("--people", "name people; else they are told apart by a hash of their mail")
    .option(
      "--measured",
      "of an own project, at PATH or where this is started below it: calls, errors, times and sizes of tables, from its database",
    )
    .option("--json", "as JSON, for scripts: docs/reference/where-to-start.schema.json")
    .option("--html <file>", "write a page with the map, that needs no network")
    .option("--backtest <rev unit...>", "where it stood just before commit <rev> took <unit> out")
    .addHelpText("after", HELP)
    .action(run);
}

const HELP = `
Reads git and the code: apps of Marcot and Django, packages of a workspace, modules of Nest, or the
folders that --units names. Runs nothing of what it reads, fetches nothing, and writes only --html.
Three rules, each a number from 0 to 1: start non-critical, where there is pain, small. The answer
may be that all should stay. How it is counted: docs/topics/where-to-start.md.

Exits with 0 whatever the answer is, 1 when the path cannot be read or has no such units, 2 when
used wrongly.

Examples:
  marcot where-to-start
  marcot where-to-start ../shop --html report.html
  marcot where-to-start ../shop --cuts payments
  marcot where-to-start ../shop --draft-contract payments > contract.ts
  marcot where-to-start ../shop --units 'src/*' --units 'lib/*' --json
  marcot where-to-start ../shop --backtest 3924b4b2b oscar.apps.promotions`;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function toMonths(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Months are a whole number from 1 to 9999.");
}

async function run(path: string, flags: Flags): Promise<void> {
  try {
    await answer(path, flags);
  } catch (error) {
    if (error instanceof MarcotError && error.code === "CommandInvalid") reportUsage(error);
    else throw error;
  }
}

async function answer(path: string, flags: Flags): Promise<void> {
  refuseTogether(flags);
  if (flags.html !== undefined) refusePage(flags.html);
  if (flags.backtest !== undefined) return tellBacktest(path, flags, flags.backtest);
  // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
  const { whereToStart } = await import("../../../where-to-start/where-to-start.ts");
  const found = await withProgress((onRead) =>
    optionsOf(path, flags).then((options) => whereToStart(path, { ...options, onRead })),
  );
  if (flags.html !== undefined) await writePage(flags.html, again(path, flags), found);
  if (flags.draftContract !== undefined) return tellDraft(found, flags.draftContract);
  if (flags.json === true) return console.log(await asJson(found, flags));
  for (const line of await linesOf(found, path, flags)) console.log(line);
}

function refuseTogether(flags: Flags): void {
  const { cuts, why, draftContract, backtest } = flags;
  const asked = [cuts, why, draftContract, backtest].filter((one) => one !== undefined);
  if (asked.length > 1)
    throw new MarcotError("CommandInvalid", "one question at a time", {
      fix: "Give one of --cuts, --why, --draft-contract and --backtest.",
    });
  // What would be left out without a word.
  const without = (question: string, names: readonly (keyof Flags & string)[]) => {
    const given = names.find((name) => flags[name] !== undefined);
    if (given !== undefined)
      throw new MarcotError("CommandInvalid", `${question} has no --${given}`, {
        fix: `Leave --${given} away, or ask for the one after the other.`,
      });
  };
  if (backtest !== undefined) without("--backtest", ["html", "at", "people", "measured"]);
  if (draftContract !== undefined) without("--draft-contract", ["json"]);
}

async function optionsOf(path: string, flags: Flags): Promise<WhereToStartOptions> {
  const { at, units, kind, months, people, lift, measured = false } = flags;
  if (!measured) return { at, units, kind, months, people, lift };
  const { measure } = await import("./measure.ts");
  return { at, units, kind, months, people, lift, measured: await measure(resolve(path)) };
}

async function asJson({ report }: Answer, { cuts, why }: Flags): Promise<string> {
  const name = cuts ?? why;
  if (name === undefined) return JSON.stringify(report, null, 2);
  const { findUnit } = await import("../../../where-to-start/find-unit.ts");
  return JSON.stringify(findUnit(report.units, name), null, 2);
}

async function linesOf(found: Answer, path: string, flags: Flags): Promise<string[]> {
  const { report } = found;
  const { cuts, why, html } = flags;
  const { findUnit } = await import("../../../where-to-start/find-unit.ts");
  const { clean, cleanText } = await import("../../../where-to-start/report/clean.ts");
  const cleaned = { ...found, report: clean(report) };
  if (cuts !== undefined) {
    const { billLines } = await import("./cuts.ts");
    return billLines(clean(findUnit(report.units, cuts)));
  }
  if (why !== undefined) {
    const { whyLines } = await import("./why.ts");
    return whyLines(clean(findUnit(report.units, why)), cleaned);
  }
  const { answerLines } = await import("./table.ts");
  const page = html === undefined ? undefined : cleanText(html);
  return answerLines(cleaned.report, again(path, flags), page);
}

async function tellDraft({ report, evidence, files, read }: Answer, name: string): Promise<void> {
  const { findUnit } = await import("../../../where-to-start/find-unit.ts");
  const { draftOf } = await import("../../../where-to-start/draft/draft.ts");
  const unit = findUnit(report.units, name);
  const facts = evidence.units.find(({ place }) => place.path === unit.path);
  if (facts === undefined) return;
  if (unit.kind === "marcot app") refuseApp(facts);
  process.stdout.write(await draftOf(facts, { project: evidence.project, files, read }));
}

/** A draft that goes to the app's contract.ts would be instead of what the app promises. */
function refuseApp({ place: { name, path }, files }: UnitFacts): void {
  const contract = files.find(({ file }) => /^contract\.[jt]s$/.test(file.slice(path.length + 1)));
  throw new MarcotError(
    "CommandInvalid",
    `${name} has a contract already: ${contract?.file ?? path}`,
    { fix: `Go on in its project: marcot extract plan ${name}` },
  );
}

async function tellBacktest(
  path: string,
  flags: Flags,
  [rev, unit, after, ...more]: readonly string[],
): Promise<void> {
  if (rev === undefined || unit === undefined || more.length > 0)
    throw new MarcotError("CommandInvalid", "--backtest takes a commit and a unit", {
      fix: "Say it so: marcot where-to-start PATH --backtest REV UNIT.",
    });
  const { backtest } = await import("../../../where-to-start/backtest.ts");
  const { backtestLines } = await import("./backtest.ts");
  const { units, kind, months, lift } = flags;
  const found = await withProgress((onRead) =>
    backtest(after ?? path, { rev, unit, units, kind, months, lift, onRead }),
  );
  if (flags.json === true) return console.log(JSON.stringify(found, null, 2));
  const { clean, cleanText } = await import("../../../where-to-start/report/clean.ts");
  for (const line of backtestLines(clean(found), cleanText(rev))) console.log(line);
}
