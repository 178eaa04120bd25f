/** `marcot can-i-deploy`: whether what runs in an environment gets along with a commit of an app, from git. */
import { relative } from "node:path";
import { Argument, type Command, Option } from "commander";
import type { Matrix } from "../../deploy/matrix.ts";
import { MarcotError } from "../../errors.ts";
import { findProject } from "../../project/find.ts";
import { toEnvironment, toNames } from "../name.ts";
import { reportUsage } from "../terminal/report.ts";

interface Flags {
  readonly to: string;
  readonly at: string;
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly live?: boolean;
}

export function addCanIDeploy(program: Command): void {
  program
    .command("can-i-deploy")
    .addArgument(new Argument("<apps...>", "apps to deploy, together").argParser(toNames))
    .description("say whether what runs in an environment gets along with this commit")
    .addOption(
      new Option("--to <environment>", "where: production")
        .argParser(toEnvironment)
        .makeOptionMandatory(),
    )
    .option("--at <ref>", "the commit to deploy", "HEAD")
    .option("--json", "as JSON, for scripts")
    .option("--strict", "what is unknown is a no")
    .option("--live", "ask each provider what it serves, at its address (FAQ_API), in place of git")
    .addHelpText(
      "after",
      `
Reads from git alone; nothing runs, nothing is fetched, and what is not committed is not seen. What
runs where is in deploy/ENVIRONMENT.lock, which \`marcot deployed\` writes. Each caller that runs
there is compared by contract.lock: as it was at the caller's commit, with what is to be deployed;
and each provider that runs there with what the app calls. Only the endpoints that a caller's source
names count, and of those what uses.lock says that it sends and reads; without that, all of it.

A provider from another repository is known by the contract that was pulled, which may be old; with
--live it is asked. What is not known is a warning.

Exits with 0 for yes, 1 for no, 2 when used wrongly.

Examples:
  marcot can-i-deploy faq --to production
  marcot can-i-deploy faq tickets --to production --at v1.4.0
  marcot can-i-deploy faq --to staging --strict --json
  FAQ_API=https://faq.example.com marcot can-i-deploy tickets --to production --live`,
    )
    .action(run);
}

async function run(apps: readonly string[], flags: Flags): Promise<void> {
  const { json = false, strict = false, to: environment } = flags;
  try {
    const project = findProject(process.cwd());
    const { deployedFile, readDeployed } = await import("../../deploy/deployed.ts");
    const path = deployedFile(project, environment);
    const deployed = readDeployed(path);
    const more = { environment, deployed: deployed ?? {}, ask: await askerOf(flags) };
    const matrix = await answer(project, apps, flags.at, more);
    const missing = deployed === undefined ? relative(project, path) : undefined;
    const isUnknown = missing !== undefined || matrix.rows.some((row) => row.verdict === "unknown");
    const isNo = matrix.rows.some((row) => row.verdict === "no") || (strict && isUnknown);
    process.exitCode = isNo ? 1 : 0;
    if (json) {
      const said = { answer: isNo ? "no" : "yes", isRecorded: missing === undefined, ...matrix };
      console.log(JSON.stringify(said, null, 2));
      return;
    }
    const { matrixLines } = await import("../terminal/matrix.ts");
    for (const line of matrixLines(matrix, { isNo, missing })) console.log(line);
  } catch (error) {
    reportUsage(error);
  }
}

async function askerOf({ live = false }: Flags) {
  if (!live) return undefined;
  const { liveLock } = await import("../../deploy/live.ts");
  return (app: string) => liveLock(app, process.env);
}

async function answer(
  project: string,
  apps: readonly string[],
  ref: string,
  more: Pick<
    Parameters<typeof import("../../deploy/matrix.ts").matrixOf>[0],
    "environment" | "deployed" | "ask"
  >,
): Promise<Matrix> {
  // Loaded only here: its parser is a native package.
  const { appsAt, isUnknown } = await import("../../deploy/apps-at.ts");
  const { matrixOf } = await import("../../deploy/matrix.ts");
  const to = await appsAt(project, ref);
  if (isUnknown(to)) {
    throw new MarcotError("CommandInvalid", to.why, { fix: "Fetch it, or say another --at." });
  }
  const foreign = apps.find((app) => !to.names.includes(app));
  if (foreign !== undefined) {
    throw new MarcotError("CommandInvalid", `there is no app ${foreign} at ${ref}`, {
      fix: `Name one of its apps: ${to.names.join(", ") || "it has none"}.`,
    });
  }
  return matrixOf({ project, apps, ...more }, to);
}
