/** `marcot makemigrations APP`: writes what has changed in an app's tables as a migration. */
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { makeMigration } from "../data/makemigrations.ts";
import { MarcotError } from "../errors.ts";
import { findApp, findProject } from "../project/find.ts";

export function addMakemigrations(program: Command): void {
  program
    .command("makemigrations <app>")
    .description("write a migration for what has changed in an app's tables")
    .option("--name <name>", "what the migration is called after its number")
    .addHelpText("after", "\nExample:\n  marcot makemigrations faq --name add_related")
    .action(run);
}

async function run(app: string, { name }: { name?: string }): Promise<void> {
  const files = findApp(findProject(process.cwd()), app);
  if (files === undefined) throw new MarcotError("AppNotFound", `there is no app ${app}`);
  if (files.folder.split(sep).includes("node_modules")) {
    const message = `${app} is an installed package; its author writes its migrations`;
    throw new MarcotError("CommandInvalid", message);
  }
  const path = join(files.folder, `tables${files.extension}`);
  const tables: Record<string, unknown> = await import(pathToFileURL(path).href);
  const folder = join(files.folder, "migrations");
  const made = await makeMigration({ app, folder, tables, ...(name ? { name } : {}) });
  if (made === undefined) {
    console.log(`${app}: nothing has changed`);
    return;
  }
  console.log(`${app}: wrote ${made.file}`);
  for (const lost of made.destroys) console.log(`  this destroys data: ${lost}`);
}
