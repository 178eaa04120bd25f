/** Judges how a contract changed, version by version: rows 102 to 132, and the messages of each endpoint. */
import { changesOfEndpoint } from "./endpoints.ts";
import * as finding from "./finding.ts";
import { judge } from "./judge.ts";
import { Seen } from "./changes/changes.ts";
import type { Comparison, CompareOptions, Readers } from "./comparison.ts";
import type { Lock, LockVersion } from "./lock.ts";
import { asComparison } from "./schema/budget.ts";
import { type Reader, readerOf } from "./schema/schema.ts";

export function compareLocks(
  old: Lock,
  fresh: Lock,
  options: CompareOptions = {},
): finding.Finding[] {
  const policies = { ...finding.POLICIES, defaults: "filled" as const, ...options.policies };
  const facts = { ...finding.FACTS, ...options.facts };
  const comparison: Comparison = {
    policies,
    facts,
    old: readersOf(old, policies),
    fresh: readersOf(fresh, policies),
    seen: new Seen(),
  };
  const names = new Set([...Object.keys(old.versions), ...Object.keys(fresh.versions)]);
  const compare = (name: string) => {
    const [before, after] = [old.versions[name], fresh.versions[name]];
    if (before === undefined) return []; // a new version touches nobody
    const where = `${fresh.app}/${name}`;
    const isGone = after === undefined || (after.state === "gone" && before.state !== "gone");
    if (isGone) return [removedVersion(where, name, before, facts)];
    return compareVersions(where, name, before, after, comparison);
  };
  return asComparison(() => [...names].flatMap(compare));
}

function readersOf(lock: Lock, { defaults }: finding.Policies): Readers {
  const isFilled = defaults === "filled";
  const shared = new Map<finding.Side, Reader>();
  const optionsOf = (side: finding.Side) =>
    ({
      defaults: isFilled ? (side === "request" ? "optional" : "required") : undefined,
    }) as const;
  return {
    read: (schema, side) => {
      // A schema with definitions of its own is a document of its own.
      const isOwn = lock.$defs === undefined || (typeof schema === "object" && "$defs" in schema);
      if (isOwn) return readerOf(schema, optionsOf(side)).read(schema);
      const reader = shared.get(side) ?? readerOf(lock, optionsOf(side));
      shared.set(side, reader);
      return reader.read(schema);
    },
  };
}

/** Calls of the last month mean that somebody still needs it; so does not knowing. */
function isSilent(calls: number | undefined): boolean {
  return calls === 0;
}

/** Row 131. */
function removedVersion(
  where: string,
  version: string,
  { sunset }: LockVersion,
  { today, calls }: finding.Facts,
): finding.Finding {
  const isPast = sunset !== undefined && sunset <= today;
  const isUnused = isSilent(calls({ version }));
  const reason = isPast
    ? isUnused
      ? "after its sunset, unused"
      : "it may still be called"
    : "before its sunset";
  const verdict = isPast && isUnused ? "safe" : "breaking";
  return { rule: 131, verdict, where, pointer: "", what: `the version is removed: ${reason}` };
}

/** Row 132, and the endpoints and events. */
function compareVersions(
  where: string,
  version: string,
  old: LockVersion,
  fresh: LockVersion,
  comparison: Comparison,
): finding.Finding[] {
  const findings: finding.Finding[] = [];
  if (old.sunset !== fresh.sunset && old.sunset !== undefined) {
    const isLater = fresh.sunset !== undefined && fresh.sunset > old.sunset;
    const what = `sunset ${old.sunset} → ${fresh.sunset ?? "none"}`;
    findings.push({ rule: 132, verdict: isLater ? "safe" : "breaking", where, pointer: "", what });
  }
  findings.push(...changesOfEndpoint(where, version, old, fresh, comparison));
  findings.push(...compareEvents(where, old.events ?? {}, fresh.events ?? {}, comparison));
  return findings;
}

type Events = NonNullable<LockVersion["events"]>;

/** Row 130. Old events wait in the outbox, so both directions count. */
function compareEvents(
  version: string,
  old: Events,
  fresh: Events,
  comparison: Comparison,
): finding.Finding[] {
  const names = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  return [...names].flatMap((name) => {
    const where = `${version} ${name}`;
    const [before, after] = [old[name], fresh[name]];
    const base = { rule: 130, where, pointer: "" };
    if (before === undefined) return [{ ...base, verdict: "safe" as const, what: "event added" }];
    if (after === undefined)
      return [{ ...base, verdict: "breaking" as const, what: "event removed" }];
    return (["request", "reply"] as const).flatMap((side) =>
      judge({
        side,
        where,
        old: comparison.old.read(before, side),
        fresh: comparison.fresh.read(after, side),
        policies: comparison.policies,
        seen: comparison.seen,
      }),
    );
  });
}
