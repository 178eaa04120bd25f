/** `marcot apps`: each app, where it is provided, and which versions it has. */
import type { Command } from "commander";
import { findProject } from "../project/find.ts";
import { type Listed, readProject, versionNames } from "../project/project.ts";

export function addApps(program: Command): void {
  program
    .command("apps")
    .description("list the project's apps, their providers and versions")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  marcot apps\n  FAQ_API=http://127.0.0.1:8001 marcot apps --json",
    )
    .action(run);
}

async function run({ json = false }: { json?: boolean }): Promise<void> {
  const { apps } = await readProject({ folder: findProject(process.cwd()) });
  const rows = apps.map((listed) => ({
    app: listed.name,
    provider: providerOf(listed),
    versions: versionNames(listed),
  }));
  if (json) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  const width = Math.max(...rows.map(({ app }) => app.length), "APP".length);
  const place = Math.max(...rows.map(({ provider }) => provider.length), "PROVIDER".length);
  console.log(`${"APP".padEnd(width)}  ${"PROVIDER".padEnd(place)}  VERSIONS`);
  for (const { app, provider, versions } of rows) {
    console.log(`${app.padEnd(width)}  ${provider.padEnd(place)}  ${versions.join(", ")}`);
  }
}

function providerOf({ address }: Listed): string {
  return address ? address.href : "this process";
}
