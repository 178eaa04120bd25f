/** `marcot absorb`: an app comes home, from wherever it is. */
import type { Command } from "commander";
import type { Move } from "../../extract/types.ts";
import { span } from "../terminal/time.ts";
import { drop, holderLine, mayDrop } from "./extract/ending.ts";
import { finishBegun, type Opened, refuseUnasked, withExtract } from "./extract/opened.ts";
import { toMilliseconds } from "./extract/options.ts";
import { change, type SwitchFlags } from "./extract/steps.ts";
import { facts, followsText, plural } from "./extract/words.ts";

interface Flags extends Pick<SwitchFlags, "budget" | "drain" | "pause"> {
  readonly keep?: boolean;
  readonly yes?: boolean;
}

export function addAbsorb(program: Command): void {
  program
    .command("absorb")
    .argument("<app>", "an app that moves, or has moved")
    .description("bring an app home from its service, with all that was written there")
    .option("--budget <ms>", "how long writes may wait. Default: 1000", toMilliseconds)
    .option("--drain <ms>", "how long jobs may take to end before. Default: 30000", toMilliseconds)
    .option(
      "--pause <ms>",
      "where rows are copied at the switch: the allowed pause",
      toMilliseconds,
    )
    .option("--keep", "let the service's copy stay, and follow: do not end the move")
    .option("--yes", "do not ask before the service's copy is dropped")
    .addHelpText(
      "after",
      `
After \`marcot extract complete\` all rows are copied home first, while people use the service. Stop the
service when the app is home.

Examples:
  marcot absorb faq
  marcot absorb faq --yes
  marcot absorb faq --keep          marcot extract switch faq goes there again`,
    )
    .action((app: string, flags: Flags) => withExtract(app, (opened) => absorb(opened, flags)));
}

async function absorb(opened: Opened, flags: Flags): Promise<void> {
  const { app } = opened;
  const { keep = false, yes = false } = flags;
  if ((await opened.extract.move()) === undefined) return tellAtHome(app);
  if (!keep) refuseUnasked(yes, "the service's copy may be dropped");
  const move = await finishBegun(opened);
  if (move === undefined) return tellAtHome(app);
  if (move.holder === "service") await bringHome(opened, move, flags);
  if (keep) return;
  if (!(await mayDrop(opened, yes))) {
    const follows = move.mode === "stream" ? `${followsText(move.target)}; ` : "";
    return console.log(`${follows}marcot extract cancel ${app} drops it`);
  }
  await drop(opened);
  if (move.holder === "project") console.log(await holderLine(opened));
  for (const line of facts([["done", "the service's copy is dropped: its process can be stopped"]]))
    console.log(line);
}

function tellAtHome(app: string): void {
  console.log(`${app} is at home, and nothing moves`);
}

async function bringHome(opened: Opened, move: Move, flags: Flags): Promise<void> {
  const { extract, line, told } = opened;
  const copied: [string, string][] = [];
  if (move.state === "completed" || move.state === "copying") {
    const begun = performance.now();
    await extract.startHome();
    line.clear();
    copied.push(["copied", `${plural(told(), "row")} home in ${span(performance.now() - begun)}`]);
  }
  const [where = "", ...rest] = await change(opened, "project", flags);
  console.log([where, ...facts(copied), ...rest].join("\n"));
}
