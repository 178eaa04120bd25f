/**
 * All static findings about a project at once: settings, addresses, apps, tables, migrations, and what
 * apps import of each other. Nothing is opened and nothing is written; the apps' files are loaded.
 */
import { join, relative } from "node:path";
import type { App } from "../../app/types.ts";
import { codeOf, MarcotError } from "../../errors.ts";
import { apiVariableOf } from "../addresses.ts";
import { ownApps, scanBoundaries, type Use } from "./boundaries.ts";
import { checkCallers, checkContract } from "./check-contract.ts";
import { checkExamples } from "./check-examples.ts";
import { checkLocks, type ComparedContract, type ContractFinding } from "./check-lock.ts";
import { checkPulled } from "./check-pulled.ts";
import { checkTables } from "./check-tables.ts";
import { readRecords } from "./check-uses.ts";
import type { Environment } from "../env.ts";
import { type AppFiles, findApp, loadApp, loadContract, loadSettings } from "../find.ts";
import { byPlace, type Finding, type FindingId, type Place, toFinding } from "./findings.ts";
import { placeOf, reasonOf } from "../load.ts";
import { nearest } from "../name.ts";
import { inspectSettings } from "../settings.ts";
import { applyTodo } from "../todo/listed.ts";

export interface CheckOptions {
  /** The folder that has settings.ts. */
  readonly folder: string;
  readonly environment: Environment;
  /** What contracts are compared with: a branch, tag or commit. Default: the default branch. */
  readonly against?: string | undefined;
}

export interface Checked {
  /** Sorted by place. */
  readonly findings: readonly ContractFinding[];
  /** What the settings silence, with the reason that they give. */
  readonly silenced: readonly (ContractFinding & { readonly reason: string })[];
  /** What the contracts of the project's own apps were compared with. */
  readonly contracts: readonly ComparedContract[];
}

export async function checkProject(options: CheckOptions): Promise<Checked> {
  const { folder, environment, against } = options;
  const { apps, silenced, findings: settings } = await checkSettings(folder, environment);
  const own = ownApps(folder, apps ?? []);
  const boundaries = scanBoundaries({ project: folder, apps: own, listed: apps ?? [] });
  const { uses } = boundaries;
  const listed = applyTodo(folder, boundaries);
  const findings: ContractFinding[] = [
    ...settings,
    ...(apps ? checkEnvironment(apps, environment) : []),
    ...(apps ? unlistedApps(folder, apps, own) : []),
    ...listed.findings,
  ];
  for (const name of apps ?? own.map((files) => files.name)) {
    const isOwn = own.some((files) => files.name === name);
    findings.push(...(await checkApp({ project: folder, name, isOwn, environment, uses })));
  }
  // A contract that was pulled is what its provider said then; the provider keeps its lock.
  const locked = own.filter(
    ({ name, isPulled }) => !isPulled && (apps === undefined || apps.includes(name)),
  );
  const recorded = readRecords({ project: folder, apps: own, uses });
  const { records } = recorded;
  const locks = await checkLocks({ project: folder, apps: locked, uses, records, against });
  findings.push(...recorded.findings, ...locks.findings);
  const told = findings.filter((finding) => !isRepeated(finding, findings));
  return { ...silence(told, silenced, listed.reasons), contracts: locks.contracts };
}

/** Parts the findings; a silence that hides nothing any more is a finding itself. */
function silence(
  findings: readonly ContractFinding[],
  reasons: Readonly<Record<string, string>>,
  listed: ReadonlyMap<Finding, string>,
): Pick<Checked, "findings" | "silenced"> {
  const needless = Object.keys(reasons)
    .filter((silenced) => !findings.some(({ id }) => id === silenced))
    .map((id) => {
      const hint = `Take "${id}" out of silenced, so that it is told when it comes back.`;
      return toFinding("settings.W002", { file: SETTINGS }, `${id} is silenced for nothing`, hint);
    });
  const all: ContractFinding[] = [...findings, ...needless].toSorted(byPlace);
  const reasonFor = (finding: Finding) => listed.get(finding) ?? reasons[finding.id];
  return {
    findings: all.filter((finding) => reasonFor(finding) === undefined),
    silenced: all.flatMap((finding) => {
      const reason = reasonFor(finding);
      return reason === undefined ? [] : [{ ...finding, reason }];
    }),
  };
}

/** A file with a syntax error cannot be loaded either; that is said once. */
function isRepeated({ id, where }: Finding, findings: readonly Finding[]): boolean {
  const isSyntax = (other: Finding) =>
    other.id === "boundaries.E005" && other.where.file === where.file;
  return /^apps\.E00[23]$/.test(id) && findings.some(isSyntax);
}

const SETTINGS = "settings.ts";
const ENVIRONMENT = "(environment)";

interface CheckedSettings {
  /** Undefined when the settings cannot be loaded. */
  readonly apps: readonly string[] | undefined;
  readonly silenced: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

async function checkSettings(folder: string, environment: Environment): Promise<CheckedSettings> {
  try {
    const { read, mistakes } = inspectSettings(await loadSettings(folder), environment);
    const findings = mistakes.map(({ is, what }) =>
      is === "variable"
        ? toFinding("settings.E002", { file: ENVIRONMENT }, what, "Correct or unset the variable.")
        : toFinding("settings.E001", { file: SETTINGS }, what, "Correct the setting."),
    );
    return { apps: read.apps, silenced: read.silenced, findings };
  } catch (error) {
    const finding = thrown("settings.E001", error, { folder, project: folder, file: SETTINGS });
    return { apps: undefined, silenced: {}, findings: [finding] };
  }
}

/** Variables of apps that the project does not have: more often a typing error than meant for others. */
function checkEnvironment(apps: readonly string[], environment: Environment): Finding[] {
  const known = apps.map(apiVariableOf);
  return Object.keys(environment)
    .filter((name) => /^[A-Z][A-Z0-9_]*_API$/.test(name))
    .filter((name) => environment[name] && !known.includes(name))
    .map((name) => unknownVariable(name, known));
}

function unknownVariable(name: string, known: readonly string[]): Finding {
  const near = nearest(name, known);
  const hint = near
    ? `Did you mean ${near}?`
    : "Nothing reads it here; unset it, or add the app to settings.ts.";
  const what = `${name} is set, but the project has no such app`;
  return toFinding("settings.W001", { file: ENVIRONMENT }, what, hint);
}

function unlistedApps(
  folder: string,
  listed: readonly string[],
  own: readonly AppFiles[],
): Finding[] {
  return own
    .filter(({ name }) => !listed.includes(name))
    .map((files) => {
      const what = `the app ${files.name} is not in the settings`;
      const hint = `Add "${files.name}" to the apps in settings.ts.`;
      return toFinding("apps.W001", { file: relative(folder, files.folder) }, what, hint);
    });
}

interface AppTask {
  readonly project: string;
  readonly name: string;
  readonly isOwn: boolean;
  readonly environment: Environment;
  readonly uses: readonly Use[];
}

async function checkApp({ project, name, isOwn, environment, uses }: AppTask): Promise<Finding[]> {
  let files: AppFiles | undefined;
  try {
    files = findApp(project, name);
  } catch (error) {
    return [thrown("apps.E004", error, { folder: project, project, file: SETTINGS })];
  }
  if (files === undefined) {
    if (environment[apiVariableOf(name)]) return [];
    const what = `the app ${name} is neither in apps/${name} nor installed as marcot-${name}`;
    const hint = `Create or install it, or set ${apiVariableOf(name)} to where it is provided.`;
    return [toFinding("apps.E001", { file: SETTINGS }, what, hint)];
  }
  const { folder, extension } = files;
  const fileOf = (part: string) => relative(project, join(folder, `${part}${extension}`));
  let app: App;
  const contracts: Finding[] = [];
  try {
    const newest = (await loadContract(files)).at(-1);
    if (newest && isOwn) contracts.push(...checkContract(newest, { file: fileOf("contract") }));
    if (newest && files.isPulled) contracts.push(...checkPulled(files, newest, project));
    else if (newest && isOwn) {
      const path = join(folder, `contract${extension}`);
      contracts.push(...checkExamples(newest, { project, path }));
    }
    if (newest) contracts.push(...checkCallers(newest, uses));
  } catch (error) {
    return [thrown("apps.E002", error, { folder, project, file: fileOf("contract") })];
  }
  if (files.isPulled) return contracts;
  try {
    app = await loadApp(files);
  } catch (error) {
    // A file that is not there, for an app that is provided elsewhere, is not missed.
    if (codeOf(error) === "AppNotFound" && environment[apiVariableOf(name)]) return contracts;
    return [...contracts, thrown("apps.E003", error, { folder, project, file: fileOf("app") })];
  }
  const where = { file: fileOf("tables") };
  return [...contracts, ...(await checkTables({ app, files, where, comparesMigrations: isOwn }))];
}

interface Thrower {
  /** Whose code it was: the first line of it on the stack is the place. */
  readonly folder: string;
  readonly project: string;
  /** The place when the stack names none. */
  readonly file: string;
}

function thrown(id: FindingId, error: unknown, { folder, project, file }: Thrower): Finding {
  // The loader has put place and reason into one sentence; here they stand apart.
  const first = error instanceof MarcotError && error.cause !== undefined ? error.cause : error;
  const where: Place = placeOf(first, folder, project) ?? { file };
  const hint = error instanceof MarcotError ? error.fix : "Correct the file; it cannot be loaded.";
  return toFinding(id, where, reasonOf(first), hint);
}
