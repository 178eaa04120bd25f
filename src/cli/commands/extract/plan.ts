/** `marcot extract plan`: what would stop a move, how long it takes, and how the service is started. Changes nothing. */
import type { Command } from "commander";
import { MarcotError } from "../../../errors.ts";
import type { MovePlan } from "../../../extract/plan/plan.ts";
import type { PlanFinding } from "../../../extract/plan/check.ts";
import { reportUsage } from "../../terminal/report.ts";
import { style } from "../../terminal/style.ts";
import { span } from "../../terminal/time.ts";
import { type Opened, withExtract } from "./opened.ts";
import { toAddress, toPort, toTarget } from "./options.ts";
import { serviceVariables } from "./service.ts";
import { targetOf } from "./steps.ts";
import { facts, nextLines, plural, rounded, shownTarget, size } from "./words.ts";

interface Flags {
  readonly to?: string;
  readonly home: string;
  readonly port: number;
  readonly json?: boolean;
}

export function addPlan(extract: Command): void {
  extract
    .command("plan")
    .argument("<app>", "the app that is to become a service")
    .description("say what would stop the move, how long it takes, and how the service is started")
    .option("--to <url>", "an empty database, as its owner; or embedded:FOLDER", toTarget)
    .option("--home <url>", "the project, as the service reaches it", toAddress, HOME)
    .option("--port <port>", "where the service will listen", toPort, PORT)
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
It changes nothing. Exits with 0 when the app can move, 1 when something blocks it, 2 when used wrongly.

Examples:
  marcot extract plan faq
  marcot extract plan faq --to postgres://owner@db2.example.org/faq --home https://example.org`,
    )
    .action((app: string, flags: Flags) =>
      withExtract(app, (opened) => run(opened, flags)).catch(reportUsage),
    );
}

const HOME = "http://127.0.0.1:8000";
const PORT = 8001;

async function run(opened: Opened, { to, home, port, json = false }: Flags): Promise<void> {
  const target = await targetOf(opened, to);
  const plan = await planFor(opened, target);
  opened.line.clear();
  const isBlocked = plan.findings.some(isBlocker);
  const command = serviceCommand(opened, { target, home, port });
  if (json) console.log(JSON.stringify({ ...plan, target: shownTarget(target), command }, null, 2));
  else {
    const next = `marcot extract start ${opened.app} --to ${shownTarget(target)}`;
    const after = isBlocked ? [] : [...serviceLines(command), ...nextLines([next])];
    console.log([...planLines(plan), ...after].join("\n"));
  }
  if (isBlocked) process.exitCode = 1;
}

export async function planFor({ plan, app, line }: Opened, to: string): Promise<MovePlan> {
  // Loaded only here: it reads the code of all apps, with a parser that is a native package.
  const { planOf } = await import("../../../extract/plan/plan.ts");
  return planOf({ plan, app, to, say: (told) => line.say(told) });
}

function isBlocker({ level }: PlanFinding): boolean {
  return level === "blocker";
}

/** Fails with MoveBlocked, after all that blocks was said. */
export function refuseBlocked(plan: MovePlan): void {
  const blockers = plan.findings.filter(isBlocker);
  if (blockers.length === 0) return;
  console.log(planLines(plan).join("\n"));
  const message = `${plan.app} cannot move yet: ${plural(blockers.length, "thing")} in the way`;
  throw new MarcotError("MoveBlocked", message, {
    fix: "Do what stands above with each, and run the same command again.",
  });
}

/** `faq can move: 8 tables, 1,204,337 rows, 214 MB` */
export function summaryOf({ app, tables, rows, bytes, findings }: MovePlan): string {
  const blockers = findings.filter(isBlocker).length;
  const can = blockers === 0 ? "can move" : style("red", "cannot move yet");
  const parts = [plural(tables.length, "table"), plural(rows, "row"), size(bytes)];
  return `${style("bold", app)} ${can}: ${parts.join(", ")}`;
}

const COLOURS = { blocker: "red", copy: "yellow", warning: "yellow" } as const;
const ORDER = ["blocker", "copy", "warning"] as const;

export function planLines(plan: MovePlan): string[] {
  const { mode, copySeconds, pauseMs, findings } = plan;
  const how =
    mode === "stream"
      ? "PostgreSQL copies while people go on; writes wait for a moment at the switch"
      : `rows are copied at the switch, while writes wait: about ${rounded(pauseMs ?? 0)}`;
  const takes =
    copySeconds === null ? [] : [["copy", `about ${span(copySeconds * 1000)}`] as const];
  return [
    summaryOf(plan),
    ...facts([["how", how], ...takes]),
    ...ORDER.flatMap((level) => findings.filter((one) => one.level === level)).flatMap(toLines),
  ];
}

function toLines({ id, level, what, where, fix }: PlanFinding): string[] {
  return [
    "",
    `${style("bold", where)}: ${style(COLOURS[level], level)} ${what} ${style("dim", `(${id})`)}`,
    `    ${fix}`,
  ];
}

interface Where {
  readonly target: string;
  readonly home: string;
  readonly port: number;
}

/** The password of the database is not shown: whoever starts the service has it. */
function serviceCommand({ app, plan }: Opened, { target, home, port }: Where): string {
  const variables = serviceVariables(plan, { app, target: shownTarget(target), home });
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return [...words, `npx marcot runserver --only ${app} --port ${port}`].join(" \\\n");
}

function serviceLines(command: string): string[] {
  const lines = command.split("\n").map((line) => `    ${line}`);
  return ["", `  ${style("dim", "the service, once its database is copied")}`, ...lines];
}
