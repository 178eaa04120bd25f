/** `marcot extract plan`: what would stop a move, how long it takes, and how the service is started. Changes nothing. */
import type { Command } from "commander";
import { MarcotError } from "../../../errors.ts";
import type { PlanFinding } from "../../../extract/plan/check.ts";
import type { Plan } from "../../../extract/plan/plan.ts";
import type { ProjectPlan } from "../../../project/plan.ts";
import { reportUsage } from "../../terminal/report.ts";
import { style } from "../../terminal/style.ts";
import { span } from "../../terminal/time.ts";
import { readApp } from "./opened.ts";
import { homeOf, toAddress, toTarget } from "./options.ts";
import { ownTarget } from "./target.ts";
import { facts, pauseText, plural, rounded, size } from "./words.ts";

interface Flags {
  readonly to?: string;
  readonly home?: string;
  readonly json?: boolean;
}

export function addPlan(extract: Command): void {
  extract
    .command("plan")
    .argument("<app>", "the app that is to become a service")
    .description("say what would stop the move, how long it takes, and how the service is started")
    .option("--to <url>", "an empty database, as its owner; or embedded:FOLDER", toTarget)
    .option("--home <url>", "the project, as the service reaches it", toAddress)
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
It changes nothing. Exits with 0 when the app can move, 1 when something blocks it, 2 when used wrongly.

Examples:
  marcot extract plan faq
  marcot extract plan faq --to postgres://owner@db2.example.org/faq --home https://example.org`,
    )
    .action((app: string, flags: Flags) => run(app, flags).catch(reportUsage));
}

async function run(app: string, { to, home, json = false }: Flags): Promise<void> {
  const project = await readApp(app);
  const plan = await planFor(project, app, { to: to ?? ownTarget(project, app), home });
  const isBlocked = plan.blockers.length > 0;
  if (json) console.log(JSON.stringify(plan, null, 2));
  else console.log([...planLines(plan), ...serviceLines(plan), ...orderLines(plan)].join("\n"));
  if (isBlocked) process.exitCode = 1;
}

interface Where {
  readonly to: string | undefined;
  readonly home: string | undefined;
}

export async function planFor(plan: ProjectPlan, app: string, { to, home }: Where): Promise<Plan> {
  // Loaded only here: it reads the code of all apps, with a parser that is a native package.
  const { planOf } = await import("../../../extract/plan/plan.ts");
  return planOf({ plan, app, to, home: home === undefined ? undefined : homeOf(home, app) });
}

/** Fails with MoveBlocked, after all that blocks was said. */
export function refuseBlocked(plan: Plan): void {
  const { app, blockers } = plan;
  if (blockers.length === 0) return;
  console.log(planLines(plan).join("\n"));
  const message = `${app} cannot move yet: ${plural(blockers.length, "thing")} in the way`;
  throw new MarcotError("MoveBlocked", message, {
    fix: "Do what stands above with each, and run the same command again.",
  });
}

/** `faq can move: 8 tables, 1,204,337 rows, 214 MB` */
export function summaryOf({ app, tables, rows, bytes, blockers }: Plan): string {
  const can = blockers.length === 0 ? "can move" : style("red", "cannot move yet");
  const parts = [plural(tables.length, "table"), plural(rows, "row"), size(bytes)];
  return `${style("bold", app)} ${can}: ${parts.join(", ")}`;
}

const COLOURS = { blocker: "red", copy: "yellow", warning: "yellow" } as const;

function planLines(plan: Plan): string[] {
  const { to, mode, seconds, pauseMs, rate, reasons, blockers, warnings } = plan;
  const how =
    mode === "stream"
      ? `PostgreSQL copies while people go on; writes then wait for about ${rounded(pauseMs)}`
      : `rows are copied at the switch, and writes wait for it: about ${pauseText(pauseMs)}`;
  const speed = `${size(rate.bytesPerSecond)}/s, ${rate.from}`;
  return [
    summaryOf(plan),
    ...facts([
      ...(to === undefined ? [] : [["to", to] as const]),
      ["how", how],
      ...reasons.map((reason) => ["why", reason] as const),
      ["copy", `about ${span(seconds * 1000)} (${speed})`],
    ]),
    ...[...blockers, ...warnings].flatMap(toLines),
  ];
}

function toLines({ id, level, what, where, fix }: PlanFinding): string[] {
  return [
    "",
    `${style("bold", where)}: ${style(COLOURS[level], level)} ${what} ${style("dim", `(${id})`)}`,
    `    ${fix}`,
  ];
}

/** Also while the app moves: the commands of a move send people here for it. */
function serviceLines({ service, blockers }: Plan): string[] {
  if (blockers.some(({ id }) => id !== "source.moves")) return [];
  const title = style("dim", "The service, once its database is copied:");
  return ["", title, `  ${service.line}`];
}

function orderLines({ order, blockers }: Plan): string[] {
  if (blockers.length > 0) return [];
  return [style("dim", "The steps:"), ...order.map((command) => `  ${command}`)];
}
