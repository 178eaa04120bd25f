/** `marcot deployed`: writes down which commit of which apps runs in an environment. */
import { relative } from "node:path";
import { Argument, type Command, Option } from "commander";
import { MarcotError } from "../../errors.ts";
import { findProject } from "../../project/find.ts";
import { toEnvironment, toNames } from "../name.ts";
import { reportUsage } from "../terminal/report.ts";
import { style } from "../terminal/style.ts";

interface Flags {
  readonly to: string;
  readonly commit: string;
  readonly rolling?: boolean;
  readonly remove?: boolean;
}

export function addDeployed(program: Command): void {
  program
    .command("deployed")
    .addArgument(new Argument("<apps...>", "apps that were deployed").argParser(toNames))
    .description("write down which commit of an app runs where, for can-i-deploy")
    .addOption(
      new Option("--to <environment>", "where it runs: production")
        .argParser(toEnvironment)
        .makeOptionMandatory(),
    )
    .option("--commit <ref>", "what runs", "HEAD")
    .option("--rolling", "the commits that ran before still run too")
    .addOption(new Option("--remove", "it runs there no more").conflicts("rolling"))
    .addHelpText(
      "after",
      `
Writes deploy/ENVIRONMENT.lock in the project's folder; commit it to the default branch. What ran
before is replaced: say it at the end of a deploy, when nothing else runs any more. While a deploy
rolls, say it with --rolling at its beginning, so that both commits count, and again without at
its end. Exits with 2 when used wrongly.

Examples:
  marcot deployed faq --to production
  marcot deployed faq tickets --to staging --commit v1.4.0
  marcot deployed faq --to production --rolling
  marcot deployed faq --to production --remove`,
    )
    .action(run);
}

async function run(apps: readonly string[], flags: Flags): Promise<void> {
  try {
    const project = findProject(process.cwd());
    const { deployedFile, record } = await import("../../deploy/deployed.ts");
    const path = deployedFile(project, flags.to);
    const { remove = false, rolling = false } = flags;
    const commit = remove ? undefined : await commitOf(project, apps, flags.commit);
    const running = commit === undefined ? undefined : { commit, at: new Date().toISOString() };
    record(path, { apps, running, isRolling: rolling });
    const what = commit === undefined ? "runs there no more" : `runs at ${commit.slice(0, 7)}`;
    const beside = rolling ? ", beside what ran before" : "";
    const name = style("bold", relative(project, path));
    for (const app of apps) console.log(`${name}: ${app} ${what}${beside}`);
  } catch (error) {
    reportUsage(error);
  }
}

/** Only what can be read again later is worth writing down. */
async function commitOf(project: string, apps: readonly string[], ref: string): Promise<string> {
  // Loaded only here: its parser is a native package.
  const { appsAt, isUnknown } = await import("../../deploy/apps-at.ts");
  const at = await appsAt(project, ref);
  if (isUnknown(at)) {
    throw new MarcotError("CommandInvalid", at.why, { fix: "Fetch it, or say another --commit." });
  }
  const foreign = apps.find((app) => !at.names.includes(app));
  if (foreign === undefined) return at.commit;
  throw new MarcotError("CommandInvalid", `there is no app ${foreign} at ${ref}`, {
    fix: `Name one of its apps: ${at.names.join(", ") || "it has none"}.`,
  });
}
