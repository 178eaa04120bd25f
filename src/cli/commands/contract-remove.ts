/** `marcot contract remove`: refuses while somebody needs a version, else says which lines to change. */
import type { Command } from "commander";
import { fromName } from "../../contract/contract.ts";
import { MarcotError } from "../../errors.ts";
import type { Removal } from "../../project/usage/removal.ts";
import { SILENT_DAYS } from "../../project/usage/usage.ts";
import { reportUsage } from "../terminal/report.ts";
import { style } from "../terminal/style.ts";
import { type AppUsage, readUsage, verdictOf } from "./contract-usage.ts";

export function addContractRemove(contract: Command): void {
  contract
    .command("remove")
    .argument("<app/version>", "such as faq/v1")
    .description("say what to change so that a version is gone; refuse while it has callers")
    .addHelpText(
      "after",
      "\nIt edits nothing. Exits with 0 when the version can be removed, 1 when not, 2 when used wrongly.\n\nExamples:\n  marcot contract remove faq/v1",
    )
    .action(run);
}

async function run(name: string): Promise<void> {
  try {
    const { app, version } = fromName(name);
    const found = await readUsage(app, SILENT_DAYS);
    const usage = found.versions.find((one) => one.version === version);
    if (usage === undefined) throw unserved(app, version, found);
    const verdict = verdictOf(name, usage.obstacles).map((line) => line.slice(2));
    console.log(verdict.join("\n"));
    if (usage.obstacles.length > 0) {
      process.exitCode = 1;
      return;
    }
    // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
    const { removalOf } = await import("../../project/usage/removal.ts");
    console.log(toLines(removalOf({ ...found, version }), version).join("\n"));
  } catch (error) {
    reportUsage(error);
  }
}

function unserved(app: string, version: string, { versions }: AppUsage): MarcotError {
  const served = versions.map((one) => one.version).join(", ");
  const fix = "Name one of the versions that the app serves.";
  return new MarcotError("UnknownVersion", `${app} serves ${served}, not ${version}`, { fix });
}

function toLines({ edits, ended, isOldest }: Removal, version: string): string[] {
  return [
    ...edits.flatMap(({ place, old, fresh }) => [
      `  ${style("bold", place)}`,
      ...mark("-", "red", old),
      ...(fresh === undefined ? [] : mark("+", "green", fresh)),
    ]),
    ...(ended.length > 0 ? [`  These endpoints end with it: ${ended.join(", ")}.`] : []),
    ...(isOldest ? ["  Paths without a version, which mean the first one, end with it too."] : []),
    `  The declaration of ${version} stays where later versions are built from it. Callers then get 410.`,
  ];
}

function mark(sign: "-" | "+", colour: "red" | "green", text: string): string[] {
  return text.split("\n").map((line) => `  ${style(colour, `${sign} ${line}`)}`);
}
