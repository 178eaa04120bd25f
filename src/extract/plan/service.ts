/** How the service is started: the command, and the variables that it needs. */
import type { App } from "../../app/types.ts";
import { aboutOf } from "../../contract/contract.ts";
import { apiVariableOf, databaseVariableOf, tokenVariableOf } from "../../project/addresses.ts";
import type { Use } from "../../project/check/boundaries.ts";
import type { ProjectPlan } from "../../project/plan.ts";

export interface ServiceCommand {
  /** `marcot runserver --only faq --port 8001`. */
  readonly command: string;
  /** By name. `${…}` stands for what is not repeated here, since it is secret, or what is not known yet. */
  readonly variables: Readonly<Record<string, string>>;
  /** Both, as it is typed into a shell. */
  readonly line: string;
}

export interface ServiceOptions {
  readonly plan: ProjectPlan;
  readonly name: string;
  readonly app: App | undefined;
  readonly uses: readonly Use[];
  readonly to: string | undefined;
  /** The address of the app in the project. */
  readonly home: string | undefined;
}

/** Beside the project's own 8000. */
const PORT = 8001;

export function serviceOf(options: ServiceOptions): ServiceCommand {
  const { plan, name, app, uses, to } = options;
  const { events, databases, tokens } = plan.settings;
  const hasEvents =
    app === undefined || app.receivers.length > 0 || aboutOf(app.contract).events.length > 0;
  // Where the app has a variable of its own in the project, that one would win.
  const database = databases.has(name) ? databaseVariableOf(name) : "DATABASE_URL";
  const others = neighboursOf(options);
  const variables: Record<string, string> = {
    [database]: shownTarget(to),
    ...(hasEvents || events.secret ? { EVENTS_SECRET: "${EVENTS_SECRET}" } : {}),
    ...(events.url ? { EVENTS_URL: "${EVENTS_URL}" } : {}),
    ...Object.fromEntries(others.map((other) => [apiVariableOf(other), addressOf(other, options)])),
    ...Object.fromEntries(
      uses
        .filter((use) => use.app === name && tokens.has(use.uses))
        .map((use) => [tokenVariableOf(use.uses), `\${${tokenVariableOf(use.uses)}}`]),
    ),
  };
  const command = `marcot runserver --only ${name} --port ${PORT}`;
  const words = Object.entries(variables).map(([key, value]) => `${key}=${inShell(value)}`);
  return Object.freeze({
    command,
    variables: Object.freeze(variables),
    line: [...words, command].join(" "),
  });
}

/** The apps that this one calls, hears and tells. */
function neighboursOf({ name, app, uses }: ServiceOptions): string[] {
  const events = new Set(
    app === undefined ? [] : aboutOf(app.contract).events.map((event) => event.name),
  );
  const called = uses.filter((use) => use.app === name).map((use) => use.uses);
  const hearing = uses
    .filter((use) => use.uses === name && use.app !== name)
    .filter(({ members }) =>
      members.some((member) => member.name === "*" || events.has(member.name)),
    )
    .map((use) => use.app);
  const heard = (app?.receivers ?? []).map(({ event }) => event.app);
  return [...new Set([...called, ...hearing, ...heard])]
    .filter((other) => other !== name)
    .toSorted();
}

/** Where it is now, if it is elsewhere; else in the project, beside this app. */
function addressOf(other: string, { plan, home }: ServiceOptions): string {
  const address = plan.settings.addresses.get(other);
  if (address !== undefined) return address.href;
  if (home === undefined) return `\${PROJECT}/${other}`;
  return `${home.replace(/\/+$/, "").replace(/\/[^/]*$/, "")}/${other}`;
}

/** A password is not printed: it is in the variable that the reader has taken it from. */
function shownTarget(to: string | undefined): string {
  if (to === undefined) return "${TARGET}";
  return URL.canParse(to) && new URL(to).password !== "" ? "${TARGET}" : to;
}

/** What stands for something is to be put in by the shell. */
function inShell(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  return value.includes("${") ? `"${value}"` : `'${value.replaceAll("'", `'\\''`)}'`;
}
