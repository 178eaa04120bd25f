/** `marcot contract remove`: refuses while somebody needs a version, else says which lines to change. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { fromName } from "../../../contract/contract.ts";
import { MarcotError } from "../../../errors.ts";
import { LOCK, readLock, removedBreak, withBreak } from "../../../lock/stored.ts";
import type { Removal } from "../../../project/usage/removal.ts";
import { SILENT_DAYS } from "../../../project/usage/usage.ts";
import { reportUsage } from "../../terminal/report.ts";
import { style } from "../../terminal/style.ts";
import { type AppUsage, readUsage, verdictOf } from "./usage.ts";

export function addContractRemove(contract: Command): void {
  contract
    .command("remove")
    .argument("<app/version>", "such as faq/v1")
    .description("say what to change so that a version is gone; refuse while it has callers")
    .option("--break <reason>", "remove it although it has callers, and note why")
    .addHelpText(
      "after",
      `
It edits no code. What lets the version go is noted in contract.lock, where \`marcot check\` reads it
without the database: the reason, or that nobody calls it.

Exits with 0 when the version can be removed, 1 when not, 2 when used wrongly.

Examples:
  marcot contract remove faq/v1
  marcot contract remove faq/v1 --break "its last caller ends on Friday"`,
    )
    .action(run);
}

async function run(name: string, flags: { readonly break?: string }): Promise<void> {
  try {
    const reason = flags.break?.trim();
    if (reason === "") throw invalid("--break needs a reason", "Say why callers may be broken.");
    const { app, version } = fromName(name);
    const found = await readUsage(app, SILENT_DAYS);
    const usage = found.versions.find((one) => one.version === version);
    if (usage === undefined) throw unserved(app, version, found);
    const { obstacles, state } = usage;
    if (reason !== undefined && obstacles.length === 0)
      throw invalid(`nothing stands in the way of removing ${name}`, "Leave --break away.");
    const verdict = verdictOf(name, obstacles).map((line) => line.slice(2));
    console.log(verdict.join("\n"));
    // The newest version is what the views answer: without it there is no app.
    if (obstacles.length > 0 && (reason === undefined || state === "newest")) {
      process.exitCode = 1;
      return;
    }
    // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
    const { removalOf } = await import("../../../project/usage/removal.ts");
    const removal = removalOf({ ...found, version });
    if (reason !== undefined) console.log(`It is removed all the same: ${reason}`);
    console.log(toLines(removal, version).join("\n"));
    const silence = `nobody called it in ${SILENT_DAYS} days, by the ledger of ${today()}`;
    const isNoted = note(found.folder, version, reason ?? silence);
    if (isNoted) console.log(`  ${LOCK} has the reason. Then run \`marcot contract lock ${app}\`.`);
  } catch (error) {
    reportUsage(error);
  }
}

function invalid(message: string, fix: string): MarcotError {
  return new MarcotError("CommandInvalid", message, { fix });
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** An app without a lock has promised nothing that could be broken. */
function note(folder: string, version: string, reason: string): boolean {
  const path = join(folder, LOCK);
  if (!existsSync(path)) return false;
  const stored = readLock(readFileSync(path, "utf8"), path);
  writeFileSync(path, withBreak(stored, removedBreak(version, reason)));
  return true;
}

function unserved(app: string, version: string, { versions }: AppUsage): MarcotError {
  const served = versions.map((one) => one.version).join(", ");
  const fix = "Name one of the versions that the app serves.";
  return new MarcotError("UnknownVersion", `${app} serves ${served}, not ${version}`, { fix });
}

function toLines({ edits, ended, isOldest }: Removal, version: string): string[] {
  const retirement = `{ deprecated: "${today()}", sunset: "${today()}", gone: true }`;
  return [
    ...edits.flatMap(({ place, old, fresh }) => [
      `  ${style("bold", place)}`,
      ...mark("-", "red", old),
      ...(fresh === undefined ? [] : mark("+", "green", fresh)),
    ]),
    ...(edits.some(({ fresh }) => fresh !== undefined)
      ? []
      : [`  Write in the contract: retire(${version}, ${retirement});`]),
    ...(ended.length > 0 ? [`  These endpoints end with it: ${ended.join(", ")}.`] : []),
    ...(isOldest ? ["  Paths without a version, which mean the first one, end with it too."] : []),
    `  The declaration of ${version} stays where later versions are built from it. Callers then get 410.`,
  ];
}

function mark(sign: "-" | "+", colour: "red" | "green", text: string): string[] {
  return text.split("\n").map((line) => `  ${style(colour, `${sign} ${line}`)}`);
}
