/** `app("faq", { … })`: what an app is made of. Loaded only where the app is provided. */
import { aboutOf, type AnyContract, lastEndpoints, versionsOf } from "../contract/contract.ts";
import { MarcotError } from "../errors.ts";
import type { Page } from "./page.ts";
import { isJob } from "./job.ts";
import { isProjection } from "./projection.ts";
import { isReceiver } from "./receiver.ts";
import type { App, Job, Receiver, View } from "./types.ts";

export interface AppParts {
  /** The newest version of the app's contract; the older ones come with it. */
  readonly contract: AnyContract;
  /** A sentence for people, shown on the project's first page. Default: none. */
  readonly summary?: string;
  /** `import * as views`: the views answer endpoints; other exports are left alone. Default: none. */
  readonly views?: Readonly<Record<string, unknown>>;
  /** The pages of the app. Default: none. */
  readonly urls?: readonly Page[];
  /** `import * as tables`: the Drizzle tables. Default: none, and then the app needs no database. */
  readonly tables?: Readonly<Record<string, unknown>>;
  /** `import * as receivers`: what the app does about events of others, projections too. Default: nothing. */
  readonly receivers?: Readonly<Record<string, unknown>>;
  /** `import * as jobs`: what the app does later, or again and again. Default: nothing. */
  readonly jobs?: Readonly<Record<string, unknown>>;
}

export function app(name: string, parts: AppParts): App {
  const about = aboutOf(parts.contract);
  if (about.app !== name) throw invalid(name, `its contract is that of "${about.app}"`);
  if (about.life.retired?.gone)
    throw invalid(name, `${about.version} is the newest version and cannot be gone`);
  const views = viewsByEndpoint(name, parts);
  refuseHidden(name, parts);
  const { contract, summary = "", urls = [], tables = {} } = parts;
  const projections = Object.values(parts.receivers ?? {}).filter(isProjection);
  const receivers = receiversOf(name, parts);
  const jobs = jobsOf(name, parts);
  return Object.freeze({
    name,
    contract,
    summary,
    views,
    urls,
    tables,
    receivers,
    projections,
    jobs,
  });
}

function jobsOf(name: string, { jobs = {}, tables }: AppParts): Job[] {
  const found = new Map<string, Job>();
  for (const candidate of Object.values(jobs)) {
    if (!isJob(candidate)) continue;
    if (found.has(candidate.name)) throw invalid(name, `two jobs are called "${candidate.name}"`);
    found.set(candidate.name, candidate);
  }
  if (found.size > 0 && tables === undefined)
    throw invalid(name, "it has jobs and no `tables`: they wait in its database");
  return [...found.values()];
}

function receiversOf(name: string, { receivers = {} }: AppParts): Receiver[] {
  const found = new Map<string, Receiver>();
  const given = Object.values(receivers).flatMap((one): readonly unknown[] =>
    isProjection(one) ? one.receivers : [one],
  );
  for (const candidate of given) {
    if (!isReceiver(candidate)) continue;
    if (candidate.event.app === name)
      throw invalid(name, `${candidate.name} receives an event of its own app; call a function`);
    if (found.has(candidate.name))
      throw invalid(name, `two receivers are called "${candidate.name}"`);
    found.set(candidate.name, candidate);
  }
  return [...found.values()];
}

function viewsByEndpoint(name: string, { contract, views = {} }: AppParts): Map<string, View> {
  const found = new Map<string, View>();
  const lasts = lastEndpoints(contract);
  for (const candidate of Object.values(views)) {
    if (!isView(candidate)) continue;
    const { app: owner, name: endpoint, version } = candidate.endpoint;
    const last = lasts.get(endpoint)?.version;
    if (owner !== name)
      throw invalid(name, `a view answers ${owner}.${endpoint}, which is another app's`);
    if (version !== last)
      throw invalid(
        name,
        last === undefined
          ? `the view of ${endpoint} answers ${version}, which is gone; take it out`
          : `the view of ${endpoint} answers ${version}; write it for ${last}`,
      );
    if (found.has(endpoint)) throw invalid(name, `${endpoint} has two views`);
    found.set(endpoint, candidate);
  }
  const missing = [...lasts.values()].filter(({ name: key }) => !found.has(key));
  if (missing.length > 0)
    throw invalid(name, `no view answers ${missing.map((e) => e.name).join(", ")}`);
  return found;
}

/** The first version's endpoints answer without a version in their path too; a page there would hide them. */
function refuseHidden(name: string, { contract, urls = [] }: AppParts): void {
  const [oldest = contract] = versionsOf(contract);
  const taken = new Map(
    aboutOf(oldest).endpoints.map((e) => [`${e.method} ${shapeOf(e.path)}`, e.name]),
  );
  for (const { path, post } of urls) {
    const hidden =
      taken.get(`GET ${shapeOf(path)}`) ?? (post ? taken.get(`POST ${shapeOf(path)}`) : undefined);
    if (hidden) throw invalid(name, `the page ${path} stands where the endpoint ${hidden} answers`);
  }
}

function shapeOf(path: string): string {
  return path.replaceAll(/:\w+/g, ":");
}

function isView(value: unknown): value is View {
  return typeof value === "object" && value !== null && "is" in value && value.is === "view";
}

function invalid(name: string, what: string): MarcotError {
  return new MarcotError("AppInvalid", `${name}: ${what}`);
}
