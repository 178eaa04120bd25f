/** `marcot migrate`: brings the databases of the local apps up to the code. */
import { join } from "node:path";
import type { Command } from "commander";
import type { Sql } from "postgres";
import { hasControl } from "../../data/control.ts";
import { withConnection } from "../../data/database.ts";
import { migrate, type MigrateOptions, pending } from "../../data/migrate.ts";
import { MarcotError } from "../../errors.ts";
import { publicationOf, streamOf } from "../../extract/stream.ts";
import { findProject } from "../../project/find.ts";
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

/**
 * Rows are copied by the columns that both sides have: a migration on one of them would stop the copy. What is
 * applied already is asked first, so that a deploy which changes nothing goes on.
 */
async function refuseMoving(target: MigrateOptions): Promise<void> {
  const { ownerUrl, app } = target;
  const state = await withConnection(ownerUrl, (sql) => moveOf(sql, app));
  if (state === undefined || (await pending(target)).length === 0) return;
  if (state === "completed") {
    throw new MarcotError(
      "MoveRefused",
      `${app} is the service's: its tables are not here any more`,
      {
        fix: `Migrate where the service runs; or \`marcot absorb ${app}\` first.`,
      },
    );
  }
  throw new MarcotError("MoveRefused", `${app} moves: its tables must not change meanwhile`, {
    fix: `End the move first, where the project is: \`marcot extract complete ${app}\` or \`marcot absorb ${app}\`; \`marcot extract cancel ${app}\` if it has not switched.`,
  });
}

/** By the journal, which is in the project's database; the service's has what follows, or is followed. */
async function moveOf(sql: Sql, app: string): Promise<string | undefined> {
  if (!(await hasControl(sql))) return undefined;
  const [move] = await sql<{ state: string }[]>`select state from marcot.moves where app = ${app}`;
  if (move !== undefined) return move.state;
  const [streaming] = await sql`
    select 1 from pg_publication where pubname = ${publicationOf(app)}
    union all select 1 from pg_subscription s join pg_database d on d.oid = s.subdbid
      where d.datname = current_database()
        and subname in (${streamOf(app, "project")}, ${streamOf(app, "service")})`;
  return streaming === undefined ? undefined : "moving";
}

function print(app: string, found: readonly string[], isCheck: boolean): void {
  const word = isCheck ? style("yellow", "pending") : style("green", "applied");
  if (found.length === 0) console.log(`${app}: up to date`);
  for (const name of found) console.log(`${app}: ${word} ${name}`);
}
