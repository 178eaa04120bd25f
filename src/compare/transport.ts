/** Rows 110 to 129: statuses, errors, media types, headers, security, and what is promised beside. */
import type { Comparison } from "./comparison.ts";
import type { Finding, Side, Verdict } from "./finding.ts";
import { spend } from "./schema/budget.ts";
import { judge } from "./judge.ts";
import type { LockEndpoint, Transport } from "./lock.ts";

type Say = (rule: number, verdict: Verdict, what: string, side?: Side) => void;

export function compareTransport(
  where: string,
  old: LockEndpoint,
  fresh: LockEndpoint,
  comparison: Comparison,
): Finding[] {
  const findings: Finding[] = [];
  const say: Say = (rule, verdict, what, side) =>
    findings.push({ rule, verdict, side, where, pointer: "", what });
  const [before, after] = [old.transport ?? {}, fresh.transport ?? {}];
  compareBody(before, after, say);
  compareStatuses(old, fresh, say);
  compareErrors(old.errors, fresh.errors, say);
  compareSecurity(before.security ?? [], after.security ?? [], say);
  comparePromises(old, fresh, say);
  findings.push(...compareHeaders(where, before, after, comparison));
  findings.push(...compareErrorData(where, before, after, comparison));
  return findings;
}

function compareBody(old: Transport, fresh: Transport, say: Say): void {
  for (const name of Object.keys({ ...old.styles, ...fresh.styles })) {
    const [from = "form", to = "form"] = [old.styles?.[name], fresh.styles?.[name]];
    if (from !== to) say(110, "breaking", `"${name}" is written ${from} → ${to}`, "request");
  }
  const [was, is] = [old.isBodyRequired === true, fresh.isBodyRequired === true];
  if (!was && is) say(111, "breaking", "the body became required", "request");
  if (was && !is) say(112, "safe", "the body became optional", "request");
  const lost = missing(old.accepts, fresh.accepts);
  if (lost.length > 0) say(113, "breaking", `${lost.join(", ")} is no longer accepted`, "request");
  const added = missing(fresh.accepts, old.accepts);
  if (added.length > 0) say(114, "safe", `${added.join(", ")} is accepted too`, "request");
  const gone = missing(old.returns, fresh.returns);
  const [first, newFirst] = [old.returns?.[0], fresh.returns?.[0]];
  if (gone.length > 0) say(115, "breaking", `${gone.join(", ")} is no longer returned`, "reply");
  else if (first !== newFirst && first !== undefined) {
    say(115, "breaking", `the first media type is ${newFirst} instead of ${first}`, "reply");
  }
  const more = missing(fresh.returns, old.returns);
  if (more.length > 0 && old.returns !== undefined) {
    say(114, "safe", `${more.join(", ")} can be asked for`, "reply");
  }
}

function missing<T>(old: readonly T[] = [], fresh: readonly T[] = []): T[] {
  const known = new Set(fresh);
  return old.filter((one) => !known.has(one));
}

function compareStatuses(old: LockEndpoint, fresh: LockEndpoint, say: Say): void {
  const all = ({ status, transport }: LockEndpoint) => [
    status,
    ...(transport?.otherStatuses ?? []),
  ];
  const gone = missing(all(old), all(fresh));
  const added = missing(all(fresh), all(old));
  if (gone.length > 0) {
    const rule = old.status !== 204 && fresh.status === 204 ? 118 : 116;
    say(rule, "breaking", `status ${all(old).join(", ")} → ${all(fresh).join(", ")}`, "reply");
  } else if (added.length > 0)
    say(117, "warning", `it may answer ${added.join(", ")} too`, "reply");
}

function compareErrors(old: LockEndpoint["errors"], fresh: LockEndpoint["errors"], say: Say): void {
  const gone = Object.keys(old).filter((name) => !Object.hasOwn(fresh, name));
  const added = Object.keys(fresh).filter((name) => !Object.hasOwn(old, name));
  for (const [name, status] of Object.entries(old)) {
    const other = fresh[name];
    if (other !== undefined && other !== status) {
      say(121, "breaking", `the error ${name} has status ${status} → ${other}`, "reply");
    }
  }
  for (const name of gone) {
    spend(added.length);
    const to = added.find((other) => fresh[other] === old[name]);
    if (to === undefined) say(120, "safe", `the error ${name} removed`, "reply");
    else {
      added.splice(added.indexOf(to), 1);
      say(121, "breaking", `the error ${name} is now called ${to}`, "reply");
    }
  }
  for (const name of added) say(119, "warning", `the error ${name} added`, "reply");
}

function compareSecurity(old: readonly string[], fresh: readonly string[], say: Say): void {
  const added = missing(fresh, old);
  const gone = missing(old, fresh);
  if (added.length > 0) say(124, "breaking", `${added.join(", ")} is newly required`, "request");
  if (gone.length > 0) say(125, "safe", `${gone.join(", ")} is no longer required`, "request");
}

function comparePromises(old: LockEndpoint, fresh: LockEndpoint, say: Say): void {
  const [before, after] = [old.transport ?? {}, fresh.transport ?? {}];
  if (old.idempotent && !fresh.idempotent) {
    say(126, "breaking", "a repeat may do harm from now on, and callers repeat", "request");
  }
  if ((before.isStream ?? false) !== (after.isStream ?? false)) {
    say(
      127,
      "breaking",
      after.isStream === true ? "it became a stream" : "it is no stream any more",
    );
  }
  const [size, newSize] = [before.pageSize, after.pageSize];
  if (newSize !== undefined && newSize < (size ?? Infinity)) {
    say(128, "breaking", `a page has ${size ?? "all"} → ${newSize} entries`);
  }
  for (const promise of ["order", "rateLimit"] as const) {
    if (before[promise] !== after[promise] && before[promise] !== undefined) {
      say(129, "warning", `${promise} ${before[promise]} → ${after[promise] ?? "none"}`);
    }
  }
  if (old.deadlineMs !== fresh.deadlineMs) {
    say(129, "warning", `deadlineMs ${old.deadlineMs ?? "none"} → ${fresh.deadlineMs ?? "none"}`);
  }
}

/** Row 123. */
function compareHeaders(
  where: string,
  old: Transport,
  fresh: Transport,
  comparison: Comparison,
): Finding[] {
  return Object.entries(old.headers ?? {}).flatMap(([name, before]): Finding[] => {
    const after = fresh.headers?.[name];
    const base = { rule: 123, side: "reply", where, pointer: "" } as const;
    if (after === undefined) {
      const verdict = before.required ? "breaking" : "warning";
      return [{ ...base, verdict, what: `the header ${name} removed` }];
    }
    const findings = judge({
      side: "reply",
      where: `${where} header ${name}`,
      old: comparison.old.read(before.schema, "reply"),
      fresh: comparison.fresh.read(after.schema, "reply"),
      policies: comparison.policies,
      seen: comparison.seen,
    });
    if (before.required && !after.required) {
      findings.push({ ...base, verdict: "breaking", what: `the header ${name} became optional` });
    }
    return findings;
  });
}

/** Row 122: as a reply. */
function compareErrorData(
  where: string,
  old: Transport,
  fresh: Transport,
  comparison: Comparison,
): Finding[] {
  return Object.entries(old.errorData ?? {}).flatMap(([name, before]) => {
    const after = fresh.errorData?.[name];
    if (after === undefined) return [];
    return judge({
      side: "reply",
      where: `${where} error ${name}`,
      old: comparison.old.read(before, "reply"),
      fresh: comparison.fresh.read(after, "reply"),
      policies: comparison.policies,
      seen: comparison.seen,
    });
  });
}
