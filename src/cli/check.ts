/** `marcot check`: all static findings about a project at once. */
import type { Command } from "commander";
import type { Finding } from "../project/check.ts";
import { findProject } from "../project/find.ts";
import { style } from "./style.ts";

export function addCheck(program: Command): void {
  program
    .command("check")
    .description("look for mistakes in settings, apps, tables and in what apps import")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      "\nExits with 1 when there are errors; warnings alone give 0.\n\nExamples:\n  marcot check\n  marcot check --json",
    )
    .action(run);
}

async function run({ json = false }: { json?: boolean }): Promise<void> {
  const folder = findProject(process.cwd());
  // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
  const { checkProject } = await import("../project/check.ts");
  const findings = await checkProject({ folder, environment: process.env });
  const errors = findings.filter(({ level }) => level === "error").length;
  if (errors > 0) process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify(findings, null, 2));
    return;
  }
  for (const finding of findings) console.log(toText(finding));
  console.log(findings.length === 0 ? "no findings" : countOf(errors, findings.length - errors));
}

function toText({ id, level, where, what, hint }: Finding): string {
  const { file, line } = where;
  const place = line === undefined ? file : `${file}:${line}`;
  const colour = level === "error" ? "red" : "yellow";
  return `${style("bold", place)}: ${style(colour, `(${id})`)} ${what}\n    ${style("dim", "hint:")} ${hint}`;
}

function countOf(errors: number, warnings: number): string {
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  return `\n${plural(errors, "error")}, ${plural(warnings, "warning")}`;
}
