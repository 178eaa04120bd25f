/** `marcot apps`: each app, where it is provided, which versions it has, and which apps call it. */
import type { Command } from "commander";
import { aboutOf, isServed } from "../../contract/contract.ts";
import type { Use } from "../../project/check/boundaries.ts";
import { findApp, findProject, loadContract, loadSettings } from "../../project/find.ts";
import { readSettings } from "../../project/settings.ts";
import { NO_APPS, style, toColumns } from "../terminal/style.ts";

export function addApps(program: Command): void {
  program
    .command("apps")
    .description("list the project's apps: providers, versions, callers")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  marcot apps\n  FAQ_API=http://127.0.0.1:8001 marcot apps --json",
    )
    .action(run);
}

const COLOURS: Readonly<Record<string, "red" | "yellow">> = {
  "not provided": "red",
  fake: "yellow",
};

interface Row {
  readonly app: string;
  readonly provider: string;
  readonly versions: readonly string[];
  readonly callers: readonly { readonly app: string; readonly versions: readonly string[] }[];
}

async function run({ json = false }: { json?: boolean }): Promise<void> {
  const rows = await readRows(findProject(process.cwd()));
  if (json) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  if (rows.length === 0) {
    console.log(NO_APPS);
    return;
  }
  const head = ["APP", "PROVIDER", "VERSIONS", "CALLERS"].map((title) => style("dim", title));
  const cells = rows.map(({ app, provider, versions, callers }) => [
    style("bold", app),
    coloured(provider),
    versions.join(", "),
    callers.map((caller) => `${caller.app} ${caller.versions.join(" ")}`.trim()).join(", "),
  ]);
  for (const line of toColumns([head, ...cells])) console.log(line);
}

function coloured(provider: string): string {
  const colour = COLOURS[provider];
  return colour ? style(colour, provider) : provider;
}

/** Not through `readProject`: what is missing is to be shown here, where the server refuses to start. */
async function readRows(project: string): Promise<Row[]> {
  const { apps, addresses, fakes } = readSettings(await loadSettings(project), process.env);
  // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
  const { ownApps, scanBoundaries } = await import("../../project/check/boundaries.ts");
  const { uses } = scanBoundaries({ project, apps: ownApps(project, apps), listed: apps });
  const rows: Row[] = [];
  for (const app of apps) {
    const files = findApp(project, app);
    const contracts = files ? await loadContract(files) : [];
    const here = files && !files.isPulled ? "this process" : "not provided";
    const fake = fakes.has(app) && files ? "fake" : undefined;
    rows.push({
      app,
      provider: fake ?? addresses.get(app)?.href ?? here,
      versions: contracts.filter(isServed).map((one) => aboutOf(one).version),
      callers: callersOf(app, uses),
    });
  }
  return rows;
}

function callersOf(app: string, uses: readonly Use[]): Row["callers"] {
  const callers = Map.groupBy(
    uses.filter((use) => use.uses === app),
    (use) => use.app,
  );
  return [...callers].map(([caller, found]) => ({
    app: caller,
    versions: [...new Set(found.flatMap((use) => use.versions))].toSorted(),
  }));
}
