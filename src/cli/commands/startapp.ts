/** `marcot startapp`: a copy of templates/app, and what to do next. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { MarcotError } from "../../errors.ts";
import { findProject } from "../../project/find.ts";
import { toName } from "../name.ts";
import { copyTemplate } from "../template.ts";

export function addStartapp(program: Command): void {
  program
    .command("startapp")
    .argument("<name>", "of small letters, digits and hyphens", toName)
    .description("create an app in the project's folder apps/")
    .addHelpText("after", "\nExample:\n  marcot startapp faq")
    .action(startapp);
}

function startapp(name: string): void {
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
      "When others are to rely on its contract, keep what it promises in git; `marcot check` compares with it:",
      `  npx marcot contract lock ${name}`,
    ].join("\n"),
  );
}
