/** `marcot contract uses`: writes what an app uses of others, as it is seen while the app's tests run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import type { Command } from "commander";
import { MarcotError } from "../../../errors.ts";
import { usesSeen, usesText } from "../../../lock/recorded.ts";
import { USES } from "../../../lock/uses.ts";
import { type AppFiles, findProject, loadSettings } from "../../../project/find.ts";
import { inspectSettings } from "../../../project/settings.ts";
import { style } from "../../terminal/style.ts";

interface Flags {
  readonly check?: boolean;
}

export function addContractUses(contract: Command): void {
  contract
    .command("uses")
    .argument("[apps...]", "apps of the project; all that call others when none is named")
    .description("run the tests of apps, and write uses.lock: what each sends to others and reads")
    .option("--check", "write nothing; say which files are missing or out of date")
    .addHelpText(
      "after",
      `
Runs \`node --test\` for the tests in an app's folder, which use marcot/testing. What the app's own
code sends and reads while they run is written; what the tests themselves call is not. It narrows
the answer of can-i-deploy: of an endpoint that no test reaches, everything counts as used.

Exits with 1 when tests fail, or when --check finds something.

Examples:
  marcot contract uses
  marcot contract uses tickets
  marcot contract uses --check`,
    )
    .action(run);
}

async function run(names: readonly string[], { check = false }: Flags): Promise<void> {
  const project = findProject(process.cwd());
  const callers = await callersIn(project, names);
  if (callers.length === 0) console.log("No app of the project calls another one.");
  for (const files of callers) await recordOne(files, { project, check });
}

/** Those that are named, or all that call others. */
async function callersIn(project: string, names: readonly string[]): Promise<readonly AppFiles[]> {
  // Loaded only here: the parser is a native package, which a server that was installed lean may lack.
  const { ownApps, scanBoundaries } = await import("../../../project/check/boundaries.ts");
  const { apps: listed } = inspectSettings(await loadSettings(project), process.env).read;
  const own = ownApps(project, listed).filter(({ isPulled }) => !isPulled);
  const foreign = names.find((name) => !own.some((files) => files.name === name));
  if (foreign !== undefined) {
    throw new MarcotError("CommandInvalid", `${foreign} is not an app of this project's own`, {
      fix: `Name one of them: ${own.map(({ name }) => name).join(", ") || "none"}.`,
    });
  }
  if (names.length > 0) return own.filter(({ name }) => names.includes(name));
  const { uses } = scanBoundaries({ project, apps: own, listed });
  return own.filter(
    ({ name, folder }) => uses.some(({ app }) => app === name) || existsSync(join(folder, USES)),
  );
}

interface Task {
  readonly project: string;
  readonly check: boolean;
}

async function recordOne({ name, folder }: AppFiles, { project, check }: Task): Promise<void> {
  const path = join(folder, USES);
  const say = (text: string) => console.log(`${style("bold", relative(project, path))}: ${text}`);
  const tests = testsIn(folder);
  const fails = (text: string) => {
    process.exitCode = 1;
    say(style("red", text));
  };
  if (tests.length === 0) return say(`${name} has no tests; everything counts as used`);
  const recorded = await record(project, tests);
  if (recorded.isFailed) {
    console.log(recorded.said);
    return fails("not written, because tests fail");
  }
  const uses = usesSeen(recorded.lines, name);
  const text = uses === undefined ? undefined : usesText(uses);
  const stored = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (text === stored?.replaceAll("\r\n", "\n"))
    return say(text === undefined ? "its tests call no other app" : "up to date");
  if (check) return fails(stored === undefined ? "missing" : "out of date");
  if (text === undefined) rmSync(path);
  else writeFileSync(path, text);
  say(text === undefined ? "removed: its tests call no other app" : "written");
}

function testsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.test\.(?:ts|mts|js|mjs)$/.test(path))
    .filter((path) => !path.split(sep).includes("node_modules"))
    .map((path) => join(folder, path))
    .toSorted();
}

interface Recorded {
  readonly isFailed: boolean;
  /** What the test runner said. */
  readonly said: string;
  readonly lines: string;
}

async function record(project: string, tests: readonly string[]): Promise<Recorded> {
  const folder = mkdtempSync(join(tmpdir(), "marcot-uses-"));
  const file = join(folder, "seen");
  writeFileSync(file, "");
  try {
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    const child = spawn(process.execPath, ["--test", ...tests], {
      cwd: project,
      env: { ...environment, MARCOT_USES: file },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => void (said += part));
    const [code] = (await once(child, "close")) as [number | null];
    return { isFailed: code !== 0, said, lines: readFileSync(file, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
