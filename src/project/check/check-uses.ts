/**
 * The part of `check` that reads what was recorded of callers: whom a break touches, and whether a uses.lock
 * names what its app does not use any more. What was not recorded counts as used whole.
 */
import { join, relative } from "node:path";
import { MarcotError } from "../../errors.ts";
import { type Change, compare } from "../../lock/compared.ts";
import type { StoredLock } from "../../lock/stored.ts";
import {
  asUsed,
  findUses,
  isSpared,
  onlyText,
  USES,
  type UsedApp,
  type UsesLock,
} from "../../lock/uses.ts";
import type { AppFiles } from "../find.ts";
import type { Use } from "./boundaries.ts";
import { type Finding, toFinding } from "./findings.ts";

/** By the name of the caller. */
export type Records = ReadonlyMap<string, UsesLock>;

export interface RecordsOf {
  /** The folder of settings.ts. */
  readonly project: string;
  /** The project's own apps. */
  readonly apps: readonly AppFiles[];
  readonly uses: readonly Use[];
}

export function readRecords(options: RecordsOf): {
  readonly records: Records;
  readonly findings: readonly Finding[];
} {
  const { apps, project } = options;
  const records = new Map<string, UsesLock>();
  const findings: Finding[] = [];
  for (const { name, folder } of apps) {
    try {
      const found = findUses(folder);
      if (found === undefined) continue;
      records.set(name, found);
      const file = relative(project, join(folder, USES));
      findings.push(...leftOvers(name, found, { file, uses: options.uses }));
    } catch (error) {
      if (!(error instanceof MarcotError)) throw error;
      const where = { file: relative(project, join(folder, USES)) };
      const what = `what ${name} uses cannot be read${error.message.replace(/^.*cannot be read/s, "")}`;
      findings.push(toFinding("contracts.E006", where, what, error.fix));
    }
  }
  return { records, findings };
}

function leftOvers(
  app: string,
  recorded: UsesLock,
  { file, uses }: { readonly file: string; readonly uses: readonly Use[] },
): Finding[] {
  const own = uses.filter((use) => use.app === app);
  const names = Object.entries(recorded).flatMap(([provider, versions]) =>
    Object.entries(versions).flatMap(([version, endpoints]) =>
      Object.keys(endpoints)
        .filter(
          (endpoint) =>
            !own.some((use) => linesOf(use, { provider, version, endpoint }).length > 0),
        )
        .map((endpoint) => `${provider} ${version} ${endpoint}`),
    ),
  );
  if (names.length === 0) return [];
  const what = `${app} does not use ${names.join(", ")} any more`;
  const hint = `Run \`marcot contract uses ${app}\`, and commit what it writes.`;
  return [toFinding("contracts.W007", { file }, what, hint)];
}

export interface UsedEndpoint {
  readonly provider: string;
  readonly version: string;
  /** Empty for the version itself. */
  readonly endpoint: string;
}

/** Where a file uses an endpoint: each place, or the import where nothing more is said. */
export function linesOf(use: Use, { provider, version, endpoint }: UsedEndpoint): number[] {
  if (use.uses !== provider) return [];
  const members = use.members.filter((member) => ["*", version].includes(member.version));
  const isUnclear =
    members.length === 0 && (use.versions.includes(version) || use.versions.includes("*"));
  if (isUnclear) return [use.line];
  return members
    .filter(({ name }) => endpoint === "" || ["*", endpoint].includes(name))
    .map(({ line }) => line);
}

/** Says of a change why it does not touch a caller; undefined where it does, or nobody knows. */
export type Sparing = (change: Change, caller: string) => string | undefined;

/** `earlier` and `fresh` are the locks of one app. */
export function sparingOf(earlier: StoredLock, fresh: StoredLock, records: Records): Sparing {
  const left = new Map<UsedApp, readonly Change[]>();
  return (change, caller) => {
    const { version, endpoint, side } = change;
    const used = records.get(caller)?.[fresh.app];
    const parts = used?.[version]?.[endpoint];
    if (used === undefined || parts === undefined || side === undefined) return undefined;
    const known = left.get(used) ?? compare(asUsed(earlier, used), fresh);
    left.set(used, known);
    return isSpared(change, known, used) ? onlyText(side, parts) : undefined;
  };
}
