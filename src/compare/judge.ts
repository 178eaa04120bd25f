/**
 * Judges how a schema changed: in a request the old caller sends and the new provider receives, in a reply
 * the new provider sends and the old caller receives, an event is both. The whole is judged first; that
 * verdict holds. Then each difference is judged alone, to say which of them breaks it.
 */
import { asQuestion, whyUnprovable } from "./schema/budget.ts";
import { type Changes, changesOf, type Seen } from "./changes/changes.ts";
import type { Change } from "./changes/change.ts";
import { isConfirmed } from "./inclusion/confirm.ts";
import * as finding from "./finding.ts";
import { inclusion } from "./inclusion/include.ts";
import { isShapeRefused } from "./inclusion/shape.ts";
import type { Answer } from "./inclusion/run.ts";
import { pairs } from "./schema/pairs.ts";
import { type Json, pointerOf, resolve, type Schema, type SchemaObject } from "./schema/schema.ts";
import { identical } from "./schema/same.ts";
import { replacedView, type View } from "./schema/view.ts";

export interface Question {
  readonly side: finding.Side;
  readonly old: Schema;
  readonly fresh: Schema;
  /** `faq/v1 create` */
  readonly where: string;
  readonly policies: finding.Policies;
  /** Whether a removed field may go: it is deprecated, its sunset has passed, and nobody sends it. */
  /** Schemas that several endpoints use are told of once. Default: nothing was told yet. */
  readonly seen?: Seen | undefined;
  readonly mayGo?: (field: string, sunset: string) => boolean;
}

interface Ruling {
  readonly verdict: finding.Verdict;
  readonly example?: Json | undefined;
  readonly why?: string | undefined;
}

export function judge(question: Question): finding.Finding[] {
  try {
    return judged(question);
  } catch (error) {
    const { side, where } = question;
    return [finding.unproved(where, whyOf(error), side)];
  }
}

/** Throws again what is no end of the steps. */
function whyOf(error: unknown): string {
  const why = whyUnprovable(error);
  if (why === undefined) throw error;
  return why;
}

function judged(question: Question): finding.Finding[] {
  const { old, fresh, side, where } = question;
  if (
    asQuestion(() => identical(old, fresh)) &&
    resolve(old) === old &&
    resolve(fresh) === fresh &&
    !isOrdered(old, fresh)
  ) {
    return [];
  }
  const { changes, elsewhere, end } = differences(question);
  if (end !== undefined) {
    const { verdict, example } = wholeRuling(question, true);
    const what = `the differences together: ${end}`;
    const one = finding.unproved(where, what, side);
    return [verdict === "breaking" ? { ...one, verdict, example } : one];
  }
  const gone = withoutGone(changes, question);
  const whole =
    gone === undefined ? wholeRuling(question, changes.length > 0) : rule(question, gone);
  const findings = changes.map((change) => judgeChange(change, whole, question));
  const worst = finding.worstOf(findings);
  if (finding.worse(whole.verdict, worst) !== worst) {
    const [only] = findings.filter(({ rule: row }) => row !== 19 && row !== 20);
    const isAlone = findings.length === 1 && only !== undefined && elsewhere.size === 0;
    const [place] = elsewhere;
    const used = `a schema that is used elsewhere too (see the ${place})`;
    const what = isAlone ? only.what : place === undefined ? "the differences together" : used;
    const row = isAlone ? only.rule : 0;
    const said = whole.why === undefined ? what : `${what}: ${whole.why}`;
    const { verdict, example } = whole;
    const pointer = isAlone ? only.pointer : "";
    const own: finding.Finding = { rule: row, side, where, pointer, what: said, verdict, example };
    return isAlone ? [own] : [...findings, own];
  }
  return findings;
}

/** `end`: why not all of them are told; then nobody knows what the policies would say of the others. */
function differences({ old, fresh, side, where, seen }: Question): Changes & { end?: string } {
  try {
    return asQuestion(() => changesOf(old, fresh, `${side} ${where}`, seen));
  } catch (error) {
    return { changes: [], elsewhere: new Set(), end: whyOf(error) };
  }
}

function isOrdered(old: Schema, fresh: Schema): boolean {
  return JSON.stringify(old) !== JSON.stringify(fresh);
}

const rulings = pairs<Map<string, Ruling>>();

/**
 * Many endpoints answer with the same schema. `isTold`: what was told elsewhere already has its example
 * there, and needs no other one.
 */
function wholeRuling(question: Question, isTold: boolean): Ruling {
  const [old, fresh] = [resolve(question.old), resolve(question.fresh)];
  if (typeof old === "boolean" || typeof fresh === "boolean") return rule(question);
  const known = rulings.get(old, fresh) ?? new Map<string, Ruling>();
  rulings.set(old, fresh, known);
  const key = `${question.side} ${question.policies.replyConstraints} ${isTold}`;
  const ruling = known.get(key) ?? rule(question, undefined, { isTold });
  known.set(key, ruling);
  return ruling;
}

/** The old reply without the fields that may go (row 17): nobody reads them any more. */
function withoutGone(changes: readonly Change[], question: Question): View | undefined {
  const replaced = new Map<SchemaObject, Schema>();
  for (const change of question.side === "reply" ? changes : []) {
    const from = resolve(change.old);
    if (removedRow(change, question)?.rule !== 17 || typeof from === "boolean") continue;
    const before = replaced.get(from) ?? from;
    if (typeof before === "object") replaced.set(from, change.apply(before, change.fresh, true));
  }
  return replaced.size === 0 ? undefined : replacedView(question.old, replaced);
}

/** Everything together; or one difference alone, where the receiver is the sender with that one. */
function rule(
  question: Question,
  receiver?: View,
  { isAlone = false, isTold = true }: { isAlone?: boolean; isTold?: boolean } = {},
): Ruling {
  const { old, fresh, side } = question;
  const [sender, other] = side === "request" ? [old, fresh] : [fresh, old];
  const seen = receiver === undefined ? {} : { receiver };
  const asked = isAlone ? sender : other;
  const answer = inclusion(sender, asked, seen);
  if (answer.is === "yes") return { verdict: "safe" };
  const example = isTold ? confirmed(answer, sender, other) : undefined;
  const examples = answer.is === "no" ? answer.examples : [];
  const isOnlyShape = () =>
    !isShapeRefused(examples, sender, asked, receiver) &&
    inclusion(sender, asked, { ...seen, isShape: true }).is === "yes";
  if (side === "reply" && isOnlyShape()) {
    return { verdict: question.policies.replyConstraints, example };
  }
  if (example !== undefined || (!isTold && answer.is === "no")) {
    return { verdict: "breaking", example };
  }
  const why = answer.is === "unknown" ? answer.why : "no example could be confirmed";
  return { verdict: "cannot-prove", why };
}

function confirmed(answer: Answer, sender: Schema, receiver: Schema): Json | undefined {
  const examples = answer.is === "no" ? answer.examples : [];
  return examples.find((example) => isConfirmed(example, sender, receiver));
}

function judgeChange(change: Change, whole: Ruling, question: Question): finding.Finding {
  const { side, where } = question;
  const removed = removedRow(change, question);
  const ruling = change.safe === true ? SAFE : rulingOrWhy(change, whole, question);
  const { example, why } = ruling;
  const least = removed?.least ?? change.least?.[side] ?? removedField(change, question);
  const { defaults } = question.policies;
  const isNote = defaults === "ignored" && [50, 51, 52].includes(change.rule);
  const verdict =
    removed?.rule === 17
      ? "safe"
      : isNote
        ? ruling.verdict
        : finding.worse(ruling.verdict, least ?? "safe");
  return {
    rule: removed?.rule ?? change.rule,
    verdict,
    side,
    where,
    pointer: pointerOf(change.place.pointer),
    what:
      ruling.verdict === "cannot-prove" && why !== undefined
        ? `${change.what}: ${why}`
        : change.what,
    ...(verdict === "safe" || example === undefined ? {} : { example }),
  };
}

/**
 * Within so many schemas, an example is told of the part alone: for each of them the whole message would have
 * to be put together, which takes seconds in a document where everything refers to everything.
 */
const ABOVE_MAX = 12;

const SAFE: Ruling = { verdict: "safe" };

function rulingOrWhy(change: Change, whole: Ruling, question: Question): Ruling {
  try {
    return rulingOf(change, whole, question);
  } catch (error) {
    return { verdict: "cannot-prove", why: whyOf(error) };
  }
}

function rulingOf(change: Change, whole: Ruling, question: Question): Ruling {
  if (whole.verdict === "safe") return SAFE;
  const { old, fresh, side } = question;
  const isForward = side === "request";
  const [own, theirs] = isForward ? [change.old, change.fresh] : [change.fresh, change.old];
  const from = resolve(own);
  if (typeof from === "boolean") return whole;
  const to = change.apply({ ...from }, resolve(theirs), isForward);
  const root = isForward ? old : fresh;
  const view = replacedView(root, new Map([[from, to]]));
  const part = { ...question, old: change.old, fresh: change.fresh };
  const isDeep = view.above > ABOVE_MAX;
  const ruling = isDeep
    ? rule(part, replacedView(from, new Map([[from, to]])), { isAlone: true })
    : rule(question, view, { isAlone: true });
  // Together they may be milder than alone, and the whole is what happens.
  return finding.worse(ruling.verdict, whole.verdict) === ruling.verdict
    ? milder(ruling, whole)
    : ruling;
}

function milder(one: Ruling, other: Ruling): Ruling {
  if (one.verdict === other.verdict) return one;
  return { ...one, verdict: other.verdict, example: one.example ?? other.example };
}

/** P1 and P2: a field that is gone. */
function removedField(change: Change, { side, policies }: Question): finding.Verdict | undefined {
  if (change.removed === undefined) return undefined;
  return side === "request" ? policies.removedRequestField : policies.removedReplyField;
}

/** Rows 17 and 18: a field that was deprecated before it was removed. */
function removedRow(
  { removed, rule: row }: Change,
  { mayGo }: Question,
): { rule: number; least?: finding.Verdict } | undefined {
  if (removed?.deprecated !== true || removed.sunset === undefined) return undefined;
  if (row !== 4 && row !== 5) return undefined;
  if (mayGo?.(removed.name, removed.sunset) === true) return { rule: 17 };
  return { rule: 18, least: "breaking" };
}
