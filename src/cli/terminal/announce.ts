/** What `runserver` says when it is ready: what is served where, and a call to try. */
import { aboutOf } from "../../contract/contract.ts";
import type { Endpoint } from "../../contract/endpoint.ts";
import { isGuest } from "../../contract/guest.ts";
import { type Listed, versionNames } from "../../project/plan.ts";
import type { Project } from "../../project/project.ts";
import type { Service } from "../../provider/service.ts";
import type { ServerLog } from "./log.ts";
import { NO_APPS, style, toColumns } from "./style.ts";

interface Served {
  readonly app: string;
  readonly provider: string;
  readonly versions: readonly string[];
  /** A line for the shell. */
  readonly attempt: string | undefined;
}

/**
 * For people on a terminal, for programs everywhere else. Whoever sends the log into a file and still
 * sits at a terminal is told there, beside the log.
 */
export function announce(project: Project, { address }: Service, log: ServerLog): void {
  const { plan } = project;
  const isAlone = plan.only.length > 0 && plan.apps.filter((app) => app.isLocal).length === 1;
  const apps = plan.apps.map((listed) => toServed(listed, address, isAlone));
  const { name } = plan.settings;
  const { stdout, stderr } = process;
  if (!stdout.isTTY) log.info({ address, apps }, `${name} at ${address} is ready`);
  const terminal = [stdout, stderr].find((stream) => stream.isTTY);
  terminal?.write(`${toLines(name, address, apps, terminal).join("\n")}\n`);
}

function toLines(
  name: string,
  address: string,
  apps: readonly Served[],
  stream: NodeJS.WritableStream,
): string[] {
  const rows = apps.map(({ app, provider, versions }) => [
    `  ${style("bold", app, stream)}`,
    provider,
    style("dim", versions.join(", "), stream),
  ]);
  const attempts = apps.flatMap(({ attempt }) => (attempt ? [`  ${attempt}`] : []));
  return [
    `${style("bold", name, stream)} at ${style("underline", address, stream)}`,
    ...(apps.length === 0 ? [NO_APPS] : toColumns(rows)),
    ...(attempts.length > 0 ? ["Try:", ...attempts] : []),
    style("dim", "Ctrl-C stops it.", stream),
  ];
}

function toServed(listed: Listed, address: string, isAlone: boolean): Served {
  const place = `${address}${isAlone ? "" : `/${listed.name}`}`;
  return {
    app: listed.name,
    provider: providerOf(listed, place),
    versions: versionNames(listed),
    attempt: listed.isLocal ? attemptOf(listed, place) : undefined,
  };
}

function providerOf({ address, fake, isLocal }: Listed, place: string): string {
  if (fake !== undefined) return "FAKE: answers are made up from the contract";
  if (address) return address.href;
  return isLocal ? `this process, ${place}/` : "not provided";
}

/** The first endpoint of the first version that can be called with a few plain values. */
function attemptOf({ versions }: Listed, place: string): string | undefined {
  const [oldest] = versions;
  if (oldest === undefined) return undefined;
  for (const endpoint of aboutOf(oldest).endpoints) {
    const data = endpoint.method === "POST" ? examplesOf(endpoint) : undefined;
    if (data) return `curl ${place}/${endpoint.version}${endpoint.path} ${data.join(" ")}`;
  }
  return undefined;
}

function examplesOf({ input, path }: Endpoint): string[] | undefined {
  if (isGuest(input) || path.includes(":")) return undefined;
  const required = Object.entries(input).filter(([, field]) => field.presence === "required");
  const examples = required.map(([name, { kind }]) => {
    if (kind === "text") return `-d "${name}=my ${name}"`;
    return kind === "integer" ? `-d ${name}=123` : undefined;
  });
  const known = examples.filter((example) => example !== undefined);
  return known.length === 0 || known.length < examples.length ? undefined : known;
}
