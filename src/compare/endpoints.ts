/** Rows 102 to 129: endpoints, and what their transport promises. */
import type { Comparison } from "./comparison.ts";
import * as finding from "./finding.ts";
import { judge } from "./judge.ts";
import { type LockEndpoint, type LockVersion, parametersOf, placeOf } from "./lock.ts";
import { isObject } from "./schema/schema.ts";
import { whyUnprovable } from "./schema/budget.ts";
import { compareTransport } from "./transport.ts";

type Endpoints = LockVersion["endpoints"];

export function changesOfEndpoint(
  version: string,
  name: string,
  old: LockVersion,
  fresh: LockVersion,
  comparison: Comparison,
): finding.Finding[] {
  const renamed = renamesOf(old.endpoints, fresh.endpoints);
  const findings: finding.Finding[] = [];
  for (const [key, before] of Object.entries(old.endpoints)) {
    const where = `${version} ${key}`;
    const to = renamed.get(key);
    const after = fresh.endpoints[to ?? key];
    const say = (rule: number, what: string, verdict: finding.Verdict = "breaking") =>
      findings.push({ rule, verdict, where, pointer: "", what });
    if (after === undefined) {
      say(103, "endpoint removed");
      continue;
    }
    if (to !== undefined) say(104, `it is now called "${to}"`);
    comparePath(before, after, say);
    try {
      findings.push(...compareMessages(where, name, key, before, after, comparison));
      findings.push(...compareTransport(where, before, after, comparison));
    } catch (error) {
      const why = whyUnprovable(error);
      if (why === undefined) throw error;
      findings.push(finding.unproved(where, why));
    }
  }
  const known = new Set([...Object.keys(old.endpoints), ...renamed.values()]);
  for (const key of Object.keys(fresh.endpoints).filter((one) => !known.has(one))) {
    const where = `${version} ${key}`;
    findings.push({ rule: 102, verdict: "safe", where, pointer: "", what: "endpoint added" });
  }
  return findings.map((one) => withUses(one, name, comparison.policies));
}

/** Endpoints that are gone and came back under another name, at the same method and path. */
function renamesOf(old: Endpoints, fresh: Endpoints): Map<string, string> {
  const address = ({ method, path }: LockEndpoint) => `${method} ${path.replaceAll(/:\w+/g, ":")}`;
  const added = new Map<string, string>();
  for (const [key, endpoint] of Object.entries(fresh).reverse())
    if (!Object.hasOwn(old, key)) added.set(address(endpoint), key);
  const renamed = new Map<string, string>();
  for (const [key, before] of Object.entries(old)) {
    if (Object.hasOwn(fresh, key)) continue;
    const to = added.get(address(before));
    if (to !== undefined) renamed.set(key, to);
  }
  return renamed;
}

type Say = (rule: number, what: string, verdict?: finding.Verdict) => void;

function comparePath(old: LockEndpoint, fresh: LockEndpoint, say: Say): void {
  if (old.method !== fresh.method) say(106, `method ${old.method} → ${fresh.method}`);
  if (old.path === fresh.path) return;
  const what = `path ${old.path} → ${fresh.path}`;
  const [before, after] = [parametersOf(old.path), parametersOf(fresh.path)];
  if (before.length !== after.length) return say(107, what);
  const bare = (path: string) => path.replaceAll(/:\w+/g, ":");
  say(bare(old.path) === bare(fresh.path) ? 108 : 105, what);
}

function compareMessages(
  where: string,
  version: string,
  endpoint: string,
  old: LockEndpoint,
  fresh: LockEndpoint,
  comparison: Comparison,
): finding.Finding[] {
  const { policies, facts, seen } = comparison;
  const mayGo = (field: string, sunset: string) =>
    sunset <= facts.today && facts.calls({ version, endpoint, field }) === 0;
  const base = { where, policies, mayGo, seen };
  const request = judge({
    ...base,
    side: "request",
    old: comparison.old.read(old.input, "request"),
    fresh: comparison.fresh.read(fresh.input, "request"),
  });
  const reply = judge({
    ...base,
    side: "reply",
    old: comparison.old.read(old.output, "reply"),
    fresh: comparison.fresh.read(fresh.output, "reply"),
  });
  return [...comparePlaces(where, old, fresh), ...request, ...reply];
}

/** Row 109. A path's parameter that is now in the body is told by the path already. */
function comparePlaces(where: string, old: LockEndpoint, fresh: LockEndpoint): finding.Finding[] {
  const known = new Set(namesOf(fresh));
  const names = namesOf(old).filter((name) => known.has(name));
  return names.flatMap((name) => {
    const [from, to] = [placeOf(old, name), placeOf(fresh, name)];
    if (from === to) return [];
    const pointer = `/properties/${name}`;
    const what = `"${name}" moved from the ${from} to the ${to}`;
    return [
      { rule: 109, verdict: "breaking" as const, side: "request" as const, where, pointer, what },
    ];
  });
}

function namesOf({ input }: LockEndpoint): string[] {
  return isObject(input) && isObject(input["properties"]) ? Object.keys(input["properties"]) : [];
}

/** P5: whom it touches, as far as uses are known. */
function withUses(
  one: finding.Finding,
  version: string,
  { uses }: finding.Policies,
): finding.Finding {
  if (uses.length === 0 || one.verdict === "safe") return one;
  const endpoint = one.where.split(" ")[1] ?? "";
  const [, field] = /^\/properties\/([^/]+)/.exec(one.pointer) ?? [];
  const isUsed = (names: readonly string[]) =>
    field === undefined || names.includes("*") || names.includes(field);
  const touches = uses
    .filter((use) => use.version === version && use.endpoint === endpoint)
    .filter(
      (use) => one.side === undefined || isUsed(one.side === "request" ? use.sends : use.reads),
    )
    .map(({ consumer }) => consumer);
  return { ...one, touches };
}
