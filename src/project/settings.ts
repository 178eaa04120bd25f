/** The settings of a project: the one file that a project must have. */
import { MarcotError } from "../errors.ts";
import { databaseVariableOf, readAddress, readFake, readToken } from "./addresses.ts";
import { env, type Environment, isVariable, type Variable } from "./env.ts";
import { findingTable, isFindingId, isSilenceable } from "./check/findings.ts";
import { NAME_RULE, nearest, objectionToName } from "./name.ts";

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
  /** Fixtures that an app's tables begin with on an embedded database, where the app has them. Default: none. */
  readonly fixtures?: readonly string[];
  /** Findings that `marcot check` is not to tell, by id, each with the reason. Default: none. */
  readonly silenced?: Readonly<Record<string, string>>;
}

export interface Settings {
  readonly is: "settings";
  readonly options: SettingsOptions;
}

/** The settings with every variable read, those of the apps too. */
export interface ReadSettings {
  readonly apps: readonly string[];
  readonly database: string;
  readonly name: string;
  readonly deadlineMs: number;
  readonly fixtures: readonly string[];
  readonly silenced: Readonly<Record<string, string>>;
  /** `FAQ_API`: where the apps are that are provided somewhere else. */
  readonly addresses: ReadonlyMap<string, URL>;
  /** `FAQ_API=fake:SEED`: the apps that are answered from their contracts, with their seeds. */
  readonly fakes: ReadonlyMap<string, string>;
  /** `GITHUB_API_TOKEN`: secrets for services of others. */
  readonly tokens: ReadonlyMap<string, () => string>;
  readonly events: EventSettings;
  /** `FAQ_DATABASE_URL`: the apps that have a database of their own. */
  readonly databases: ReadonlyMap<string, string>;
}

export interface EventSettings {
  /** EVENTS_SECRET: signs events between the services of the project. */
  readonly secret: string | undefined;
  /** EVENTS_URL: the broker that carries events between processes, `nats://…`. */
  readonly url: string | undefined;
}

export function settings(options: SettingsOptions): Settings {
  return Object.freeze({ is: "settings", options: Object.freeze({ ...options }) });
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && "is" in value && value.is === "settings";
}

/** Throws one error that has a line for everything that is wrong. */
export function readSettings(settings: Settings, environment: Environment): ReadSettings {
  const { read, mistakes } = inspectSettings(settings, environment);
  refuseMistakes(mistakes);
  return read;
}

export interface Mistake {
  readonly is: "setting" | "variable";
  /** Names the setting or the variable, and never what a variable is: that may be secret. */
  readonly what: string;
}

export function refuseMistakes(mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return;
  const lines = mistakes.map(({ is, what }) => (is === "setting" ? `settings.ts: ${what}` : what));
  throw new MarcotError("SettingInvalid", lines.join("\n"));
}

const KNOWN = ["apps", "database", "name", "deadlineMs", "fixtures", "silenced"];

export interface Inspected {
  /** What is wrong has its default here, so that `check` can go on. */
  readonly read: ReadSettings;
  readonly mistakes: readonly Mistake[];
}

export function inspectSettings({ options }: Settings, environment: Environment): Inspected {
  const mistakes: Mistake[] = Object.keys(options)
    .filter((name) => !KNOWN.includes(name))
    .map((name) => ({ is: "setting", what: unknownSetting(name) }));

  /** What `read` gives, or the fallback when a variable is wrong or missing. */
  const attempt = <T>(read: () => T, fallback: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MarcotError) || error.code !== "SettingInvalid") throw error;
      mistakes.push({ is: "variable", what: error.message });
      return fallback;
    }
  };
  const take = <T>(setting: string, given: Setting<T> | undefined, kind: Kind<T>): T => {
    const { fallback, objections } = kind;
    if (given === undefined) return fallback;
    const variable = isVariable(given) ? given.name : undefined;
    const value = isVariable(given) ? attempt(() => given.read(environment), fallback) : given;
    // In settings.ts people see what they wrote; of a variable only the place is told.
    const show: Show = (text, index) => (variable ? `word ${index + 1}` : JSON.stringify(text));
    const found = objections(value, show).map((what) => `${variable ?? setting} is wrong: ${what}`);
    mistakes.push(
      ...found.map((what) => ({ is: variable ? "variable" : "setting", what }) as const),
    );
    return found.length === 0 ? (value as T) : (kind.rescue?.(value) ?? fallback);
  };

  const apps = take("apps", options.apps, kinds.apps);
  if (options.apps === undefined) mistakes.push({ is: "setting", what: "apps is missing" });
  const database = options.database ?? env.url("DATABASE_URL").default(EMBEDDED);
  const read: ReadSettings = {
    apps,
    database: take("database", database, kinds.database),
    name: take("name", options.name, kinds.name),
    deadlineMs: take("deadlineMs", options.deadlineMs, kinds.deadlineMs),
    fixtures: take("fixtures", options.fixtures, kinds.fixtures),
    silenced: take("silenced", options.silenced, kinds.silenced),
    addresses: mapOf(apps, (app) => attempt(() => readAddress(app, environment), undefined)),
    fakes: mapOf(apps, (app) => attempt(() => readFake(app, environment), undefined)),
    tokens: mapOf(apps, (app) => attempt(() => readToken(app, environment), undefined)),
    databases: mapOf(apps, (app) => {
      const own = env.url(databaseVariableOf(app)).default("");
      return take("", own, kinds.ownDatabase) || undefined;
    }),
    events: {
      secret: take("", env.text("EVENTS_SECRET").default(""), kinds.secret) || undefined,
      url: take("", env.url("EVENTS_URL").default(""), kinds.broker) || undefined,
    },
  };
  return { read, mistakes };
}

function unknownSetting(name: string): string {
  const near = nearest(name, KNOWN);
  return `there is no setting "${name}"; ${near ? `did you mean ${near}?` : `there are ${KNOWN.join(", ")}`}`;
}

function mapOf<T>(apps: readonly string[], read: (app: string) => T | undefined): Map<string, T> {
  return new Map(
    apps.flatMap((app) => {
      const value = read(app);
      return value === undefined ? [] : [[app, value] as const];
    }),
  );
}

const EMBEDDED = "embedded:./.data";

/** How an item of a list is named in a message. */
type Show = (text: unknown, index: number) => string;

interface Kind<T> {
  readonly fallback: T;
  /** What is wrong with a value, a part of a sentence each. */
  readonly objections: (value: unknown, show: Show) => string[];
  /** What is right in a wrong value, for `check`. Default: the fallback. */
  readonly rescue?: (value: unknown) => T | undefined;
}

function expecting<T>(
  fallback: T,
  expected: string,
  isRight: (value: unknown) => boolean,
): Kind<T> {
  return { fallback, objections: (value) => (isRight(value) ? [] : [`expected ${expected}`]) };
}

const DATABASE = "embedded:FOLDER or postgres://user@host/database";

const kinds = {
  apps: {
    fallback: [] as readonly string[],
    objections: objectionsToApps,
    rescue: (value: unknown) =>
      Array.isArray(value) ? [...new Set(value.filter(isName))] : undefined,
  },
  database: expecting(EMBEDDED, DATABASE, isDatabase),
  ownDatabase: expecting("", DATABASE, (value) => value === "" || isDatabase(value)),
  name: expecting("Marcot", "a text", (value) => typeof value === "string" && value !== ""),
  deadlineMs: expecting(
    2000,
    "a whole number from 1",
    (value) => Number.isInteger(value) && Number(value) >= 1,
  ),
  secret: expecting(
    "",
    "32 characters or more, as from `openssl rand -hex 32`",
    (value) => value === "" || (typeof value === "string" && value.length >= 32),
  ),
  broker: expecting(
    "",
    "the address of a NATS server, such as nats://127.0.0.1:4222",
    (value) => value === "" || /^(?:nats|tls):\/\//.test(String(value)),
  ),
  fixtures: expecting(
    [] as readonly string[],
    'a list of names, such as ["example"] for fixtures/example.json',
    (value) =>
      Array.isArray(value) &&
      value.every((name) => typeof name === "string" && /^[\w-]+$/.test(name)),
  ),
  silenced: {
    fallback: {} as Readonly<Record<string, string>>,
    objections: objectionsToSilenced,
  },
};

function isName(name: unknown): name is string {
  return typeof name === "string" && objectionToName(name) === undefined;
}

function objectionsToApps(value: unknown, show: Show): string[] {
  if (!Array.isArray(value)) return ["expected a list of names"];
  return value.flatMap((name: unknown, index) => {
    const objection = typeof name === "string" ? objectionToName(name) : NAME_RULE;
    if (objection !== undefined)
      return [`${show(name, index)} cannot be the name of an app: ${objection}`];
    return value.indexOf(name) < index ? [`${show(name, index)} is listed twice`] : [];
  });
}

function isDatabase(value: unknown): boolean {
  if (typeof value !== "string") return false;
  if (value.startsWith("embedded:")) return value.length > "embedded:".length;
  return URL.canParse(value) && /^postgres(?:ql)?:$/.test(new URL(value).protocol);
}

function objectionsToSilenced(value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return ['expected ids and reasons, such as { "apps.W001": "not finished yet" }'];
  return Object.entries(value).flatMap(([id, reason]: [string, unknown]) => {
    if (!isFindingId(id)) {
      const near = nearest(id, Object.keys(findingTable));
      return [`there is no finding ${id}${near ? `; did you mean ${near}?` : ""}`];
    }
    if (!isSilenceable(id)) return [`${id} cannot be silenced, because it stops the start`];
    const hasReason = typeof reason === "string" && reason.trim() !== "";
    return hasReason ? [] : [`${id} needs a reason, such as "not finished yet"`];
  });
}
