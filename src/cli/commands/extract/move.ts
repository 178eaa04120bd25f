/** `marcot extract faq`: the whole way, in one command. Repeated, it goes on where it was. */
import type { Command } from "commander";
import { shownDatabase } from "../../../data/database.ts";
import { MarcotError } from "../../../errors.ts";
import type { Plan } from "../../../extract/plan/plan.ts";
import type { Mode, Move } from "../../../extract/types.ts";
import { confirmed, finishBegun, type Opened, withExtract } from "./opened.ts";
import { toAddress, toMilliseconds, toPort, toSeconds, toTarget } from "./options.ts";
import { planFor, refuseBlocked, summaryOf } from "./plan.ts";
import { isBad, rehearsalLines, rehearse } from "./rehearse.ts";
import { answers } from "./serve/answers.ts";
import type { ServiceChild } from "./serve/child.ts";
import { reach, refuseOthers, stay } from "./serve/serve.ts";
import { change, compare, copy, type SwitchFlags } from "./steps.ts";
import { targetOf } from "./target.ts";
import { facts, followsText, pauseText, plural, verifiedLines, whereLine } from "./words.ts";

interface Flags extends SwitchFlags {
  readonly to?: string;
  readonly serve?: number;
  readonly rehearse?: number;
  readonly yes?: boolean;
}

const EVERY_READ = 1;

export function addMove(extract: Command): void {
  extract
    .command("move", { isDefault: true })
    .argument("<app>", "the app that is to become a service")
    .description("all of it: plan, copy, compare, ask, switch, and say how long writes waited")
    .option("--to <url>", "an empty database, as its owner; or embedded:FOLDER", toTarget)
    .option("--serve <port>", "run the service here, on this port, until Ctrl+C", toPort)
    .option("--service <url>", "where the service runs, if not here", toAddress)
    .option("--home <url>", "the project, as the service reaches it", toAddress)
    .option("--rehearse <seconds>", "compare answers to real reads before", toSeconds)
    .option("--budget <ms>", "how long writes may wait. Default: 1000", toMilliseconds)
    .option(
      "--pause <ms>",
      "where rows are copied at the switch: the allowed pause",
      toMilliseconds,
    )
    .option("--yes", "do not ask before the switch")
    .addHelpText("after", EXAMPLES)
    .action((app: string, flags: Flags) => withExtract(app, (opened) => run(opened, flags)));
}

const EXAMPLES = `
\`marcot extract faq\` alone means this. Where the project's database is embedded, --to is embedded:./.data-faq
if nothing else is said. Where nobody can be asked it switches without; --yes says so on a terminal too.
Ctrl+C stops it at any time: the same command goes on from there.

Examples:
  marcot extract move faq --serve 8001                       the same as the next one
  marcot extract faq --serve 8001
  marcot extract faq --to postgres://owner@db2.example.org/faq --service http://faq.internal:8001
  marcot extract faq --serve 8001 --rehearse 30 --yes
  marcot absorb faq                                          brings it home again`;

async function run(opened: Opened, flags: Flags): Promise<void> {
  const { app } = opened;
  if ((flags.serve === undefined) === (flags.service === undefined))
    throw new MarcotError("CommandInvalid", `where does the service of ${app} run?`, {
      fix: "Say --serve 8001 to run it here, or --service http://host:port where it runs already.",
    });
  const move = await finishBegun(opened);
  const home = flags.home ?? (await ownHome());
  const target = await targetOf(opened, flags.to);
  const isThere = move?.holder === "service" && move.state !== "copying";
  await refuseOthers(app, flags);
  if (!isThere) await prepare(opened, move, { target, pause: flags.pause });
  const { serve, service: at } = flags;
  const service = await reach(opened, { target, home, serve, service: at, isThere });
  if (isThere) console.log(whereLine(app, "service", service.address));
  else if (!(await decide(opened, service, { ...flags, ...(home !== undefined && { home }) })))
    return;
  if (serve !== undefined) await stay(opened, service, serve);
}

interface Prepared {
  readonly target: string;
  readonly pause: number | undefined;
}

/** Plans and copies. A copy that was begun is watched until it is complete. */
async function prepare(
  opened: Opened,
  move: Move | undefined,
  { target, pause }: Prepared,
): Promise<void> {
  const { app, line } = opened;
  let mode = move?.mode;
  if (move === undefined) {
    const plan = await planFor(opened.plan, app, { to: target, home: undefined });
    line.clear();
    refuseBlocked(plan);
    console.log(summaryOf(plan));
    print(plan.reasons.map((reason) => ["why", reason]));
    if (plan.mode === "copy" && pause === undefined) throw unallowed(app, plan);
    mode = plan.mode;
  } else {
    if (mode === "copy" && pause === undefined) throw unallowed(app);
    console.log(`${app} goes on where it was`);
  }
  const copied = await copiedText(opened, { isReady: move?.state === "ready", target, mode });
  print([
    ["to", shownDatabase(target)],
    ["copied", copied],
  ]);
}

/** A pause that is long is nothing that a command may decide for a person. */
function unallowed(app: string, plan?: Pick<Plan, "pauseMs" | "allowedMs">): MarcotError {
  const long = plan === undefined ? "" : `, about ${pauseText(plan.pauseMs)}`;
  const message = `the rows of ${app} are copied at the switch, and writes wait for it${long}`;
  const pause = plan?.allowedMs ?? "MILLISECONDS";
  return new MarcotError("MoveRefused", message, {
    fix: `Say how long they may wait at most: the same command with --pause ${pause}.`,
  });
}

interface Copied {
  readonly isReady: boolean;
  readonly target: string;
  readonly mode: Mode | undefined;
}

async function copiedText(
  opened: Opened,
  { isReady, target, mode = "stream" }: Copied,
): Promise<string> {
  const copied = isReady ? "before, and follows" : await copy(opened, { to: target, mode });
  return mode === "copy" ? "at the switch, while writes wait" : copied;
}

function print(rows: readonly (readonly [string, string])[]): void {
  for (const text of facts(rows)) console.log(text);
}

/** Where `npm start` listens, if the project runs there. */
async function ownHome(): Promise<string | undefined> {
  const address = `http://127.0.0.1:${process.env["PORT"] || "8000"}`;
  return (await answers(address)) ? address : undefined;
}

/** Compares, asks and switches. False where a person, or a difference, said no. */
async function decide(opened: Opened, service: ServiceChild, flags: Flags): Promise<boolean> {
  const { app, extract, line } = opened;
  const move = await extract.move();
  const isStreaming = move?.mode === "stream";
  if (isStreaming && !(await isAlike(opened, service, flags))) return false;
  const yes = flags.yes ?? !process.stdin.isTTY;
  const budget = (flags.budget ?? 1_000).toLocaleString("en");
  const wait = isStreaming
    ? `Writes wait for a moment, at most ${budget} ms.`
    : "Writes wait while its rows are copied.";
  if (!(await confirmed(`Switch ${app} to ${service.address}? ${wait}`, yes))) {
    const follows = isStreaming ? `: ${followsText(move.target)}` : "";
    console.log(`not switched${follows}; marcot extract cancel ${app} drops it`);
    return false;
  }
  const lines = await change(opened, "service", { ...flags, service: service.address });
  line.clear();
  console.log(lines.join("\n"));
  print([["back", `marcot absorb ${app}`]]);
  return true;
}

async function isAlike(opened: Opened, service: ServiceChild, flags: Flags): Promise<boolean> {
  const { app, line } = opened;
  if (flags.rehearse !== undefined) {
    const options = { service: service.address, seconds: flags.rehearse, share: EVERY_READ };
    const rows = await rehearse(opened, options);
    line.clear();
    console.log(rehearsalLines(rows).join("\n"));
    if (rows.some(isBad)) return refused(app);
  }
  const verified = await compare(opened);
  line.clear();
  if (verified.different > 0) {
    console.log(verifiedLines(app, verified).join("\n"));
    return refused(app);
  }
  const { rows, tables } = verified;
  print([["equal", `${plural(rows, "row")} of ${plural(tables.length, "table")} on both sides`]]);
  return true;
}

function refused(app: string): false {
  console.log(`not switched. marcot extract cancel ${app} drops the copy`);
  process.exitCode = 1;
  return false;
}
