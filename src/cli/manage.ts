/** The table of commands. A project's own `manage.ts` calls it too: `await manage()`. */
import { Command, CommanderError } from "commander";
import { MarcotError } from "../errors.ts";
import { addApps } from "./apps.ts";
import { addMakemigrations } from "./makemigrations.ts";
import { addMigrate } from "./migrate.ts";
import { addRunserver } from "./runserver.ts";

/** Runs the command that the arguments name, and sets the exit code: 1 a failure, 2 a wrong usage. */
export async function manage(argv: readonly string[] = process.argv): Promise<void> {
  const program = new Command("marcot")
    .description("Apps in one project, each of which can become a service.")
    .exitOverride()
    .showHelpAfterError("(--help shows how it is used)");
  for (const addTo of [addRunserver, addMigrate, addMakemigrations, addApps]) addTo(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    report(error);
  }
}

function report(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.exitCode = 1;
  if (!(error instanceof MarcotError) || process.env["DEBUG"]) {
    console.error(error);
    return;
  }
  console.error(`marcot: ${error.message}. ${error.fix} [${error.code}]`);
}
