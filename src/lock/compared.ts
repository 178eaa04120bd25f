/** What an app's contract changed since its earlier lock, each change with what both sides say of it. */
import { compareLocks } from "../compare/contracts.ts";
import { type Finding, isBreak } from "../compare/finding.ts";
import type { Lock, LockSchema, LockVersion } from "../compare/lock.ts";
import { ruleOf } from "../compare/rules.ts";
import type { Json } from "../compare/schema/schema.ts";

export { type Format, shortJson } from "../compare/report.ts";
export type { Json, Lock };

/** A change that breaks somebody, or may surprise them. */
export interface Change {
  readonly version: string;
  /** An endpoint or an event; empty for the version itself. */
  readonly endpoint: string;
  readonly rule: number;
  readonly isBreak: boolean;
  /** Neither a proof nor a message was found. */
  readonly isUnproved: boolean;
  /** Undefined where no message is concerned. */
  readonly side: "request" | "reply" | undefined;
  /** JSON Pointer into the schema of the message; empty for all of it. */
  readonly pointer: string;
  readonly what: string;
  /** What may now be sent, and is refused. */
  readonly witness: Json | undefined;
  /** What the receiver still expects there. */
  readonly expects: Expected | undefined;
  /** What to do, in one line. */
  readonly repair: string;
}

export interface Expected {
  /** The name of the field; empty for the whole message. */
  readonly field: string;
  readonly isRequired: boolean;
  readonly schema: LockSchema;
}

/** Both locks are of one app. Versions that were gone before have no callers that a change could touch. */
export function compare(earlier: Lock, fresh: Lock): Change[] {
  const living = Object.entries(earlier.versions).filter(([, { state }]) => state !== "gone");
  const before = { ...earlier, versions: Object.fromEntries(living) };
  return compareLocks(before, fresh)
    .filter(({ verdict }) => verdict !== "safe")
    .map((finding) => toChange(finding, before, fresh));
}

function toChange(finding: Finding, earlier: Lock, fresh: Lock): Change {
  const { rule, verdict, side, where, pointer, what, example } = finding;
  const [, version = "", endpoint = ""] = /^[^/]+\/(\S+)(?: (.*))?$/.exec(where) ?? [];
  // The old caller receives replies, the new provider requests.
  const receiver = (side === "request" ? fresh : earlier).versions[version];
  const message = side && receiver && messageOf(receiver, endpoint, side);
  const change = {
    version,
    endpoint,
    rule,
    isBreak: isBreak(finding),
    isUnproved: verdict === "cannot-prove",
    side,
    pointer,
    what,
    witness: example,
    expects: message === undefined ? undefined : expectedAt(message, pointer),
  };
  const latest = Object.keys(fresh.versions).toSorted(byNumber).at(-1) ?? version;
  return { ...change, repair: repairOf(change, { app: fresh.app, latest }) };
}

function byNumber(a: string, b: string): number {
  return Number(a.slice(1)) - Number(b.slice(1));
}

function messageOf(version: LockVersion, name: string, side: "request" | "reply") {
  const endpoint = version.endpoints[name];
  if (endpoint === undefined) return version.events?.[name];
  return side === "request" ? endpoint.input : endpoint.output;
}

/** The part of a schema that a pointer names, or the smallest part around it that is there. */
function expectedAt(message: LockSchema, pointer: string): Expected {
  let found: Expected = { field: "", isRequired: true, schema: message };
  let at: unknown = message;
  let owner: unknown = message;
  let before = "";
  for (const part of partsOf(pointer)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) break;
    const next: unknown = (at as Record<string, unknown>)[part];
    if (before === "properties") {
      const required: unknown = (owner as Record<string, unknown>)["required"];
      const isRequired = Array.isArray(required) && required.includes(part);
      found = { field: part, isRequired, schema: next as LockSchema };
    }
    // The object of which `properties` is a keyword.
    if (part === "properties" && before !== "properties") owner = at;
    before = before === "properties" ? "" : part;
    at = next;
  }
  return found;
}

/** The names of a JSON Pointer. */
export function partsOf(pointer: string): string[] {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The last field that a pointer names: `source` of `/properties/source/minimum`. */
export function fieldsOf(pointer: string): string[] {
  const parts = partsOf(pointer);
  return parts.filter((_, index) => parts[index - 1] === "properties");
}

const NEW_ENDPOINT = "Keep it as it was in this version, and declare the other one in";

/** The smallest repair: in the version itself where one word helps, else as a step of a new version. */
function repairOf(
  { rule, side, pointer, endpoint }: Omit<Change, "repair">,
  { app, latest }: { readonly app: string; readonly latest: string },
): string {
  const next = `v${Number(latest.slice(1)) + 1}`;
  const field = fieldsOf(pointer).at(-1) ?? "";
  const part = side === "request" ? "input" : "output";
  const step = (text: string) => {
    const nested = fieldsOf(pointer).slice(0, -1);
    const inner = nested.reduceRight((rest, name) => `inside("${name}", [${rest}])`, text);
    return `change(${latest}, "${app}/${next}", { ${endpoint}: { ${part}: [${inner}] } })`;
  };
  if ([2, 7].includes(rule) && side === "request")
    return `Give "${field}" a default or make it optional(…); or declare it in ${step(`add("${field}", …, { old: … })`)}.`;
  if ([4, 5].includes(rule) && side === "reply") {
    // A view keeps whole fields of its answer; inside of them an old one is computed.
    const how = fieldsOf(pointer).length > 1 ? "{ was: … }" : "{ keep: true }";
    return `Put "${field}" back, and declare that it goes in ${step(`drop("${field}", ${how})`)}.`;
  }
  if ([4, 5].includes(rule))
    return `Put "${field}" back, and declare that it goes in ${step(`drop("${field}")`)}.`;
  if (rule >= 103 && rule <= 109) return `${NEW_ENDPOINT} ${app}/${next}.`;
  return ruleOf(rule)?.advice ?? `Declare the change in ${app}/${next}, with steps.`;
}
