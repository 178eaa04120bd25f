/** The single steps of a move, each as a command of its own: start, verify, switch, reverse, resume. */
import { type Command, Option } from "commander";
import { shownDatabase } from "../../../data/database.ts";
import { MarcotError } from "../../../errors.ts";
import type { StartOptions } from "../../../extract/extract.ts";
import type { Mode, SideName, Verified } from "../../../extract/types.ts";
import { reportUsage } from "../../terminal/report.ts";
import { span } from "../../terminal/time.ts";
import { confirmed, type Opened, withExtract } from "./opened.ts";
import { homeOf, toAddress, toMilliseconds, toTarget } from "./options.ts";
import { targetOf } from "./target.ts";
import { facts, followsText, plural, switchedFacts, verifiedLines, whereLine } from "./words.ts";

export function addStart(extract: Command): void {
  extract
    .command("start")
    .argument("<app>", "the app that is to become a service")
    .description("copy the app to its new database, and keep the copy up to date from then on")
    .option("--to <url>", "an empty database, as its owner; or embedded:FOLDER", toTarget)
    .addOption(
      new Option("--mode <mode>", "copy: its rows are copied at the switch, while writes wait")
        .choices(["stream", "copy"])
        .default("stream"),
    )
    .option("--replace", "delete what lies in the app's schema there already")
    .option("--yes", "do not ask before --replace")
    .addHelpText(
      "after",
      `
People go on working. It ends when the copy is complete; Ctrl+C before that stops only the watching, and
the same command watches again.

Examples:
  marcot extract start faq --to postgres://owner@db2.example.org/faq
  marcot extract start faq --to embedded:./.data-faq --replace --yes`,
    )
    .action((app: string, flags: StartFlags) => withExtract(app, (opened) => start(opened, flags)));
}

interface StartFlags {
  readonly to?: string;
  readonly mode: Mode;
  readonly replace?: boolean;
  readonly yes?: boolean;
}

async function start(opened: Opened, flags: StartFlags) {
  const { to, mode, replace = false, yes = false } = flags;
  const { app } = opened;
  const target = await targetOf(opened, to);
  const question = `Delete what lies in the schema ${app} of ${shownDatabase(target)}?`;
  if (replace && !(await confirmed(question, yes))) return console.log("nothing was changed");
  const copied = await copy(opened, { to: target, replace, mode });
  opened.line.clear();
  if (mode === "copy") return console.log(`${app} is ready: its rows are copied at the switch`);
  console.log(`${app} is copied, and ${followsText(target)}`);
  for (const line of facts([["copied", copied]])) console.log(line);
}

/** `1,204,337 rows in 38 s`. */
export async function copy(
  { extract, line, told }: Opened,
  options: StartOptions,
): Promise<string> {
  const begun = performance.now();
  await extract.start(options);
  line.clear();
  return `${plural(told(), "row")} in ${span(performance.now() - begun)}`;
}

export function addVerify(extract: Command): void {
  extract
    .command("verify")
    .argument("<app>", "an app that moves")
    .description("compare each row of both sides, while people go on")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
What differs because it was just written is looked at again when it has arrived. Exits with 0 when both
sides are the same, 1 when rows differ, 2 when used wrongly.

Examples:
  marcot extract verify faq
  marcot extract verify faq --json`,
    )
    .action((app: string, { json = false }: { readonly json?: boolean }) =>
      withExtract(app, async (opened) => {
        const verified = await compare(opened);
        opened.line.clear();
        const lines = json ? [JSON.stringify(verified, null, 2)] : verifiedLines(app, verified);
        console.log(lines.join("\n"));
        if (verified.different > 0) process.exitCode = 1;
      }).catch(reportUsage),
    );
}

/** Fails with MoveRefused where there are not two sides to compare. */
export async function compare(opened: Opened): Promise<Verified> {
  const { app, extract, line, signal } = opened;
  const move = await extract.move();
  if (move?.state !== "ready") {
    throw new MarcotError("MoveRefused", `${app} has no complete copy that could be compared`, {
      fix: `\`marcot extract status ${app}\` says how far it is.`,
    });
  }
  if (move.mode === "copy") {
    const message = `the rows of ${app} are copied at the switch: until then there are not two sides to compare`;
    throw new MarcotError("MoveRefused", message, {
      fix: "A switch that copies counts the rows of both sides itself.",
    });
  }
  // Loaded only here: the comparison is large.
  const { verify } = await import("../../../extract/verify/verify.ts");
  const sides = {
    project: { ownerUrl: await opened.ownerUrl() },
    service: { ownerUrl: await opened.serviceUrl() },
  };
  const other = move.holder === "project" ? "service" : "project";
  const say = (told: Parameters<typeof line.say>[0]) => line.say(told);
  return verify({ app, from: sides[move.holder], to: sides[other], say, signal });
}

export interface SwitchFlags {
  readonly service?: string;
  readonly home?: string;
  readonly budget?: number;
  readonly drain?: number;
  readonly pause?: number;
}

export function addSwitch(extract: Command): void {
  withSwitchOptions(extract.command("switch"))
    .description("let the service provide the app from now on; writes wait for a moment")
    .option("--service <url>", "where the service is. Default: as it was said before", toAddress)
    .option("--home <url>", "the project, as the service reaches it", toAddress)
    .addHelpText(
      "after",
      `
No request fails: writes wait until the service takes them, reads go on. When that takes longer than the
budget, all is as before, and it is tried again up to 8 times. The way back is open afterwards: reverse.

Examples:
  marcot extract switch faq --service http://faq.internal:8001
  marcot extract switch faq --service http://127.0.0.1:8001 --home http://127.0.0.1:8000 --budget 500`,
    )
    .action((app: string, flags: SwitchFlags) =>
      withExtract(app, (opened) => printSwitch(opened, "service", flags)),
    );
}

export function addReverse(extract: Command): void {
  withSwitchOptions(extract.command("reverse"))
    .description("let the project provide the app again; nothing that was written is lost")
    .addHelpText(
      "after",
      `
The service's copy stays and follows, so that \`marcot extract switch\` goes there again.

Examples:
  marcot extract reverse faq`,
    )
    .action((app: string, flags: SwitchFlags) =>
      withExtract(app, (opened) => printSwitch(opened, "project", flags)),
    );
}

function withSwitchOptions(command: Command): Command {
  return command
    .argument("<app>", "an app that is copied")
    .option("--budget <ms>", "how long writes may wait. Default: 1000", toMilliseconds)
    .option("--drain <ms>", "how long jobs may take to end before. Default: 30000", toMilliseconds)
    .option(
      "--pause <ms>",
      "where rows are copied at the switch: the allowed pause",
      toMilliseconds,
    );
}

async function printSwitch(opened: Opened, to: SideName, flags: SwitchFlags): Promise<void> {
  const lines = await change(opened, to, flags);
  console.log(lines.join("\n"));
}

/** Changes sides, and says so. Not cut off: it ends, or backs out, first. */
export async function change(
  opened: Opened,
  to: SideName,
  flags: SwitchFlags,
): Promise<readonly string[]> {
  const { app, extract, line, whole } = opened;
  const { service, home, budget, drain, pause } = flags;
  const isCopied = (await extract.move())?.mode === "copy" && pause !== undefined;
  const long = isCopied ? `${span(pause)} at most, and some seconds` : "some seconds";
  const told = `the switch is finished first, or backed out of; that takes ${long}`;
  const switched = await whole(told, () =>
    extract.switch(to, {
      ...(service !== undefined && { service }),
      ...(home !== undefined && { home: homeOf(home, app) }),
      ...(budget !== undefined && { budgetMs: budget }),
      ...(drain !== undefined && { drainMs: drain }),
      ...(pause !== undefined && { pauseMs: pause }),
    }),
  );
  const move = await extract.move();
  line.clear();
  return [
    whereLine(app, switched.holder, move?.service ?? null),
    ...facts([
      ...switchedFacts(switched),
      ...(move?.info.problem === undefined ? [] : [["problem", move.info.problem] as const]),
    ]),
  ];
}

export function addResume(extract: Command): void {
  extract
    .command("resume")
    .argument("<app>", "an app whose move was broken off")
    .description("finish, or take back, what a command that died has begun")
    .option("--take-over", "end the command that works on the move: it hangs")
    .addHelpText(
      "after",
      `
It looks at what both databases say, not at what the dead command meant. Repeating it does no harm.

Examples:
  marcot extract resume faq
  marcot extract resume faq --take-over`,
    )
    .action((app: string, { takeOver = false }: { readonly takeOver?: boolean }) =>
      withExtract(app, async (opened) => {
        const move = await opened.extract.move();
        const resume = () => opened.extract.resume({ takeOver });
        const told = "what was begun is finished first; that takes some seconds";
        // A copy takes as long as it takes, and whoever stops it loses nothing.
        const isCopying = move?.state === "copying" && move.info.ending === undefined;
        const found = await (isCopying ? resume() : opened.whole(told, resume));
        opened.line.clear();
        console.log(found);
      }),
    );
}
