/** `marcot boundaries check`: what crosses a boundary and is not listed in boundaries.todo. */
import { type Command, Option } from "commander";
import type { Format } from "../../../lock/compared.ts";
import type { Checked } from "../../../where-to-start/boundaries/boundaries.ts";
import { withProgress } from "../../terminal/one-line.ts";
import { style } from "../../terminal/style.ts";
import { plural } from "../../../where-to-start/report/plural.ts";
import { notes } from "./todo.ts";

interface Flags {
  readonly json?: boolean;
  readonly format: Format;
  readonly strict?: boolean;
}

export function addBoundariesCheck(boundaries: Command): void {
  boundaries
    .command("check")
    .argument("[path]", "the folder that has boundaries.todo", ".")
    .description("fail on what crosses a boundary and is not in boundaries.todo")
    .option("--strict", "fail on lines of boundaries.todo too that are no longer needed")
    .option("--json", "as JSON, for scripts; the same as --format json")
    .addOption(
      new Option("--format <format>", "how findings are written")
        .choices(["text", "json", "github", "junit", "markdown"])
        .default("text"),
    )
    .addHelpText(
      "after",
      `
What the units are, boundaries.todo says. In a project of Marcot \`marcot check\` does this too.
Exits with 1 when something is new; lines that are no longer needed are warnings.

Examples:
  marcot boundaries check
  marcot boundaries check ../shop --format github
  marcot boundaries check --strict`,
    )
    .action(run);
}

async function run(path: string, { json = false, format, strict = false }: Flags): Promise<void> {
  // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
  const { checkTodo } = await import("../../../where-to-start/boundaries/boundaries.ts");
  const { report } = await import("../../terminal/findings.ts");
  const checked = await withProgress((onRead) => checkTodo(path, { onRead }));
  const { findings, read } = checked;
  const isWrong = findings.some(({ level }) => level === "error" || strict);
  if (isWrong) process.exitCode = 1;
  const asked = json ? "json" : format;
  const told = { findings, silenced: [], contracts: [] };
  const text = await report(told, { format: asked, folder: read.root });
  if (asked === "text") for (const line of notes(read.problems)) console.log(line);
  if (text !== "") console.log(text);
  if (asked === "text") console.log(style("dim", standing(checked)));
}

function standing({ listed, allowed, read }: Checked): string {
  const parts = [`${plural(listed, "tie")} listed`, `${allowed} allowed`];
  return `${parts.join(", ")}, between ${plural(read.units.length, "unit")} (${read.kind})`;
}
