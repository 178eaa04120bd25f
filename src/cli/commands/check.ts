/** `marcot check`: all static findings about a project at once. */
import type { Command } from "commander";
import { findProject } from "../../project/find.ts";
import type { Finding } from "../../project/findings.ts";
import { style } from "../terminal/style.ts";

export function addCheck(program: Command): void {
  program
    .command("check")
    .description("look for mistakes in settings, apps, tables and in what apps import")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
Exits with 1 when there are errors; warnings alone give 0. A finding that is meant so is silenced
in settings.ts, by its id and with the reason: silenced: { "apps.W001": "not finished yet" }.

Examples:
  marcot check
  marcot check --json`,
    )
    .action(run);
}

async function run({ json = false }: { json?: boolean }): Promise<void> {
  const folder = findProject(process.cwd());
  // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
  const { checkProject } = await import("../../project/check.ts");
  const { findings, silenced } = await checkProject({ folder, environment: process.env });
  if (findings.some(({ level }) => level === "error")) process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify({ findings, silenced }, null, 2));
    return;
  }
  for (const finding of findings) console.log(toText(finding));
  console.log(toSummary(findings, silenced.length));
}

function toText({ id, level, where, what, hint }: Finding): string {
  const { file, line } = where;
  const place = line === undefined ? file : `${file}:${line}`;
  const colour = level === "error" ? "red" : "yellow";
  return `${style("bold", place)}: ${style(colour, `(${id})`)} ${what}\n    ${style("dim", "hint:")} ${hint}`;
}

function toSummary(findings: readonly Finding[], silenced: number): string {
  const isSilenced = silenced === 0 ? "" : `, ${silenced} silenced`;
  if (findings.length === 0) return `no findings${isSilenced}`;
  const errors = findings.filter(({ level }) => level === "error").length;
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const counts = `${plural(errors, "error")}, ${plural(findings.length - errors, "warning")}`;
  return `\n${counts}${isSilenced}`;
}
