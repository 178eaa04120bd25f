/**
 * Who still calls each version of an app: what the ledger counted, and what the project's own code says.
 * From both follows whether a version can be removed. What is not known counts against it.
 */
import type { Sql } from "postgres";
import { optionalFields } from "../../app/usage.ts";
import { type About, aboutOf, type AnyContract, isServed } from "../../contract/contract.ts";
import { missingTables } from "../../data/create-own-tables.ts";
import { type OwnTable, ownTable } from "../../data/own-tables.ts";
import { MarcotError } from "../../errors.ts";
import type { UsedParts } from "../../lock/uses.ts";
import type { Use } from "../check/boundaries.ts";
import type { Records } from "../check/check-uses.ts";

/** Less and a caller that runs once a month is cut off; more and versions stay that nobody needs. */
export const SILENT_DAYS = 30;

/** A consumer of an endpoint, by the ledger, by the code, or by both. */
export interface Caller {
  readonly consumer: string;
  /** Undefined where the code imports the version without saying what for. */
  readonly endpoint: string | undefined;
  /** In the days that were asked for. */
  readonly calls: number;
  readonly errors: number;
  readonly lastAt: Date | undefined;
  /** `apps/tickets/views.ts:14`, for the project's own apps. */
  readonly places: readonly string[];
  /** What it was seen to send and read in its tests; undefined where that was not recorded. */
  readonly used?: UsedParts;
}

export interface VersionUsage {
  readonly version: string;
  readonly state: "newest" | "stable" | "deprecated";
  readonly deprecated: string | undefined;
  readonly sunset: string | undefined;
  /** Until the sunset; negative when it is past. */
  readonly daysLeft: number | undefined;
  readonly callers: readonly Caller[];
  /** Optional fields of endpoints that were called: `create.priority`. */
  readonly unsent: readonly string[];
  /** Why it cannot be removed. Empty: it can. */
  readonly obstacles: readonly string[];
}

export interface UsageQuestion {
  /** All versions that the app declares, oldest first. */
  readonly contracts: readonly AnyContract[];
  /** What the project's own apps use of others. */
  readonly uses: readonly Use[];
  /** Of that, what their tests have shown. */
  readonly records: Records;
  readonly now: Date;
}

const DAY_MS = 86_400_000;

export function judgeUsage(ledger: Ledger, question: UsageQuestion): VersionUsage[] {
  const served = question.contracts.filter(isServed).map(aboutOf);
  return served.map((about) => {
    const { version, life } = about;
    const { deprecated, sunset } = life.retired ?? {};
    const isNewest = about === served.at(-1);
    const callers = callersOf(about, ledger, question.uses).map((caller) => {
      const { consumer, endpoint = "" } = caller;
      const used = question.records.get(consumer)?.[about.app]?.[version]?.[endpoint];
      return used === undefined ? caller : { ...caller, used };
    });
    const daysLeft = sunset === undefined ? undefined : daysUntil(sunset, question.now);
    const usage = { version, deprecated, sunset, daysLeft, callers };
    return {
      ...usage,
      state: isNewest ? "newest" : deprecated === undefined ? "stable" : "deprecated",
      callers: callers.filter(({ calls, places }) => calls > 0 || places.length > 0),
      unsent: unsentBy(about, ledger),
      obstacles: isNewest
        ? ["it is the newest version"]
        : [...lifeObstacles(usage), ...callerObstacles(usage, ledger, question.now)],
    };
  });
}

function daysUntil(day: string, now: Date): number {
  return Math.ceil((Date.parse(day) - Date.parse(now.toISOString().slice(0, 10))) / DAY_MS);
}

/** The ledger's rows, each with the places in the code; then what the code uses and nobody called. */
function callersOf({ app, version }: About, ledger: Ledger, uses: readonly Use[]): Caller[] {
  const places = new Map<
    string,
    { consumer: string; endpoint: string | undefined; at: string[] }
  >();
  for (const use of uses.filter((one) => one.uses === app)) {
    const found = linesOf(use, version);
    for (const { name: endpoint, line } of found) {
      const key = `${use.app} ${endpoint ?? ""}`;
      const place = places.get(key) ?? { consumer: use.app, endpoint, at: [] };
      place.at.push(`${use.file}:${line}`);
      places.set(key, place);
    }
  }
  const rows = ledger.rows.filter((row) => row.version === version);
  const called = rows.map(({ consumer, endpoint, calls, errors, lastAt }) => {
    const key = `${consumer} ${endpoint}`;
    const at = places.get(key)?.at ?? [];
    places.delete(key);
    return { consumer, endpoint, calls, errors, lastAt, places: at };
  });
  const silent = [...places.values()].map(({ at, ...rest }) => ({
    ...rest,
    calls: 0,
    errors: 0,
    lastAt: undefined,
    places: at,
  }));
  return [...called, ...silent];
}

/** Where a file uses a version: each endpoint, or the import where nothing more is said. */
function linesOf(use: Use, version: string): readonly { name?: string; line: number }[] {
  const members = use.members.filter((member) => ["*", version].includes(member.version));
  if (members.length > 0)
    return members.map(({ name, line }) => (name === "*" ? { line } : { name, line }));
  return use.versions.includes(version) || use.versions.includes("*") ? [use] : [];
}

/** Of endpoints that somebody called; of the others nothing is known. */
function unsentBy({ version, endpoints }: About, ledger: Ledger): string[] {
  return endpoints.flatMap((endpoint) => {
    const rows = ledger.rows.filter(
      (row) => row.version === version && row.endpoint === endpoint.name && row.calls > 0,
    );
    if (rows.length === 0) return [];
    const sent = new Set(rows.flatMap((row) => row.sent));
    const unsent = optionalFields(endpoint).filter((name) => !sent.has(name));
    return unsent.map((name) => `${endpoint.name}.${name}`);
  });
}

type Life = Pick<VersionUsage, "deprecated" | "sunset" | "daysLeft" | "callers">;

function lifeObstacles({ deprecated, sunset, daysLeft }: Life): string[] {
  if (deprecated === undefined) return ["it is not deprecated: say retire(…) in its contract"];
  if (sunset === undefined || daysLeft === undefined)
    return ["it has no sunset: its callers do not know until when it stays"];
  // The sunset is the day until which it stays, so the day itself is one of its days.
  return daysLeft < 0 ? [] : [`its sunset, ${sunset}, is not past`];
}

function callerObstacles({ callers }: Life, ledger: Ledger, now: Date): string[] {
  const recent = now.getTime() - SILENT_DAYS * DAY_MS;
  const calling = callers
    .filter(({ lastAt }) => lastAt !== undefined && lastAt.getTime() > recent)
    .map(({ consumer, endpoint }) => `${consumer} calls ${endpoint}`);
  const using = callers.flatMap(({ consumer, endpoint, places }) =>
    places.map((place) => `${place}: ${consumer} uses ${endpoint ?? "it"}`),
  );
  return [...calling, ...using, ...ledgerObstacles(ledger, recent)];
}

/** Nobody is silent for 30 days in a ledger that is younger. */
function ledgerObstacles({ since }: Ledger, recent: number): string[] {
  if (since === undefined) return ["the ledger is empty: nothing is known of its callers"];
  if (Date.parse(since) <= recent) return [];
  return [`the ledger begins on ${since}: it must reach back ${SILENT_DAYS} days`];
}

interface LedgerRow {
  readonly version: string;
  readonly endpoint: string;
  readonly consumer: string;
  /** In the days that were asked for, as all numbers here but `lastAt`. */
  readonly calls: number;
  readonly errors: number;
  readonly lastAt: Date;
  readonly sent: readonly string[];
}

export interface Ledger {
  readonly rows: readonly LedgerRow[];
  /** The first day of which anything is known. */
  readonly since: string | undefined;
}

/** Who called most stands first. */
export async function readLedger(sql: Sql, app: string, days: number): Promise<Ledger> {
  await mustHave(sql, app, "contract_usage");
  const table = ownTable(app, "contract_usage");
  const rows = await sql.unsafe<(Omit<LedgerRow, "lastAt"> & { last_ms: number })[]>(
    `WITH recent AS (SELECT *, day > (now() AT TIME ZONE 'UTC')::date - $1::int AS is_recent FROM ${table})
     SELECT version, endpoint, consumer,
       coalesce(sum(calls) FILTER (WHERE is_recent), 0)::float8 AS calls,
       coalesce(sum(errors) FILTER (WHERE is_recent), 0)::float8 AS errors,
       (extract(epoch FROM max(last_at)) * 1000)::float8 AS last_ms,
       (SELECT coalesce(jsonb_agg(DISTINCT field), '[]') FROM recent AS one, unnest(one.sent) AS field
        WHERE one.is_recent AND one.version = recent.version
          AND one.endpoint = recent.endpoint AND one.consumer = recent.consumer) AS sent
     FROM recent GROUP BY version, endpoint, consumer ORDER BY calls DESC, consumer, endpoint`,
    [days],
  );
  const [first] = await sql.unsafe<{ since: string | null }[]>(
    `SELECT min(day)::text AS since FROM ${table}`,
  );
  return {
    rows: rows.map(({ last_ms, ...row }) => ({ ...row, lastAt: new Date(last_ms) })),
    since: first?.since ?? undefined,
  };
}

export interface Times {
  /** Of all calls, from the beginning of each to its end. */
  readonly milliseconds: number;
  /** Calls that took longer than a second. */
  readonly slow: number;
}

/** How long the calls of an app took in the last days. */
export async function readTimes(sql: Sql, app: string, days: number): Promise<Times> {
  await mustHave(sql, app, "endpoint_times");
  const [times] = await sql.unsafe<[Times]>(
    `SELECT coalesce(sum(milliseconds), 0) AS milliseconds, coalesce(sum(slow), 0)::float8 AS slow
     FROM ${ownTable(app, "endpoint_times")} WHERE day > (now() AT TIME ZONE 'UTC')::date - $1::int`,
    [days],
  );
  return times;
}

async function mustHave(sql: Sql, app: string, table: OwnTable): Promise<void> {
  if ((await missingTables(sql, app)).includes(table))
    throw new MarcotError("MigrationsPending", `${app} has no ledger of its callers yet`);
}
