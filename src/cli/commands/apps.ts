/**
 * `marcot apps`: each app, where it is provided and why there, which versions it has, and which apps call it; of
 * remote apps also whether the release that runs there is one that the apps here can call.
 */
import type { Command } from "commander";
import type { Standing } from "../../client/release/standing.ts";
import { aboutOf, type AnyContract, isForeign, isServed } from "../../contract/contract.ts";
import type { ProviderRow } from "../../data/control.ts";
import { apiVariableOf } from "../../project/addresses.ts";
import type { Use } from "../../project/check/boundaries.ts";
import { findApp, findProject, loadContract, loadSettings } from "../../project/find.ts";
import { readSettings, type ReadSettings } from "../../project/settings.ts";
import { NO_APPS, style, toColumns } from "../terminal/style.ts";

export function addApps(program: Command): void {
  program
    .command("apps")
    .description("list the project's apps: providers, versions, releases of remote apps, callers")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  marcot apps\n  FAQ_API=http://127.0.0.1:8001 marcot apps --json",
    )
    .action(run);
}

const COLOURS: Readonly<Record<string, "red" | "yellow">> = {
  "not provided": "red",
  incompatible: "red",
  unreachable: "red",
  fake: "yellow",
};

interface Row {
  readonly app: string;
  /** In force: an address, or `this process`, `not provided`, `fake`. */
  readonly provider: string;
  /** What the database says of an app that moves, or has moved: `moved`, or the phase. */
  readonly move?: string;
  readonly versions: readonly string[];
  /** Of a remote app, unless it is of others: they tell none. */
  readonly release?: Pick<Standing, "state" | "revision" | "problems">;
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
  const isAsked = rows.some(({ release }) => release !== undefined);
  const titles = ["APP", "PROVIDER", "VERSIONS", ...(isAsked ? ["RELEASE"] : []), "CALLERS"];
  const head = titles.map((title) => style("dim", title));
  const cells = rows.map(({ app, provider, move, versions, release, callers }) => [
    style("bold", app),
    [coloured(provider), move && `(${move})`].filter(Boolean).join(" "),
    versions.join(", "),
    ...(isAsked ? [releaseOf(release)] : []),
    callers.map((caller) => `${caller.app} ${caller.versions.join(" ")}`.trim()).join(", "),
  ]);
  for (const line of toColumns([head, ...cells])) console.log(line);
  for (const { level, message, fix } of rows.flatMap(({ release }) => release?.problems ?? []))
    console.log(`${style(level === "error" ? "red" : "yellow", level)} ${message}\n  ${fix}`);
}

function releaseOf(release: Row["release"]): string {
  if (release === undefined) return "";
  const { state, revision } = release;
  return [coloured(state), revision?.slice(0, REVISION_LENGTH)].filter(Boolean).join(" ");
}

/** As git shortens its own. */
const REVISION_LENGTH = 7;

function coloured(provider: string): string {
  const colour = COLOURS[provider];
  return colour ? style(colour, provider) : provider;
}

/** Not through `readProject`: what is missing is to be shown here, where the server refuses to start. */
async function readRows(project: string): Promise<Row[]> {
  const settings = readSettings(await loadSettings(project), process.env);
  const { apps, fakes } = settings;
  // Loaded only here: its parser is a native package, which a server that was installed lean may lack.
  const { ownApps, scanBoundaries } = await import("../../project/check/boundaries.ts");
  const { uses } = scanBoundaries({ project, apps: ownApps(project, apps), listed: apps });
  const { readMoved } = await import("../../project/providers/moved.ts");
  const moved = await readMoved(project, settings);
  const rows: Row[] = [];
  for (const app of apps) {
    const files = findApp(project, app);
    const contracts = files ? await loadContract(files) : [];
    const { address, move } = placeOf(app, settings, moved.get(app));
    const here = files && !files.isPulled ? "this process" : "not provided";
    const fake = fakes.has(app) && files ? "fake" : undefined;
    const isGone = address === undefined && move === "moved";
    rows.push({
      app,
      provider: fake ?? address?.href ?? (isGone ? "not provided" : here),
      ...(move === undefined ? {} : { move }),
      versions: contracts.filter(isServed).map((one) => aboutOf(one).version),
      ...(address && !contracts.some(isForeign)
        ? { release: await lookAt(app, address, contracts.at(-1), uses) }
        : {}),
      callers: callersOf(app, uses),
    });
  }
  return rows;
}

/** The variable wins over the database; that they do not say the same is told. */
function placeOf(
  app: string,
  { addresses, fakes }: ReadSettings,
  row: ProviderRow | undefined,
): { readonly address: URL | undefined; readonly move: string | undefined } {
  const set = addresses.get(app);
  if (row === undefined || row.phase === "here") return { address: set, move: undefined };
  const isElsewhere = row.phase === "elsewhere";
  if (set !== undefined || fakes.has(app)) {
    const says = isElsewhere ? (row.address ?? "nowhere") : row.phase;
    return { address: set, move: `${apiVariableOf(app)}; the database says ${says}` };
  }
  if (!isElsewhere) return { address: undefined, move: row.phase };
  const address = row.address === null ? undefined : (URL.parse(row.address) ?? undefined);
  return { address, move: "moved" };
}

async function lookAt(
  app: string,
  address: URL,
  contract: AnyContract | undefined,
  uses: readonly Use[],
): Promise<Row["release"]> {
  // Loaded only here: they bring HTTP, which a list of apps at home does not need.
  const { askContract } = await import("../../client/release/ask.ts");
  const { objectionsTo, ownRevision, standingOf } =
    await import("../../client/release/standing.ts");
  const { usersOf } = await import("../../client/release/uses.ts");
  const provider = { is: "remote", app, address, contract } as const;
  const asked = await askContract(address, ownRevision(provider));
  const objections = await objectionsTo(provider, asked);
  const standing = standingOf(provider, asked, objections, usersOf(uses));
  const { state, revision, problems } = standing;
  return { state, revision, problems };
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
