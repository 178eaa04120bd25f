/** What `runserver` says when it is ready: what is served where, and a call to try. */
import { aboutOf } from "../contract/contract.ts";
import type { Endpoint } from "../contract/endpoint.ts";
import { isGuest } from "../contract/guest.ts";
import { type Listed, type Project, versionNames } from "../project/project.ts";
import type { Service } from "../provider/service.ts";
import type { ServerLog } from "./log.ts";
import { style, toColumns } from "./style.ts";

interface Served {
  readonly app: string;
  readonly provider: string;
  readonly versions: readonly string[];
  /** A line for the shell. */
  readonly attempt: string | undefined;
}

export function announce({ plan }: Project, { address }: Service, log: ServerLog): void {
  const isAlone = plan.only.length > 0 && plan.apps.filter((app) => app.isLocal).length === 1;
  const apps = plan.apps.map((listed) => toServed(listed, address, isAlone));
  const { name } = plan.settings;
  if (!process.stdout.isTTY) {
    log.info({ address, apps }, `${name} at ${address} is ready`);
    return;
  }
  const rows = apps.map(({ app, provider, versions }) => [
    `  ${style("bold", app)}`,
    provider,
    style("dim", versions.join(", ")),
  ]);
  const attempts = apps.flatMap(({ attempt }) => (attempt ? [`  ${attempt}`] : []));
  const lines = [`${style("bold", name)} at ${style("underline", address)}`, ...toColumns(rows)];
  if (attempts.length > 0) lines.push("Try:", ...attempts);
  console.log([...lines, style("dim", "Ctrl-C stops it.")].join("\n"));
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

function providerOf({ address, isLocal }: Listed, place: string): string {
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
