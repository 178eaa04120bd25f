/**
 * All static findings about a project at once: settings, addresses, apps, tables, migrations, and what
 * apps import of each other. Nothing is opened and nothing is written; the apps' files are loaded.
 */
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { App } from "../app/types.ts";
import { codeOf, MarcotError } from "../errors.ts";
import { apiVariableOf, databaseVariableOf, readAddresses } from "./addresses.ts";
import { type Finding, ownApps, scanBoundaries } from "./boundaries.ts";
import { checkTables } from "./check-tables.ts";
import type { Environment } from "./env.ts";
import { type AppFiles, findApp, loadApp, loadContract, loadSettings } from "./find.ts";
import { readSettings, refuseDatabase } from "./settings.ts";

export type { Finding };

export interface CheckOptions {
  /** The folder that has settings.ts. */
  readonly folder: string;
  readonly environment: Environment;
}

/** Every finding, sorted by place. */
export async function checkProject(options: CheckOptions): Promise<readonly Finding[]> {
  const { folder, environment } = options;
  const { apps, findings: settings } = await checkSettings(folder, environment);
  const own = ownApps(folder, apps ?? []);
  const findings = [
    ...settings,
    ...(apps ? checkEnvironment(apps, environment) : []),
    ...(apps ? unlistedApps(folder, apps, own) : []),
    ...scanBoundaries({ project: folder, apps: own, listed: apps ?? [] }).findings,
  ];
  for (const name of apps ?? own.map((files) => files.name)) {
    const isOwn = own.some((files) => files.name === name);
    findings.push(...(await checkApp({ project: folder, name, isOwn, environment })));
  }
  return findings.filter((finding) => !isRepeated(finding, findings)).toSorted(byPlace);
}

/** A file with a syntax error cannot be loaded either; that is said once. */
function isRepeated({ id, where }: Finding, findings: readonly Finding[]): boolean {
  const isSyntax = (other: Finding) =>
    other.id === "boundaries.E005" && other.where.file === where.file;
  return /^apps\.E00[23]$/.test(id) && findings.some(isSyntax);
}

function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.where.file, b.where.file) ||
    (a.where.line ?? 0) - (b.where.line ?? 0) ||
    compare(a.id, b.id) ||
    compare(a.what, b.what)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const SETTINGS = "settings.ts";
const ENVIRONMENT = "(environment)";

async function checkSettings(
  folder: string,
  environment: Environment,
): Promise<{ apps: readonly string[] | undefined; findings: Finding[] }> {
  try {
    const { apps } = readSettings(await loadSettings(folder), environment);
    return { apps, findings: [] };
  } catch (error) {
    const isVariable = error instanceof MarcotError && !error.message.includes(SETTINGS);
    const file = isVariable ? ENVIRONMENT : SETTINGS;
    return { apps: undefined, findings: [thrown("settings.E001", error, { file })] };
  }
}

/** The variables that belong to apps: those that are wrong, and those that belong to none. */
function checkEnvironment(apps: readonly string[], environment: Environment): Finding[] {
  const findings: Finding[] = [];
  const attempt = (read: () => void) => {
    try {
      read();
    } catch (error) {
      findings.push(thrown("settings.E002", error, { file: ENVIRONMENT }));
    }
  };
  for (const app of apps) {
    attempt(() => readAddresses([app], environment));
    const database = databaseVariableOf(app);
    const url = environment[database];
    if (url) attempt(() => refuseDatabase(url, database));
  }
  const known = apps.map(apiVariableOf);
  for (const name of Object.keys(environment)) {
    if (/^[A-Z][A-Z0-9_]*_API$/.test(name) && environment[name] && !known.includes(name))
      findings.push(unknownVariable(name, known));
  }
  return findings;
}

function unknownVariable(name: string, known: readonly string[]): Finding {
  const near = known.find((other) => distance(name, other) <= TYPO);
  const hint = near
    ? `Did you mean ${near}?`
    : "Nothing reads it here; unset it, or add the app to settings.ts.";
  const what = `${name} is set, but the project has no such app`;
  return toFinding("settings.W001", { file: ENVIRONMENT }, what, hint);
}

/** Two letters exchanged are two edits; with more, any short name would be near to any other. */
const TYPO = 2;

/** The number of edits from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of from.split("").entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
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
}

async function checkApp({ project, name, isOwn, environment }: AppTask): Promise<Finding[]> {
  let files: AppFiles | undefined;
  try {
    files = findApp(project, name);
  } catch (error) {
    return [thrown("apps.E004", error, { file: SETTINGS })];
  }
  if (files === undefined) {
    if (environment[apiVariableOf(name)]) return [];
    const what = `the app ${name} is neither in apps/${name} nor installed as marcot-${name}`;
    const hint = `Create or install it, or set ${apiVariableOf(name)} to where it is provided.`;
    return [toFinding("apps.E001", { file: SETTINGS }, what, hint)];
  }
  const at = (file: string) => ({
    file: relative(project, join(files.folder, `${file}${files.extension}`)),
  });
  let app: App;
  try {
    await loadContract(files);
  } catch (error) {
    return [thrown("apps.E002", error, placeOf(error, project, files) ?? at("contract"))];
  }
  try {
    app = await loadApp(files);
  } catch (error) {
    // A file that is not there, for an app that is provided elsewhere, is not missed.
    if (codeOf(error) === "AppNotFound" && environment[apiVariableOf(name)]) return [];
    return [thrown("apps.E003", error, placeOf(error, project, files) ?? at("app"))];
  }
  return checkTables({ app, files, where: at("tables"), comparesMigrations: isOwn });
}

/** The first place on the stack that is the app's: where `app()`, `view()` or `contract()` was called. */
function placeOf(
  error: unknown,
  project: string,
  { folder }: AppFiles,
): Finding["where"] | undefined {
  const { stack = "", message = "" } = error instanceof Error ? error : {};
  // Node names the importer of a module that is missing in the message alone.
  const importer = / imported from (\S+)$/.exec(message)?.[1];
  const lines = importer === undefined ? stack.split("\n") : [importer];
  for (const line of lines) {
    const [, text = "", number] =
      /((?:file:\/\/)?\/[^\s()]+?)(?::(\d+))?(?::\d+)?\)?$/.exec(line) ?? [];
    const path = text.startsWith("file:") && URL.canParse(text) ? fileURLToPath(text) : text;
    if (!path.startsWith(folder + sep)) continue;
    const file = relative(project, path);
    return number === undefined ? { file } : { file, line: Number(number) };
  }
  return undefined;
}

function thrown(id: string, error: unknown, where: Finding["where"]): Finding {
  const [what = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  const hint = error instanceof MarcotError ? error.fix : "Correct the file; it cannot be loaded.";
  return toFinding(id, where, what, hint);
}

function toFinding(id: string, where: Finding["where"], what: string, hint: string): Finding {
  return Object.freeze({ id, level: id.includes(".E") ? "error" : "warning", where, what, hint });
}
