/**
 * The table of commands, and how each of them may end: 0 when all is well, 1 when it failed or found
 * something, 2 when it was used wrongly.
 */
import { Command } from "commander";
import { addAbsorb } from "./commands/absorb.ts";
import { addApps } from "./commands/apps.ts";
import { addBoundaries } from "./commands/boundaries/boundaries.ts";
import { addCanIDeploy } from "./commands/can-i-deploy.ts";
import { addCheck } from "./commands/check.ts";
import { addContract } from "./commands/contract/contract.ts";
import { addDeployed } from "./commands/deployed.ts";
import { addEvents } from "./commands/events/events.ts";
import { addExtract } from "./commands/extract/extract.ts";
import { addLoaddata } from "./commands/loaddata.ts";
import { addMakemigrations } from "./commands/makemigrations.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addRunserver } from "./commands/runserver.ts";
import { addShell } from "./commands/shell.ts";
import { addStartapp } from "./commands/startapp.ts";
import { addStartproject } from "./commands/startproject.ts";
import { addWhereToStart } from "./commands/where-to-start/where-to-start.ts";
import { report } from "./terminal/report.ts";

const commands = [
  addRunserver,
  addMigrate,
  addMakemigrations,
  addLoaddata,
  addApps,
  addCheck,
  addContract,
  addCanIDeploy,
  addDeployed,
  addEvents,
  addExtract,
  addAbsorb,
  addShell,
  addStartproject,
  addStartapp,
  addWhereToStart,
  addBoundaries,
];

/** The commands with their arguments, options and help. */
export function createProgram(): Command {
  const program = new Command("marcot")
    .description("Apps in one project, each of which can become a service.")
    .exitOverride()
    .showHelpAfterError("  --help shows how it is used. [CommandInvalid]")
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "marcot: ")),
    })
    .addHelpText("after", EXAMPLES);
  for (const addTo of commands) addTo(program);
  return program;
}

/** Runs the command that the arguments name (`["apps", "--json"]`), and sets the exit code. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...argv], { from: "user" });
  } catch (error) {
    report(error);
  }
}

const EXAMPLES = `
Examples:
  marcot startproject shop          a new project
  marcot runserver                  all its apps in one process
  marcot apps                       where each app is provided, and who calls it
  marcot COMMAND --help             more of one command

DEBUG=1 shows the whole stack of an error. NO_COLOR=1 takes the colours away.`;
