/** `marcot/manage`: the commands for a project's own `manage.ts`, which says `await manage()`. */
import { complaintAbout } from "./node-version.ts";
import { runCommand } from "./program.ts";

/** Runs the command that the arguments name. Default: those of the process. */
export async function manage(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const complaint = complaintAbout(process.version);
  if (complaint === undefined) return runCommand(argv);
  console.error(complaint);
  process.exitCode = 1;
}
