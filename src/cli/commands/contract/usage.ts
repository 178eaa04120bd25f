/** `marcot contract usage`: who still calls which version of an app, and whether it can be removed. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { AnyContract } from "../../../contract/contract.ts";
import { withConnection } from "../../../data/database.ts";
import { onlyText } from "../../../lock/uses.ts";
import { findProject, loadContract } from "../../../project/find.ts";
import { localFiles, ownerUrls, readProject } from "../../../project/plan.ts";
import {
  type Caller,
  judgeUsage,
  readLedger,
  type VersionUsage,
} from "../../../project/usage/usage.ts";
import { style, toColumns } from "../../terminal/style.ts";
import { ago } from "../../terminal/time.ts";

export function addContractUsage(contract: Command): void {
  contract
    .command("usage")
    .argument("<app>", "an app that is provided here, with its database")
    .description("say who still calls which version, from where, and which can be removed")
    .addOption(
      new Option("--days <days>", "how far back calls are counted").argParser(toDays).default(30),
    )
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  marcot contract usage faq\n  DATABASE_URL=postgres://… marcot contract usage faq --days 90 --json",
    )
    .action(run);
}

function toDays(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Days are a whole number from 1 to 9999.");
}

async function run(
  app: string,
  { days, json = false }: { days: number; json?: boolean },
): Promise<void> {
  const { versions } = await readUsage(app, days);
  if (json) console.log(JSON.stringify(versions, null, 2));
  else console.log(versions.map((usage) => toLines(app, usage, days).join("\n")).join("\n\n"));
}

export interface AppUsage {
  readonly versions: readonly VersionUsage[];
  readonly contracts: readonly AnyContract[];
  /** The folder of the project. */
  readonly project: string;
  /** The folder of the app. */
  readonly folder: string;
}

/** What the ledger in the app's own database says, and the code around it. */
export async function readUsage(app: string, days: number): Promise<AppUsage> {
  const plan = await readProject({ folder: findProject(process.cwd()) });
  const [local] = localFiles(plan, [app]);
  if (local === undefined) throw new Error(`${app} is neither here nor elsewhere`); // localFiles refuses
  // Loaded only here: the parser is a native package, which a server that was installed lean may lack.
  const { ownApps, scanBoundaries } = await import("../../../project/check/boundaries.ts");
  const { readRecords } = await import("../../../project/check/check-uses.ts");
  const { folder: project, settings } = plan;
  const listed = settings.apps;
  const apps = ownApps(project, listed);
  const { uses } = scanBoundaries({ project, apps, listed });
  const { records } = readRecords({ project, apps, uses });
  const contracts = await loadContract(local.files);
  const owner = ownerUrls(plan);
  try {
    const ledger = await withConnection(await owner.of(app), (sql) => readLedger(sql, app, days));
    const versions = judgeUsage(ledger, { contracts, uses, records, now: new Date() });
    return { versions, contracts, project, folder: local.files.folder };
  } finally {
    await owner.close();
  }
}

function toLines(app: string, usage: VersionUsage, days: number): string[] {
  const { version, state, callers, unsent, obstacles } = usage;
  const name = `${app}/${version}`;
  return [
    `${style("bold", name)}  ${lifeOf(usage)}`,
    ...(callers.length === 0 ? [`  nobody called it in ${days} days`] : toTable(callers, days)),
    ...callers.flatMap(usedLine),
    ...(unsent.length === 0 ? [] : [`  nobody sends ${unsent.join(", ")}`]),
    ...(state === "newest" ? [] : verdictOf(name, obstacles)),
  ];
}

/** For the project's own apps: of the others nothing can be recorded. */
function usedLine({ consumer, endpoint, places, used }: Caller): string[] {
  if (places.length === 0 || endpoint === undefined) return [];
  if (used === undefined)
    return [`  ${consumer} counts as using all of ${endpoint}: its tests do not show what`];
  const parts = [onlyText("reply", used), onlyText("request", used)];
  return [`  ${consumer} ${parts.join(", and ")} of ${endpoint}`];
}

function lifeOf({ state, deprecated, sunset, daysLeft = 0 }: VersionUsage): string {
  if (deprecated === undefined) return state;
  const since = `deprecated ${deprecated}`;
  if (sunset === undefined) return style("yellow", since);
  const left = daysLeft < 0 ? "past" : `${daysLeft} ${daysLeft === 1 ? "day" : "days"} left`;
  return style("yellow", `${since}, sunset ${sunset} (${left})`);
}

function toTable(callers: readonly Caller[], days: number): string[] {
  const head = ["CONSUMER", "ENDPOINT", `CALLS IN ${days} DAYS`, "ERRORS", "LAST SEEN", "CODE"];
  const rows = callers.map(({ consumer, endpoint = "?", calls, errors, lastAt, places }) => [
    consumer,
    endpoint,
    calls.toLocaleString("en"),
    errors > 0 ? style("red", errors.toLocaleString("en")) : "0",
    lastAt ? ago(Date.now() - lastAt.getTime()) : "never",
    places.join(", "),
  ]);
  return toColumns([head.map((title) => style("dim", title)), ...rows]).map((line) => `  ${line}`);
}

/** Also what `remove` says when it refuses. */
export function verdictOf(name: string, obstacles: readonly string[]): string[] {
  if (obstacles.length === 0) return [`  ${style("green", `${name} can be removed`)}`];
  return [
    `  ${style("red", `${name} cannot be removed:`)}`,
    ...obstacles.map((obstacle) => `    ${obstacle}`),
  ];
}
