/**
 * Whether apps can be deployed: each caller that runs in the environment against what is to be deployed,
 * and what is to be deployed against each provider that runs there. A row is one caller, at one commit, of
 * one provider, at one commit. Everything is read from git, unless providers are asked what they serve.
 */
import type { StoredLock } from "../lock/stored.ts";
import {
  type AppsAt,
  appsAt,
  isUnknown,
  type Pulled,
  shortOf,
  type Unknown,
  type Use,
} from "./apps-at.ts";
import type { Deployed } from "./deployed.ts";
import { type Broken, judge, type Spared } from "./judge.ts";

export interface Row {
  readonly consumer: string;
  /** A hash; undefined where it does not run. */
  readonly at: string | undefined;
  /** `v1 create`; `v1 *` for all of a version. */
  readonly uses: readonly string[];
  readonly provider: string;
  readonly providerAt: string | undefined;
  /** Where what the provider serves is from, if it is not from git: it was asked, or pulled once. */
  readonly from?: "live" | Pulled;
  /** `warning` may surprise; `unknown` has a reason, and is no where everything must be known. */
  readonly verdict: "yes" | "warning" | "unknown" | "no";
  /** Why it is unknown. */
  readonly why?: string;
  readonly broken: readonly Broken[];
  /** What changed, and does not touch the caller by what was recorded of it. */
  readonly spared: readonly Spared[];
}

export interface Matrix {
  readonly apps: readonly string[];
  readonly environment: string;
  readonly commit: string;
  readonly rows: readonly Row[];
  /** Callers at the commit that do not run in the environment, and so have nothing to lose. */
  readonly absent: readonly string[];
  /** The apps of the question that do not run there yet. */
  readonly isNew: readonly string[];
  /** Providers that are not in the repository. */
  readonly others: readonly string[];
  /** Apps that can be deployed at the same commit first, and make the answer yes. */
  readonly first: readonly First[];
}

export interface First {
  readonly app: string;
  /** `callers` for what goes, `providers` for what comes. */
  readonly as: "callers" | "providers";
}

export interface Question {
  /** The folder of settings.ts. */
  readonly project: string;
  /** Deployed together: what they say to each other does not change. */
  readonly apps: readonly string[];
  readonly environment: string;
  readonly deployed: Deployed;
  /** Asks a provider what it serves now, in place of git. Default: git. */
  readonly ask?: Ask | undefined;
}

type Ask = (app: string) => Promise<StoredLock | Unknown>;

export async function matrixOf(question: Question, to: AppsAt): Promise<Matrix> {
  const { apps, environment, deployed, project, ask } = question;
  const snapshots = new Map<string, Promise<AppsAt | Unknown>>([[to.commit, Promise.resolve(to)]]);
  const open = (commit: string) => {
    const known = snapshots.get(commit) ?? appsAt(project, commit);
    snapshots.set(commit, known);
    return known;
  };
  const rows = await rowsOf({ apps, deployed, to, open, ask });
  const others = [...new Set(rows.map(({ provider }) => provider))].filter(
    (name) => name !== "*" && !to.names.includes(name),
  );
  const first: First[] = [];
  for (const one of partnersOf(rows, apps).filter(({ app }) => !others.includes(app))) {
    // Whoever goes first must get along with what runs now, the apps of the question included.
    const before = await rowsOf({ apps: [one.app], deployed, to, open, ask });
    if (before.every(({ verdict }) => verdict !== "no")) first.push(one);
  }
  const absent: string[] = [];
  for (const name of to.names.filter((app) => !deployed[app] && !apps.includes(app))) {
    const uses = await to.usesOf(name, []);
    if (!isUnknown(uses) && uses.some((use) => apps.includes(use.uses))) absent.push(name);
  }
  const isNew = apps.filter((app) => !deployed[app]);
  return { apps, environment, commit: to.commit, rows, absent, isNew, others, first };
}

/** Who stands in the way. */
function partnersOf(rows: readonly Row[], apps: readonly string[]): First[] {
  const found = rows
    .filter(({ verdict }) => verdict === "no")
    .map(({ consumer, provider }): First => {
      const isCaller = !apps.includes(consumer);
      return { app: isCaller ? consumer : provider, as: isCaller ? "callers" : "providers" };
    });
  return [...new Map(found.map((one) => [one.app, one])).values()];
}

interface Sought {
  readonly apps: readonly string[];
  readonly deployed: Deployed;
  readonly to: AppsAt;
  readonly open: (commit: string) => Promise<AppsAt | Unknown>;
  readonly ask: Ask | undefined;
}

async function rowsOf(sought: Sought): Promise<Row[]> {
  const { apps, deployed, to, open } = sought;
  const rows: Row[] = [];
  const known = [...new Set([...Object.keys(deployed), ...apps])];
  for (const [consumer, commits] of Object.entries(deployed)) {
    if (apps.includes(consumer)) continue;
    for (const { commit } of commits) {
      const then = await open(commit);
      const uses = isUnknown(then) ? then : await then.usesOf(consumer, known);
      for (const provider of apps) {
        const base = { consumer, at: commit, provider, providerAt: to.commit };
        if (isUnknown(then) || isUnknown(uses)) {
          rows.push(unknown(base, isUnknown(then) ? then : (uses as Unknown)));
        } else {
          const own = uses.filter((use) => use.uses === provider);
          const served = () => to.lockOf(provider);
          if (own.length > 0) rows.push(await rowOf(base, own, then, served));
        }
      }
    }
  }
  for (const consumer of apps) {
    const uses = await to.usesOf(consumer, known);
    if (isUnknown(uses)) {
      const base = { consumer, at: to.commit, provider: "*", providerAt: undefined };
      rows.push(unknown(base, uses));
      continue;
    }
    const providers = new Set(uses.map((use) => use.uses).filter((app) => !apps.includes(app)));
    for (const provider of providers) {
      const own = uses.filter((use) => use.uses === provider);
      rows.push(...(await rowsWith({ consumer, provider, own }, sought)));
    }
  }
  return rows;
}

interface Pair {
  readonly consumer: string;
  readonly provider: string;
  readonly own: readonly Use[];
}

/** An app that is to be deployed, and a provider as it is there. */
async function rowsWith({ consumer, provider, own }: Pair, sought: Sought): Promise<Row[]> {
  const { deployed, to, open, ask } = sought;
  const base = { consumer, at: to.commit, provider, providerAt: undefined };
  if (ask) return [await rowOf({ ...base, from: "live" }, own, to, () => ask(provider))];
  const commits = deployed[provider] ?? [];
  if (commits.length === 0) {
    const pulled = to.names.includes(provider) ? undefined : await to.pulledAt(provider);
    if (pulled === undefined)
      return [unknown(base, { why: `${provider} is not deployed there` }, own)];
    return [await rowOf({ ...base, from: pulled }, own, to, () => to.builtOf(provider))];
  }
  const rows: Row[] = [];
  for (const { commit } of commits) {
    const there = await open(commit);
    const at = { ...base, providerAt: commit };
    const served = async () => (isUnknown(there) ? there : there.lockOf(provider));
    rows.push(await rowOf(at, own, to, served));
  }
  return rows;
}

type Base = Pick<Row, "consumer" | "at" | "provider" | "providerAt" | "from">;

function unknown(base: Base, { why }: Unknown, uses: readonly Use[] = []): Row {
  return { ...base, uses: namesOf(uses), verdict: "unknown", why, broken: [], spared: [] };
}

function namesOf(uses: readonly Use[]): string[] {
  return [...new Set(uses.map(({ version, name }) => `${version} ${name}`))].toSorted();
}

/** `built`: where the caller was built; `served`: what the provider serves there. */
async function rowOf(
  base: Base,
  uses: readonly Use[],
  built: AppsAt,
  served: () => Promise<StoredLock | Unknown>,
): Promise<Row> {
  const { consumer, provider, providerAt, from } = base;
  const expected = await built.builtOf(provider);
  if (isUnknown(expected)) return unknown(base, expected, uses);
  if (isForeign(expected)) return rowOfForeign(base, uses);
  const promised = await served();
  if (isUnknown(promised)) return unknown(base, promised, uses);
  const place = providerAt
    ? shortOf(providerAt)
    : from === "live"
      ? "its address"
      : "its last pull";
  const used = await built.recordOf(consumer, provider);
  const { broken, spared, why } = judge(uses, expected, promised, place, used);
  const verdict = broken.some(({ isBreak }) => isBreak)
    ? "no"
    : why !== undefined
      ? "unknown"
      : broken.length > 0
        ? "warning"
        : "yes";
  const reason = why === undefined ? {} : { why };
  return { ...base, uses: namesOf(uses), verdict, ...reason, broken, spared };
}

/** What was pulled from an OpenAPI document of others has their names, and no /-/contract to compare with. */
function isForeign({ versions }: StoredLock): boolean {
  const all = Object.values(versions).flatMap(({ endpoints }) => Object.values(endpoints));
  return all.some(({ transport }) => transport !== undefined);
}

function rowOfForeign(base: Base, uses: readonly Use[]): Row {
  const why = `${base.provider} is no app of Marcot's: \`marcot contract diff\` compares its documents`;
  if (typeof base.from !== "object") return unknown(base, { why }, uses);
  return { ...base, uses: namesOf(uses), verdict: "yes", broken: [], spared: [] };
}
