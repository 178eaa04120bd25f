/** `marcot startproject` and `marcot startapp`: copies of templates/, and what to do next. */
import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { MarcotError } from "../errors.ts";
import { findProject } from "../project/find.ts";
import { copyTemplate } from "./template.ts";

export function addStart(program: Command): void {
  program
    .command("startproject")
    .argument("<name>", "of small letters, digits and hyphens", toName)
    .argument("[folder]", "default: a new folder of that name")
    .description("create a project")
    .addHelpText("after", "\nExamples:\n  marcot startproject shop\n  marcot startproject shop .")
    .action(startProject);
  program
    .command("startapp")
    .argument("<name>", "of small letters, digits and hyphens", toName)
    .description("create an app in the project's folder apps/")
    .addHelpText("after", "\nExample:\n  marcot startapp faq")
    .action(startApp);
}

/** What a name is used as would clash: PostgreSQL's schemas, our package, words of JavaScript in the shell. */
const TAKEN = new Set(
  (
    "public marcot project test tests apps node await break case catch class const continue debugger " +
    "default delete do else enum export extends false finally for function if implements import in " +
    "instanceof interface let new null package private protected return static super switch this " +
    "throw true try typeof undefined var void while with yield"
  ).split(" "),
);

function toName(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(text) || text.endsWith("-")) {
    throw new InvalidArgumentError(
      "A name begins with a small letter and has small letters, digits and hyphens, at most 40.",
    );
  }
  if (TAKEN.has(text)) throw new InvalidArgumentError(`"${text}" has another meaning already.`);
  return text;
}

function startProject(name: string, folderName = name): void {
  const folder = resolve(folderName);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new MarcotError("CommandInvalid", `${folder} is not empty`, {
      fix: "Name another folder; nothing is overwritten.",
    });
  }
  copyTemplate("project", folder, name);
  const there = relative(process.cwd(), folder);
  console.log(
    [
      `Created the project ${name} in ${folder}. Next:`,
      ...(there === "" ? [] : [`  cd ${there}`]),
      "  npm install",
      "  npx marcot startapp hello",
    ].join("\n"),
  );
}

function startApp(name: string): void {
  const project = findProject(process.cwd());
  const folder = join(project, "apps", name);
  if (existsSync(folder)) {
    throw new MarcotError("CommandInvalid", `${folder} exists already`, {
      fix: "Choose another name; nothing is overwritten.",
    });
  }
  copyTemplate("app", folder, name);
  console.log(
    [
      `Created the app ${name} in ${folder}. Next, add it to the apps in settings.ts:`,
      `  apps: [..., "${name}"],`,
      "and start the project:",
      "  npx marcot runserver",
    ].join("\n"),
  );
}
