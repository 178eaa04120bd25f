/** `marcot events rebuild`: fills a projection anew from what the other app has now. */
import type { Command } from "commander";
import { withConnection } from "../../../data/database.ts";
import { MarcotError } from "../../../errors.ts";
import { askToFill, type Filled, filled } from "../../../events/projections.ts";
import { findProject } from "../../../project/find.ts";
import { nearest } from "../../../project/name.ts";
import { localFiles, ownerUrls, readProject } from "../../../project/plan.ts";

export function addEventsRebuild(events: Command): void {
  events
    .command("rebuild")
    .argument("<app>", "the app that keeps rows of others")
    .argument("[projection]", "its name. Default: say how all of them are")
    .description("fill a projection anew from what the other app has")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
A process that provides the app does it, within some seconds. The rows can be read in the meantime, and
events go on.

Examples:
  marcot events rebuild faqcreator                     how its projections are
  marcot events rebuild faqcreator resolved-tickets`,
    )
    .action(run);
}

async function run(
  app: string,
  name: string | undefined,
  { json = false }: { readonly json?: boolean },
): Promise<void> {
  const plan = await readProject({ folder: findProject(process.cwd()) });
  localFiles(plan, [app]);
  const owner = ownerUrls(plan);
  try {
    const all = await withConnection(await owner.of(app), async (sql) => {
      const before = await filled(sql, app);
      if (name === undefined) return before;
      refuseUnknown(app, name, before);
      await askToFill(sql, app, name);
      return filled(sql, app);
    });
    if (json) console.log(JSON.stringify(all, null, 2));
    else console.log(toLines(app, all).join("\n"));
  } finally {
    await owner.close();
  }
}

function refuseUnknown(app: string, name: string, known: readonly Filled[]): void {
  if (known.some((one) => one.name === name)) return;
  const names = known.map((one) => one.name);
  const near = nearest(name, names);
  const fix = near
    ? `Did you mean ${near}?`
    : `It has ${names.join(", ") || "none: they are there once a process has provided the app"}.`;
  throw new MarcotError("CommandInvalid", `${app} has no projection ${name}`, { fix });
}

function toLines(app: string, all: readonly Filled[]): string[] {
  if (all.length === 0) return [`${app} has no projections, or no process has provided it yet`];
  return all.map(({ name, state, builtAt }) => {
    if (state === "ready") return `${app} ${name}: filled ${builtAt?.toISOString() ?? ""}`;
    if (state === "building") return `${app} ${name}: is being filled`;
    return `${app} ${name}: will be filled by a process that provides ${app}`;
  });
}
