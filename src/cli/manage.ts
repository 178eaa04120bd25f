/** `marcot/manage`: the commands for a project's own `manage.ts`, which says `await manage()`. */
import { runCommand } from "./program.ts";
import { report } from "./terminal/report.ts";

/** Runs the command that the arguments name. Default: those of the process. */
export async function manage(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  process.stdout.on("error", refuseAllButClosed);
  await runCommand(argv);
}

/** Whoever reads may stop reading: `marcot check | head`. What cannot be told otherwise is the end. */
function refuseAllButClosed(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  report(error);
  process.exit();
}
