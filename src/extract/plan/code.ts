/** What the code of a project has that would break when the app runs elsewhere. Works without any database. */
import { join, relative } from "node:path";
import type { App } from "../../app/types.ts";
import { apiVariableOf } from "../../project/addresses.ts";
import { ownApps, scanBoundaries, type Use } from "../../project/check/boundaries.ts";
import { checkTables } from "../../project/check/check-tables.ts";
import type { Finding } from "../../project/check/findings.ts";
import { loadApp } from "../../project/find.ts";
import { reasonOf } from "../../project/load.ts";
import type { Listed, ProjectPlan } from "../../project/plan.ts";
import { check, type Check, found, type PlanFinding } from "./check.ts";
import { checkDeadlines, deadlineChecks } from "./deadlines.ts";

const kinds = {
  elsewhere: check(
    "code.elsewhere",
    "blocker",
    "A variable says that the app is provided elsewhere.",
  ),
  around: check("code.around", "blocker", "Another app reaches into the app, past its contract."),
  reaches: check("code.reaches", "blocker", "The app reaches into another one, past its contract."),
  tables: check(
    "code.tables",
    "blocker",
    "A table of the app is, or leads, outside of its schema.",
  ),
  unloadable: check("code.unloadable", "blocker", "The app cannot be loaded."),
  unreadable: check(
    "code.unreadable",
    "warning",
    "A file has a syntax error, so that its imports are not known.",
  ),
  computed: check("code.computed", "warning", "Code imports something whose name is computed."),
} as const;

export const codeChecks: readonly Check[] = Object.freeze([
  ...Object.values(kinds),
  ...deadlineChecks,
]);

export interface CheckedCode {
  readonly findings: readonly PlanFinding[];
  /** Of the app and of those that use it, without tests. */
  readonly uses: readonly Use[];
  /** Undefined where it cannot be loaded. */
  readonly app: App | undefined;
}

/** Reads the sources of the project's apps, and loads this one. */
export async function checkCode(plan: ProjectPlan, listed: Listed): Promise<CheckedCode> {
  const { folder, settings } = plan;
  const { name, files, address, fake } = listed;
  const variable = apiVariableOf(name);
  if (files === undefined || address !== undefined || fake !== undefined) {
    const what = `${name} is ${fake === undefined ? "provided elsewhere" : "fake"} by ${variable}`;
    const fix = `Unset ${variable}; a move begins where the app is.`;
    return {
      findings: [found(kinds.elsewhere, { what, where: "(environment)", fix })],
      uses: [],
      app: undefined,
    };
  }
  const own = ownApps(folder, settings.apps);
  // What npm has installed is read too, if it is this app: whom it calls is to be known.
  const apps = own.some((one) => one.name === name) ? own : [...own, files];
  const { uses, findings } = scanBoundaries({ project: folder, apps, listed: settings.apps });
  const inside = relative(folder, files.folder);
  const told = findings.flatMap((finding) => kindOf(finding, name, inside) ?? []);
  const loaded = await loadTables(listed, folder);
  const { deadlineMs } = settings;
  const where = relative(folder, join(files.folder, `contract${files.extension}`));
  const late =
    loaded.app === undefined ? [] : checkDeadlines({ app: loaded.app, deadlineMs, where });
  return {
    findings: [...told, ...loaded.findings, ...late],
    uses: uses.filter((use) => use.app === name || use.uses === name),
    app: loaded.app,
  };
}

/** Undefined for what has nothing to do with this app. */
function kindOf(finding: Finding, app: string, inside: string): PlanFinding | undefined {
  const { id, where, what, hint } = finding;
  const isOurs = where.file.startsWith(`${inside}/`);
  const told = {
    what,
    fix: hint,
    where: where.line === undefined ? where.file : `${where.file}:${where.line}`,
  };
  switch (id) {
    case "boundaries.E001":
    case "boundaries.E002":
    case "boundaries.E003":
      if (isOurs) return found(kinds.reaches, told);
      return what.endsWith(`inside the app ${app}`) ? found(kinds.around, told) : undefined;
    case "boundaries.E005":
      return found(kinds.unreadable, told);
    case "boundaries.W003":
      return found(kinds.computed, told);
    default:
      return undefined;
  }
}

async function loadTables(
  { files }: Listed,
  project: string,
): Promise<Pick<CheckedCode, "findings" | "app">> {
  if (files === undefined) return { findings: [], app: undefined };
  const fileOf = (part: string) =>
    relative(project, join(files.folder, `${part}${files.extension}`));
  try {
    const app = await loadApp(files);
    const where = { file: fileOf("tables") };
    const tables = await checkTables({ app, files, where, comparesMigrations: false });
    const findings = tables.map(({ what, hint }) =>
      found(kinds.tables, { what, where: where.file, fix: hint }),
    );
    return { findings, app };
  } catch (error) {
    const what = `it cannot be loaded: ${reasonOf(error)}`;
    const fix = "Correct the file; `marcot check` tells all that is wrong.";
    return {
      findings: [found(kinds.unloadable, { what, where: fileOf("app"), fix })],
      app: undefined,
    };
  }
}
