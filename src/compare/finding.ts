/** What a comparison says, one difference at a time. */
import type { Json } from "./schema/schema.ts";

export type Verdict = "breaking" | "cannot-prove" | "warning" | "safe";
export type Side = "request" | "reply";

export interface Finding {
  /** Row of the table of changes (`marcot contract explain N`); 0 where no row fits. */
  readonly rule: number;
  readonly verdict: Verdict;
  /** Which of the two directions it was judged in; undefined where there is no message. */
  readonly side?: Side | undefined;
  /** Where in the contract: `faq/v1 create`. Empty for a schema alone. */
  readonly where: string;
  /** JSON Pointer into the schema, of the newer one where it is there. */
  readonly pointer: string;
  /** One sentence. */
  readonly what: string;
  /** A message that may now be sent and is refused: confirmed by ajv. */
  readonly example?: Json | undefined;
  /** Callers that it touches, where they are known (P5). */
  readonly touches?: readonly string[] | undefined;
}

/** The five policies on top of the computed verdicts, each with its setting. */
export interface Policies {
  /** P1: a request field that the provider stops knowing. Default: breaking, its value is lost silently. */
  readonly removedRequestField: Verdict;
  /** P2: an optional reply field that disappears. Default: warning. */
  readonly removedReplyField: Verdict;
  /** P3: only a constraint of a reply changes. Default: warning, our client checks shapes alone. */
  readonly replyConstraints: Verdict;
  /**
   * P4: what `default` means. `filled`: left out when sent, always there when received, and its value is
   * part of the promise (rows 50 to 52). `ignored`: a note. Default: filled for locks, else ignored.
   */
  readonly defaults: "filled" | "ignored";
  /** P5: who uses what. Only named in the finding; the verdict stays. Default: not known. */
  readonly uses: readonly Use[];
}

export interface Use {
  readonly consumer: string;
  readonly version: string;
  readonly endpoint: string;
  /** Names of fields; `*` for all. */
  readonly sends: readonly string[];
  readonly reads: readonly string[];
}

export const POLICIES: Policies = {
  removedRequestField: "breaking",
  removedReplyField: "warning",
  replyConstraints: "warning",
  defaults: "ignored",
  uses: [],
};

/** What dated rows need to know (17, 18, 131, 132). */
export interface Facts {
  /** `2026-11-24`. Default: the day of the comparison. */
  readonly today: string;
  /** Calls of the last 30 days that used the version or field. Default: not known, which counts as used. */
  readonly calls: (of: {
    version: string;
    endpoint?: string;
    field?: string;
  }) => number | undefined;
}

export const FACTS: Facts = {
  today: new Date().toISOString().slice(0, 10),
  calls: () => undefined,
};

/** Something that could not be compared to its end. */
export function unproved(where: string, what: string, side?: Side): Finding {
  return { rule: 0, verdict: "cannot-prove", side, where, pointer: "", what };
}

const ORDER: readonly Verdict[] = ["breaking", "cannot-prove", "warning", "safe"];

export function worse(one: Verdict, other: Verdict): Verdict {
  return ORDER.indexOf(one) < ORDER.indexOf(other) ? one : other;
}

export function worstOf(findings: readonly Finding[]): Verdict {
  return findings.reduce<Verdict>((worst, { verdict }) => worse(worst, verdict), "safe");
}

/** What cannot be proved counts as breaking. */
export function isBreak({ verdict }: Finding): boolean {
  return verdict === "breaking" || verdict === "cannot-prove";
}
