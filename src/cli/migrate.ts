/** `marcot migrate`: brings the databases of the local apps up to the code. */
import { join } from "node:path";
import type { Command } from "commander";
import { migrate, pending } from "../data/migrate.ts";
import { MarcotError } from "../errors.ts";
import { findProject } from "../project/find.ts";
import { ownerUrls, readProject } from "../project/project.ts";

export function addMigrate(program: Command): void {
  program
    .command("migrate [apps...]")
    .description("create each app's schema and role, and apply its migrations")
    .option("--check", "apply nothing; exit 1 when something is to be applied")
    .addHelpText("after", "\nExamples:\n  marcot migrate\n  marcot migrate faq --check")
    .action(run);
}

async function run(
  names: readonly string[],
  { check = false }: { check?: boolean },
): Promise<void> {
  const plan = await readProject({ folder: findProject(process.cwd()) });
  const unknown = names.find((name) => !plan.settings.apps.includes(name));
  if (unknown) throw new MarcotError("AppNotFound", `${unknown} is not one of the project's apps`);
  const owner = ownerUrls(plan);
  try {
    for (const { name, files, isLocal } of plan.apps) {
      if (!isLocal || files === undefined || (names.length > 0 && !names.includes(name))) continue;
      const target = {
        ownerUrl: await owner.of(name),
        app: name,
        folder: join(files.folder, "migrations"),
      };
      const found = check ? await pending(target) : await migrate(target);
      if (check && found.length > 0) process.exitCode = 1;
      const word = check ? "pending" : "applied";
      console.log(`${name}: ${found.length === 0 ? "up to date" : `${word} ${found.join(", ")}`}`);
    }
  } finally {
    await owner.close();
  }
}
