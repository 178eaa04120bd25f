/** The two ends of a move: `complete` keeps the app at the service, `cancel` keeps it at the project. */
import type { Command } from "commander";
import { shownDatabase } from "../../../data/database.ts";
import { MarcotError } from "../../../errors.ts";
import type { CancelOptions } from "../../../extract/extract.ts";
import type { Move } from "../../../extract/types.ts";
import { span } from "../../terminal/time.ts";
import { confirmed, finishBegun, type Opened, withExtract } from "./opened.ts";
import { toSpan } from "./options.ts";
import { facts, plural, whereLine } from "./words.ts";

const DAY_MS = 86_400_000;

interface CompleteFlags {
  readonly grace: number;
  readonly now?: boolean;
  readonly yes?: boolean;
}

export function addComplete(extract: Command): void {
  extract
    .command("complete")
    .argument("<app>", "an app that the service provides")
    .description("end the move: the project's copy is dropped, and the service is alone")
    .option("--grace <span>", "refuse while the last switch is not as old as this", toSpan, DAY_MS)
    .option("--now", "do not wait for that")
    .option("--yes", "do not ask first")
    .addHelpText(
      "after",
      `
Until then \`marcot extract reverse\` goes back within a moment. Afterwards \`marcot absorb\` copies all
of it home first.

Examples:
  marcot extract complete faq
  marcot extract complete faq --grace 7d
  marcot extract complete faq --now --yes`,
    )
    .action((app: string, flags: CompleteFlags) =>
      withExtract(app, (opened) => complete(opened, flags)),
    );
}

async function complete(opened: Opened, { grace, now = false, yes = false }: CompleteFlags) {
  const { app, extract, line, whole } = opened;
  const move = await extract.move();
  if (move?.state === "ready" && move.holder === "service" && !now) refuseYoung(move, grace);
  const { rows } = await extract.status();
  line.clear();
  const question = `Drop the project's copy of ${app}${about(rows.total)}? The service keeps its own.`;
  if (move?.holder === "service" && ["ready", "settling"].includes(move.state)) {
    if (!(await confirmed(question, yes))) return console.log("nothing was changed");
  }
  await whole("the end of the move is finished first", () => extract.complete());
  line.clear();
  console.log(await holderLine(opened));
  const back = `marcot absorb ${app}`;
  for (const text of facts([
    ["done", "the project's copy is dropped, and nothing follows any more"],
    ["back", `${back} copies it home, and switches`],
  ]))
    console.log(text);
}

/** Rows are copied at the switch where nothing streams: nobody has counted them then. */
function about(rows: number, where = ""): string {
  if (rows === 0) return where;
  return ` (about ${plural(rows, "row")}${where})`;
}

/** Who has the app by now, as the journal says. */
export async function holderLine({ app, extract }: Opened): Promise<string> {
  const move = await extract.move();
  return whereLine(app, move?.holder ?? "project", move?.service ?? null);
}

/** What is found wrong after a switch is found soon; then the way back must still be there. */
function refuseYoung({ app, info }: Move, graceMs: number): void {
  const at = info.lastSwitch?.at;
  if (at === undefined) return;
  const until = new Date(Date.parse(at) + graceMs);
  if (until.getTime() <= Date.now()) return;
  const left = span(until.getTime() - Date.now());
  const message = `${app} was switched at ${at}; its way back is kept until ${until.toISOString()} (${left})`;
  throw new MarcotError("MoveRefused", message, {
    fix: "Wait, or say --now: `marcot absorb` brings an app home from a completed move too.",
  });
}

interface CancelFlags extends CancelOptions {
  readonly yes?: boolean;
}

export function addCancel(extract: Command): void {
  extract
    .command("cancel")
    .argument("<app>", "an app that the project provides")
    .description("end the move: the service's copy is dropped, and the app stays at home")
    .option("--abandon", "the service's database is gone for good: leave there what is there")
    .option("--yes", "do not ask first")
    .addHelpText(
      "after",
      `
Where the service provides the app, \`marcot extract reverse\` comes first. While the app is being copied home,
it stops that, and drops what has arrived.

Examples:
  marcot extract cancel faq
  marcot extract cancel faq --yes`,
    )
    .action((app: string, { abandon = false, yes = false }: CancelFlags) =>
      withExtract(app, (opened) => cancel(opened, abandon, yes)),
    );
}

async function cancel(opened: Opened, abandon: boolean, yes: boolean): Promise<void> {
  await finishBegun(opened);
  if (!(await mayDrop(opened, yes))) return console.log("nothing was changed");
  await drop(opened, { abandon });
  console.log(await holderLine(opened));
}

/** Asks where rows are dropped. What the engine refuses anyway is not asked about. */
export async function mayDrop({ app, extract, line }: Opened, isYes: boolean): Promise<boolean> {
  const { move, rows } = await extract.status();
  line.clear();
  if (move === undefined) return true;
  if (move.holder === "service") {
    if (move.state !== "copying") return true;
    const half = `Stop bringing ${app} home? What has arrived there${about(rows.copied)} is dropped; the service keeps its own.`;
    return confirmed(half, isYes);
  }
  // Of a database that does not run nobody has counted the rows: a complete copy has some all the same.
  const isCopied = move.mode === "stream" ? move.state === "ready" : move.info.lastSwitch;
  const hasRows = rows.copied > 0 || Boolean(isCopied);
  if (!hasRows) return true;
  const place = shownDatabase(move.target);
  const rest = about(rows.copied, ` in ${place}`);
  return confirmed(`Drop the service's copy of ${app}${rest}? The project keeps its own.`, isYes);
}

export async function drop(
  { extract, line, whole }: Opened,
  options: CancelOptions = {},
): Promise<void> {
  await whole("the end of the move is finished first", () => extract.cancel(options));
  line.clear();
}
