/** `marcot loaddata`: writes the rows of a fixture, `fixtures/NAME.json`, into the apps that have it. */
import type { Command } from "commander";
import { loadFixture } from "../../data/fixtures.ts";
import { MarcotError } from "../../errors.ts";
import { findProject } from "../../project/find.ts";
import { localFiles, ownerUrls, readProject } from "../../project/plan.ts";

export function addLoaddata(program: Command): void {
  program
    .command("loaddata")
    .argument("<name>", "example, for fixtures/example.json")
    .argument("[apps...]", "default: all apps that are provided here")
    .description("write the rows of a fixture into the apps that have it")
    .addHelpText("after", "\nExamples:\n  marcot loaddata example\n  marcot loaddata example faq")
    .action(run);
}

async function run(name: string, names: readonly string[]): Promise<void> {
  const plan = await readProject({ folder: findProject(process.cwd()) });
  const local = localFiles(plan, names);
  const owner = ownerUrls(plan);
  let found = false;
  try {
    for (const { app, files } of local) {
      const ownerUrl = await owner.of(app);
      const rows = await loadFixture({ ownerUrl, app, folder: files.folder, name });
      if (rows === undefined) continue;
      found = true;
      console.log(`${app}: ${rows} rows written`);
    }
  } finally {
    await owner.close();
  }
  if (found) return;
  throw new MarcotError("FixtureInvalid", `no app here has fixtures/${name}.json`, {
    fix: "Name a fixture that an app has.",
  });
}
