/**
 * docs/reference/commands.md, made of what `--help` says. `node test/cli/reference.ts` writes it anew; a
 * test compares.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { createProgram } from "../../src/cli/program.ts";

export const referenceFile = join(
  import.meta.dirname,
  "..",
  "..",
  "docs",
  "reference",
  "commands.md",
);

/** What `marcot NAME --help` prints, by name (`contract diff`); `marcot` itself is the first. */
export function helps(): Map<string, string> {
  const program = createProgram();
  const all: [string, Command][] = program.commands.flatMap((one) =>
    one.commands.length === 0
      ? [[one.name(), one]]
      : one.commands.map((part) => [`${one.name()} ${part.name()}`, part]),
  );
  return new Map([["marcot", program] as const, ...all].map(([name, one]) => [name, helpOf(one)]));
}

function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({ getOutHelpWidth: () => 90, writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}

export function reference(): string {
  const sections = [...helps()].map(([name, help]) => {
    const title = name === "marcot" ? "marcot" : `marcot ${name}`;
    return `## ${title}\n\n\`\`\`\n${help.trimEnd()}\n\`\`\`\n`;
  });
  return `# Commands\n\n${ABOUT}\n\n${sections.join("\n")}`;
}

const ABOUT = `\`npx marcot\` in a project's folder, or below it; \`node manage.ts\` in it is the same.

| Exit code | Meaning                                         |
| --------- | ----------------------------------------------- |
| 0         | all is well                                     |
| 1         | it failed, or found something (check, migrate)  |
| 2         | it was used wrongly                             |
| 130, 143  | stopped by SIGINT or SIGTERM before it was done |

Answers go to standard output, errors to standard error: what happened, then what to do and a code.
\`runserver\` writes its log to standard output: lines for people on a terminal, JSON lines elsewhere.`;

if (import.meta.main) writeFileSync(referenceFile, reference());
