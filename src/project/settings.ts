/** The settings of a project: the one file that a project must have. */
import { MarcotError } from "../errors.ts";
import { type Environment, isVariable, type Variable } from "./env.ts";

type Setting<T> = T | Variable<T>;

export interface SettingsOptions {
  /** The apps of the project, by name: `"faq"` is `apps/faq`, or the package `marcot-faq`. */
  readonly apps: Setting<readonly string[]>;
  /** `embedded:FOLDER`, or the URL of a PostgreSQL >= 15. Default: DATABASE_URL, else `embedded:./.data`. */
  readonly database?: Setting<string>;
  /** The name of the project on its pages. Default: "Marcot". */
  readonly name?: Setting<string>;
  /** How long a call may take, in milliseconds. Default: 2000. */
  readonly deadlineMs?: Setting<number>;
}

export interface Settings {
  readonly is: "settings";
  readonly options: SettingsOptions;
}

/** The settings with every variable read. */
export interface ReadSettings {
  readonly apps: readonly string[];
  readonly database: string;
  readonly name: string;
  readonly deadlineMs: number;
}

export function settings(options: SettingsOptions): Settings {
  return Object.freeze({ is: "settings", options: Object.freeze({ ...options }) });
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && "is" in value && value.is === "settings";
}

const KNOWN = ["apps", "database", "name", "deadlineMs"];

export function readSettings({ options }: Settings, environment: Environment): ReadSettings {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    throw wrong(`settings.ts: there is no setting "${unknown}"; there are ${KNOWN.join(", ")}`);
  const read = <T>(value: Setting<T> | undefined, fallback: T): T =>
    value === undefined ? fallback : isVariable(value) ? (value.read(environment) as T) : value;
  const apps = read(options.apps, []);
  const deadlineMs = read(options.deadlineMs, 2000);
  refuseApps(apps);
  if (!Number.isInteger(deadlineMs) || deadlineMs < 1)
    throw wrong("settings.ts: deadlineMs must be a whole number from 1");
  const database = read(options.database, environment["DATABASE_URL"] || "embedded:./.data");
  refuseDatabase(database, isVariable(options.database) ? options.database.name : "DATABASE_URL");
  return { apps, deadlineMs, name: read(options.name, "Marcot"), database };
}

function refuseApps(apps: readonly string[]): void {
  if (!Array.isArray(apps) || apps.length === 0)
    throw wrong("settings.ts: apps must be a list of at least one name");
  for (const name of apps) {
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name))
      throw wrong(`settings.ts: "${name}" cannot be the name of an app`);
    if (apps.indexOf(name) !== apps.lastIndexOf(name))
      throw wrong(`settings.ts: the app ${name} is listed twice`);
  }
}

/** `variableName` is what the message names; the value itself may hold a password. */
export function refuseDatabase(database: string, variableName: string): void {
  if (database.startsWith("embedded:") && database.length > "embedded:".length) return;
  const protocol = URL.canParse(database) ? new URL(database).protocol : "";
  if (protocol === "postgres:" || protocol === "postgresql:") return;
  throw wrong(
    `${variableName} is wrong: expected embedded:FOLDER or postgres://user@host/database`,
  );
}

function wrong(message: string): MarcotError {
  return new MarcotError("SettingInvalid", message);
}
