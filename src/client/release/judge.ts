/**
 * Whether a caller can live with the release of a provider, whichever of the two is the older one: what the
 * caller sends must be accepted there, and what comes back must be what the caller reads. This file brings the
 * comparison of contracts, and is loaded where two revisions differ.
 */
import { compareLocks } from "../../compare/contracts.ts";
import type { Finding } from "../../compare/finding.ts";
import {
  type Lock,
  type LockEndpoint,
  type LockVersion,
  parametersOf,
} from "../../compare/lock.ts";
import { shortJson } from "../../compare/report.ts";
import { fieldsOf, partsOf } from "../../lock/compared.ts";
import type { Objection, Refusal } from "./objection.ts";

/** Only endpoints that there is something to say of, as `v1.create`. Versions that are gone have no callers. */
export function judgeRelease(mine: Lock, theirs: Lock): ReadonlyMap<string, Objection> {
  const found = new Map<string, Objection>();
  const both: [string, LockVersion, LockVersion][] = [];
  const serves = Object.keys(theirs.versions).filter((name) => isServed(theirs.versions[name]));
  for (const [version, own] of Object.entries(mine.versions)) {
    if (!isServed(own)) continue;
    const other = theirs.versions[version];
    if (other !== undefined && isServed(other)) both.push([version, own, other]);
    else {
      const refusal = noVersion(version, serves);
      for (const endpoint of Object.keys(own.endpoints))
        found.set(`${version}.${endpoint}`, { version, endpoint, refusal, lost: [] });
    }
  }
  const policies = { removedRequestField: "warning" } as const;
  const findings = compareLocks(
    narrowed(mine, both.map(([version, own, other]) => [version, aligned(own, other)])), // prettier-ignore
    narrowed({ ...theirs, app: mine.app }, both.map(([version, , other]) => [version, other])), // prettier-ignore
    { policies },
  );
  for (const finding of findings) note(found, finding);
  return found;
}

function isServed(version: LockVersion | undefined): boolean {
  return version !== undefined && version.state !== "gone";
}

function noVersion(version: string, serves: readonly string[]): Refusal {
  const numbers = serves.map((name) => Number(name.slice(1)));
  const isGone = Math.max(...numbers) > Number(version.slice(1));
  return { is: "version", isGone, serves: serves.join(", ") || "no version" };
}

/** Events are no calls, and days of versions are told by replies. */
function narrowed(lock: Lock, versions: [string, Pick<LockVersion, "endpoints">][]): Lock {
  const parts = versions.map(([name, { endpoints }]) => {
    return [name, { state: "stable" as const, endpoints }] as const;
  });
  return { ...lock, versions: Object.fromEntries(parts) };
}

/** A parameter of the path travels by its place, so that its name is the caller's own matter. */
function aligned(own: LockVersion, other: LockVersion): Pick<LockVersion, "endpoints"> {
  const endpoints = Object.entries(own.endpoints).map(([name, endpoint]) => {
    const theirs = other.endpoints[name];
    return [name, theirs === undefined ? endpoint : renamed(endpoint, theirs)] as const;
  });
  return { endpoints: Object.fromEntries(endpoints) };
}

function renamed(endpoint: LockEndpoint, theirs: LockEndpoint): LockEndpoint {
  const { input, path } = endpoint;
  const bare = (text: string) => text.replaceAll(/:\w+/g, ":");
  if (path === theirs.path || bare(path) !== bare(theirs.path) || typeof input === "boolean")
    return endpoint;
  const to = parametersOf(theirs.path);
  const names = new Map(parametersOf(path).map((name, index) => [name, to[index] ?? name]));
  const nameOf = (name: string) => names.get(name) ?? name;
  const { properties = {}, required = [] } = input as {
    properties?: Readonly<Record<string, unknown>>;
    required?: readonly string[];
  };
  const entries = Object.entries(properties).map(([name, one]) => [nameOf(name), one] as const);
  const moved = { properties: Object.fromEntries(entries), required: required.map(nameOf) };
  return { ...endpoint, path: theirs.path, input: { ...input, ...moved } };
}

/** Rows of the table of changes: the endpoint is not there, or at another place. */
const REMOVED = 103;
const ELSEWHERE = [105, 106, 107];
/** A value travels at another place; its success has another status. Every call would fail. */
const ALWAYS = [109, 116, 118];

function note(found: Map<string, Objection>, finding: Finding): void {
  const [, version = "", endpoint = ""] = /^[^/]+\/(\S+) (.*)$/.exec(finding.where) ?? [];
  const { rule, side, pointer } = finding;
  const key = `${version}.${endpoint}`;
  const known = found.get(key) ?? { version, endpoint, refusal: undefined, lost: [] };
  const isLost = side === "request" && (rule === 4 || rule === 5) && finding.verdict === "warning";
  if (isLost) {
    const lost = [...known.lost, partsOf(pointer)];
    found.set(key, { ...known, lost });
    return;
  }
  const refusal = refusalOf(finding);
  if (refusal === undefined || known.refusal !== undefined) return;
  found.set(key, { ...known, refusal });
}

/**
 * What a provider refuses of the odd message it refuses itself, and nothing has run. What it answers is too
 * late to refuse: then it has run. What cannot be proved is left to the checks of each reply.
 */
function refusalOf(finding: Finding): Refusal | undefined {
  const { rule, verdict, side, pointer, what, example } = finding;
  if (verdict !== "breaking") return undefined;
  if (rule === REMOVED) return { is: "endpoint", what: "" };
  if (ELSEWHERE.includes(rule)) return { is: "endpoint", what };
  const isNeverSent = rule === 2 && /^\/properties\/[^/]+$/.test(pointer);
  const isRefused = ALWAYS.includes(rule) || (side === "request" && isNeverSent);
  const isUnread = side === "reply" && rule < 110;
  if (!isRefused && !isUnread) return undefined;
  const witness = example === undefined ? "" : `, as in ${shortJson(example)}`;
  const said = side === "reply" ? missingIn(finding) : undefined;
  return { is: side === "reply" ? "reply" : "request", what: `${said ?? what}${witness}` };
}

/** A field was removed, or may be left out: which of the two releases is the older one is not known. */
function missingIn({ rule, pointer }: Finding): string | undefined {
  const isMissing = rule === 4 || rule === 5 || rule === 8;
  return isMissing ? `"${fieldsOf(pointer).join(".")}" may be missing` : undefined;
}
