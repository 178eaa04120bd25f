/**
 * The table of commands, and how each of them may end: 0 when all is well, 1 when it failed or found
 * something, 2 when it was used wrongly.
 */
import { Command, CommanderError } from "commander";
import { MarcotError } from "../errors.ts";
import { addApps } from "./apps.ts";
import { addCheck } from "./check.ts";
import { addMakemigrations } from "./makemigrations.ts";
import { addMigrate } from "./migrate.ts";
import { addRunserver } from "./runserver.ts";
import { addShell } from "./shell.ts";
import { addStart } from "./start.ts";
import { style } from "./style.ts";

const commands = [
  addRunserver,
  addMigrate,
  addMakemigrations,
  addApps,
  addCheck,
  addShell,
  addStart,
];

/** Runs the command that the arguments name (`["apps", "--json"]`), and sets the exit code. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const program = new Command("marcot")
    .description("Apps in one project, each of which can become a service.")
    .exitOverride()
    .showHelpAfterError("(--help shows how it is used)")
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "marcot: ")),
    })
    .addHelpText("after", EXAMPLES);
  for (const addTo of commands) addTo(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    report(error);
  }
}

const EXAMPLES = `
Examples:
  marcot startproject shop          a new project
  marcot runserver                  all its apps in one process
  marcot apps                       where each app is provided, and who calls it
  marcot COMMAND --help             more of one command`;

function report(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.exitCode = 1;
  // What has no code is a mistake of ours or of an app's author: only its stack helps.
  if (!(error instanceof MarcotError) || process.env["DEBUG"]) {
    console.error(error);
    return;
  }
  const { message, fix, code } = error;
  // One line for a setting: supervisors show the last line of what a process said.
  if (code === "SettingInvalid") console.error(`marcot: ${message}. ${fix} [${code}]`);
  else console.error(`${style("red", "marcot:", process.stderr)} ${message}\n  ${fix} [${code}]`);
}
