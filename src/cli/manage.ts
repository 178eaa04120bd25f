/** `marcot/manage`: the commands for a project's own `manage.ts`, which says `await manage()`. */
import { runCommand } from "./program.ts";

/** Runs the command that the arguments name. Default: those of the process. */
export async function manage(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  await runCommand(argv);
}
