/** `marcot contract lock`: writes what the contracts of the project's own apps promise, for git. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Command } from "commander";
import { MarcotError } from "../../../errors.ts";
import { type AppFiles, findProject, loadContract, loadSettings } from "../../../project/find.ts";
import type { Broken } from "../../../lock/stored.ts";
import type { History, LockState } from "../../../project/locks.ts";
import { inspectSettings } from "../../../project/settings.ts";
import { NO_APPS, style } from "../../terminal/style.ts";

interface Flags {
  readonly check?: boolean;
  readonly break?: string;
  readonly against?: string;
}

export function addLock(contract: Command): void {
  contract
    .command("lock")
    .argument("[apps...]", "apps of the project; all of its own when none is named")
    .description("write contract.lock: what the contract of an app promises, for git")
    .option("--check", "write nothing; say which locks are missing or out of date")
    .option("--break <reason>", "note that the breaking changes of the named apps are meant")
    .option(
      "--against <ref>",
      "which earlier locks --break compares with, as in marcot check (default: the default branch)",
    )
    .addHelpText(
      "after",
      `
Exits with 1 when --check finds something, or when nothing can be written.

Examples:
  marcot contract lock
  marcot contract lock faq --break "source was always 0"
  marcot contract lock --check`,
    )
    .action(lock);
}

async function lock(names: readonly string[], flags: Flags): Promise<void> {
  const reason = flags.break?.trim();
  if (reason === "") throw invalid("--break needs a reason", "Say why callers may be broken.");
  if (reason !== undefined && (names.length === 0 || flags.check))
    throw invalid(
      "--break is for the apps that are named",
      'Name them, without --check: marcot contract lock faq --break "REASON".',
    );
  const project = findProject(process.cwd());
  // Loaded only here: no other command needs it.
  const { History } = await import("../../../project/locks.ts");
  const history = new History(flags.against);
  const apps = await chosen(project, names);
  if (apps.length === 0) console.log(NO_APPS);
  for (const files of apps) await lockOne(files, { project, history, reason, flags });
}

interface Task {
  readonly project: string;
  readonly history: History;
  /** Why callers may be broken; undefined where nothing is said of that. */
  readonly reason: string | undefined;
  readonly flags: Flags;
}

async function lockOne(files: AppFiles, { project, history, reason, flags }: Task): Promise<void> {
  const { stateOf } = await import("../../../project/locks.ts");
  const { textOf } = await import("../../../lock/stored.ts");
  const [newest] = (await loadContract(files)).slice(-1);
  if (newest === undefined) return;
  const state = await stateOf(files, newest, history);
  const { path, fresh, stored, stale } = state;
  const say = (text: string) => console.log(`${style("bold", relative(project, path))}: ${text}`);
  if (stored instanceof MarcotError) throw stored;
  if (flags.check) {
    const isStale = stored === undefined || stale.length > 0;
    if (isStale) process.exitCode = 1;
    const how = stored === undefined ? "missing" : `out of date: ${stale.join(", ")}`;
    return say(isStale ? `${style("red", how)}` : "up to date");
  }
  const broken = reason === undefined ? [] : await breaksOf(state, reason, files.name);
  writeFileSync(path, textOf(fresh, [...state.broken, ...broken]));
  say(
    stored === undefined
      ? "written"
      : stale.length > 0
        ? `written: ${stale.join(", ")}`
        : "up to date",
  );
  for (const { version, endpoint, where, what, rule } of broken)
    console.log(`  broken knowingly: ${[version, endpoint, where].join(" ")}: ${what} [${rule}]`);
  const breaks = reason === undefined ? state.changes.filter(({ isBreak }) => isBreak).length : 0;
  if (breaks > 0)
    console.log(
      `  ${style("red", `${breaks} breaking`)} since ${state.since}: \`marcot check\` tells more`,
    );
}

/** What the reason is given for. To accept nothing would be a misunderstanding. */
async function breaksOf(state: LockState, reason: string, app: string): Promise<Broken[]> {
  const { since, why, changes } = state;
  if (why instanceof MarcotError) throw why;
  if (since === undefined)
    throw invalid(`${app} is compared with nothing: ${why}`, "Leave --break away.");
  const breaks = changes.filter(({ isBreak }) => isBreak);
  if (breaks.length === 0)
    throw invalid(`nothing of ${app} is broken since ${since}`, "Leave --break away.");
  const { toBroken } = await import("../../../project/locks.ts");
  return breaks.map((change) => ({ ...toBroken(change), reason }));
}

function invalid(message: string, fix: string): MarcotError {
  return new MarcotError("CommandInvalid", message, { fix });
}

async function chosen(project: string, names: readonly string[]): Promise<readonly AppFiles[]> {
  const { ownApps } = await import("../../../project/check/boundaries.ts");
  const { read } = inspectSettings(await loadSettings(project), process.env);
  const own = ownApps(project, read.apps).filter(({ isPulled }) => !isPulled);
  const foreign = names.find((name) => !own.some((files) => files.name === name));
  if (foreign === undefined)
    return names.length === 0 ? own : own.filter(({ name }) => names.includes(name));
  const known = own.map(({ name }) => name).join(", ") || "none";
  throw invalid(
    `${foreign} is not an app of this project's own`,
    `Name one of them: ${known}. The lock of an installed app comes with its package.`,
  );
}
