/** `marcot makemigrations APP`: writes what has changed in an app's tables as a migration. */
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import type { Command } from "commander";
import { makeMigration } from "../../data/makemigrations.ts";
import { MarcotError } from "../../errors.ts";
import { type AppFiles, findApp, findProject, loadSettings } from "../../project/find.ts";
import { loadFile } from "../../project/load.ts";
import { nearest } from "../../project/name.ts";
import { inspectSettings } from "../../project/settings.ts";
import { toName } from "../name.ts";
import { style } from "../terminal/style.ts";

interface MakemigrationsOptions {
  readonly name?: string;
  readonly json?: boolean;
}

export function addMakemigrations(program: Command): void {
  program
    .command("makemigrations")
    .argument("<app>", "an app of the project, or of a workspace that is linked to it", toName)
    .description("write a migration for what has changed in an app's tables")
    .option("--name <name>", "what the migration is called after its number")
    .option("--json", "as JSON, for scripts")
    .addHelpText("after", "\nExample:\n  marcot makemigrations faq --name add_related")
    .action(run);
}

async function run(app: string, { name, json = false }: MakemigrationsOptions): Promise<void> {
  const files = await findOwnApp(app);
  const path = join(files.folder, `tables${files.extension}`);
  if (!existsSync(path)) {
    throw new MarcotError("CommandInvalid", `${path} is missing: ${app} has no tables`);
  }
  const tables = await loadFile(path, "AppInvalid");
  const folder = join(files.folder, "migrations");
  const made = await makeMigration({ app, folder, tables, ...(name ? { name } : {}) });
  if (json) console.log(JSON.stringify(made ?? null, null, 2));
  else if (made === undefined) console.log(`${app}: nothing has changed`);
  else {
    console.log(`${app}: wrote ${made.file}`);
    for (const lost of made.destroys) {
      const warning = style("yellow", "warning", process.stderr);
      console.error(`${warning}: this drops ${lost} with all its data`);
    }
    if (made.destroys.length > 0)
      console.error("If you meant to rename, write ALTER TABLE … RENAME into the file instead.");
  }
}

/** What npm installed is overwritten by the next install, and other projects would not have it. */
async function findOwnApp(app: string): Promise<AppFiles> {
  const project = findProject(process.cwd());
  const files = findApp(project, app);
  if (files === undefined) {
    const message = `there is no app ${app}: neither ${join(project, "apps", app)} nor a package marcot-${app}`;
    const { apps } = inspectSettings(await loadSettings(project), process.env).read;
    const near = nearest(app, apps);
    throw new MarcotError("AppNotFound", message, near ? { fix: `Did you mean ${near}?` } : {});
  }
  if (!files.folder.split(sep).includes("node_modules")) return files;
  throw new MarcotError("CommandInvalid", `${app} is an installed package: ${files.folder}`, {
    fix: "Ask its author for the migration, or copy the app into apps/.",
  });
}
