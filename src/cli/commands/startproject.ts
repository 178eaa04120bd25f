/** `marcot startproject`: a copy of templates/project, and what to do next. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { MarcotError } from "../../errors.ts";
import { toName } from "../name.ts";
import { copyTemplate } from "../template.ts";

export function addStartproject(program: Command): void {
  program
    .command("startproject")
    .argument("<name>", "of small letters, digits and hyphens", toName)
    .argument("[folder]", "default: a new folder of that name")
    .description("create a project")
    .addHelpText("after", "\nExamples:\n  marcot startproject shop\n  marcot startproject shop .")
    .action(startproject);
}

function startproject(name: string, folderName = name): void {
  const folder = resolve(folderName);
  refuseTaken(folder);
  copyTemplate("project", folder, name);
  const there = relative(process.cwd(), folder);
  console.log(
    [
      `Created the project ${name} in ${folder}. Next:`,
      ...(there === "" ? [] : [`  cd ${there}`]),
      "  npm install",
      "  npm start                    # a first page that says what to do",
      "  npx marcot startapp hello    # the first app",
    ].join("\n"),
  );
}

/** A new repository has its .git, and is empty all the same. */
function refuseTaken(folder: string): void {
  if (!existsSync(folder)) return;
  const fix = "Name another folder; nothing is overwritten.";
  if (!statSync(folder).isDirectory())
    throw new MarcotError("CommandInvalid", `${folder} is a file`, { fix });
  if (readdirSync(folder).some((name) => name !== ".git"))
    throw new MarcotError("CommandInvalid", `${folder} is not empty`, { fix });
}
