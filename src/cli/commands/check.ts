/** `marcot check`: all static findings about a project at once. */
import { type Command, Option } from "commander";
import type { Format } from "../../lock/compared.ts";
import { findProject } from "../../project/find.ts";

interface Flags {
  readonly json?: boolean;
  readonly format: Format;
  readonly against?: string;
}

export function addCheck(program: Command): void {
  program
    .command("check")
    .description("look for mistakes in settings, apps, contracts, tables and in what apps import")
    .option("--json", "as JSON, for scripts; the same as --format json")
    .addOption(
      new Option("--format <format>", "how findings are written")
        .choices(["text", "json", "github", "junit", "markdown"])
        .default("text"),
    )
    .option(
      "--against <ref>",
      "compare contracts with where HEAD left this branch, tag or commit (default: the default branch)",
    )
    .addHelpText(
      "after",
      `
Exits with 1 when there are errors; warnings alone give 0. A finding that is meant so is silenced
in settings.ts, by its id and with the reason: silenced: { "apps.W001": "not finished yet" }.

The contract of each of the project's own apps is compared with its contract.lock, and with that
file where HEAD left the default branch in git (origin/HEAD, main or master). Nothing is fetched:
a shallow clone needs its history first (in CI: fetch-depth: 0).

Examples:
  marcot check
  marcot check --json
  marcot check --against HEAD~1 --format github`,
    )
    .action(run);
}

async function run({ json = false, format, against }: Flags): Promise<void> {
  const folder = findProject(process.cwd());
  // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
  const { checkProject } = await import("../../project/check/check.ts");
  const { report } = await import("../terminal/findings.ts");
  const checked = await checkProject({ folder, environment: process.env, against });
  if (checked.findings.some(({ level }) => level === "error")) process.exitCode = 1;
  const text = await report(checked, { format: json ? "json" : format, folder });
  if (text !== "") console.log(text);
}
