/** `marcot migrate`: brings the databases of the local apps up to the code. */
import { join } from "node:path";
import type { Command } from "commander";
import { migrate, pending } from "../../data/migrate.ts";
import { findProject } from "../../project/find.ts";
import { refuseMoving } from "../../project/migrating.ts";
import { localFiles, ownerUrls, readProject } from "../../project/plan.ts";
import { NO_APPS, style } from "../terminal/style.ts";

interface MigrateFlags {
  readonly check?: boolean;
  readonly json?: boolean;
}

export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .argument("[apps...]", "default: all apps that are provided here")
    .description("create each app's schema and role, and apply its migrations")
    .option("--check", "apply nothing; exit 1 when something is to be applied")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  marcot migrate\n  marcot migrate faq --check\n  marcot migrate --check --json",
    )
    .action(run);
}

async function run(names: readonly string[], options: MigrateFlags): Promise<void> {
  const { check = false, json = false } = options;
  const plan = await readProject({ folder: findProject(process.cwd()) });
  const local = localFiles(plan, names);
  const owner = ownerUrls(plan);
  const rows: object[] = [];
  try {
    for (const { app, files } of local) {
      const folder = join(files.folder, "migrations");
      const target = { ownerUrl: await owner.of(app), app, folder };
      if (!check) await refuseMoving(target);
      const found = check ? await pending(target) : await migrate(target);
      if (check && found.length > 0) process.exitCode = 1;
      rows.push({ app, [check ? "pending" : "applied"]: found });
      if (!json) print(app, found, check);
    }
  } finally {
    await owner.close();
  }
  if (json) console.log(JSON.stringify(rows, null, 2));
  else if (plan.apps.length === 0) console.log(NO_APPS);
  else if (rows.length === 0) console.log("nothing to migrate: every app is provided elsewhere");
}

function print(app: string, found: readonly string[], isCheck: boolean): void {
  const word = isCheck ? style("yellow", "pending") : style("green", "applied");
  if (found.length === 0) console.log(`${app}: up to date`);
  for (const name of found) console.log(`${app}: ${word} ${name}`);
}
