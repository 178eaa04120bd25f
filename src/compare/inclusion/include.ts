/**
 * Inclusion: is everything that the sender may send accepted by the receiver? The answer is a proof, an
 * example of a message that is refused, or that neither was found. Types may be recursive: a question that
 * comes back while it is being answered, one field deeper, is taken as answered with yes.
 */
import { asQuestion, spend, Unprovable, whyUnprovable } from "../schema/budget.ts";
import { accepts } from "../schema/accepts.ts";
import { cellsOf } from "../schema/cells.ts";
import { isEmpty, isHollow, numbersOf, outside } from "./cell-values.ts";
import { areDisjoint } from "./disjoint.ts";
import { fitsArray } from "./include-array.ts";
import { fitsObject } from "./include-object.ts";
import { fitsNumber } from "../values/numbers.ts";
import { cellSamples, isOf, senderOf } from "./samples.ts";
import type { Json, Schema } from "../schema/schema.ts";
import { type Answer, Answers, type Fit, type Run } from "./run.ts";
import { same } from "../schema/same.ts";
import { sentCells } from "./sent.ts";
import { split } from "./split.ts";
import { compareTexts, textRuleOf } from "../values/strings.ts";
import { branchAnswers } from "./unions.ts";
import { type Cell, plainView, shapeView, type View } from "../schema/view.ts";

export interface InclusionOptions {
  /** Default: the schema as it stands. */
  readonly receiver?: View;
  /** Whether the sender writes declared fields only. Default: true. */
  readonly isClosed?: boolean;
  /** Default: false. */
  readonly isShape?: boolean;
}

export function inclusion(one: Schema, other: Schema, options: InclusionOptions = {}): Answer {
  const { isClosed = true, isShape = false } = options;
  const theirs = options.receiver ?? plainView;
  const run: Run = {
    include: (left, right) => include(left, right, run),
    sender: plainView,
    sending: isClosed ? closedSender : senderOf(plainView, false),
    receiver: isShape ? shapeView(theirs) : theirs,
    isClosed,
    isShape,
    answers: new Answers(),
    shared: isClosed ? (isShape ? shapes : wholes) : new Answers(),
    pending: [],
    rests: Infinity,
    depth: 0,
    unions: 0,
    parts: 0,
  };
  return asQuestion(() => include(one, other, run));
}

/** What does not depend on the view of one comparison is known to all. */
const wholes = new Answers();
const shapes = new Answers();
const closedSender = senderOf(plainView, true);

/** What one pair of schemas takes beside the steps of its parts. */
const PAIR_STEPS = 20;
/** A value that is taken apart by more levels is no message, but a type that grows as it is compared. */
const DEPTH_MAX = 60;
const YES: Answer = { is: "yes" };

function include(sender: Schema, receiver: Schema, run: Run): Answer {
  const isOwn = run.receiver.isTouched(receiver);
  const words = isOwn ? undefined : wordForWord(sender, receiver);
  if (words !== undefined) return words;
  const [one, other] = [run.sender.read(sender), run.receiver.read(receiver)];
  if (other === true || one === false) return YES;
  const answers = isOwn ? run.answers : run.shared;
  const before = answers.get(one, other);
  if (before?.openAt !== undefined) run.rests = Math.min(run.rests, before.openAt);
  if (before !== undefined) return before.answer;
  const [depth, outer, mark] = [run.depth, run.rests, run.pending.length];
  answers.set(one, other, { answer: YES, openAt: depth });
  run.rests = Infinity;
  const answer = answered(one, other, run);
  const rests = run.rests;
  if (answer.is !== "yes") {
    // What was answered yes since may rest on this question; it is asked again when it comes up.
    for (const forget of run.pending.splice(mark)) forget(undefined);
    answers.set(one, other, { answer });
    run.rests = outer;
  } else if (rests >= depth) {
    for (const settle of run.pending.splice(mark)) settle({ answer: YES });
    answers.set(one, other, { answer });
    run.rests = outer;
  } else {
    answers.set(one, other, { answer, openAt: rests });
    run.pending.push((settled) => answers.set(one, other, settled));
    run.rests = Math.min(outer, rests);
  }
  return answer;
}

/** Most parts of two documents did not change, and need no place among the answers. */
function wordForWord(sender: Schema, receiver: Schema): Answer | undefined {
  try {
    return same(sender, receiver) ? YES : undefined;
  } catch (error) {
    return unknownFor(error);
  }
}

function unknownFor(error: unknown): Answer {
  const why = whyUnprovable(error);
  if (why === undefined) throw error;
  return { is: "unknown", why };
}

function answered(sender: Schema, receiver: Schema, run: Run): Answer {
  run.depth += 1;
  try {
    spend(PAIR_STEPS);
    if (run.depth - run.unions > DEPTH_MAX) throw new Unprovable("it is nested too deeply");
    const answers = branchAnswers(sender, receiver, run);
    if (answers !== undefined) return worst(answers);
    return worst(
      sentCells(sender, run.sender, run.isClosed).map((cell) => cover(cell, receiver, run, 0)),
    );
  } catch (error) {
    return unknownFor(error);
  } finally {
    run.depth -= 1;
  }
}

/** No is worse than unknown, and the smallest examples are kept. */
function worst(answers: readonly Answer[]): Answer {
  const examples = answers.flatMap((answer) => (answer.is === "no" ? answer.examples : []));
  if (examples.length > 0) return { is: "no", examples: smallest(examples) };
  return answers.find(({ is }) => is === "unknown") ?? YES;
}

/** How many examples are carried up: the first may turn out to be no message of the whole. */
const EXAMPLES_MAX = 3;

function smallest(values: readonly Json[], fits: (value: Json) => boolean = () => true): Json[] {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]));
  const found: Json[] = [];
  for (const [, value] of [...byText].sort(([a], [b]) => a.length - b.length)) {
    if (found.length === EXAMPLES_MAX) break;
    if (fits(value)) found.push(value);
  }
  return found;
}

/** `outer`: how the cell fits of which this is a part, in the same question. */
function cover(
  cell: Cell,
  receiver: Schema,
  run: Run,
  splits: number,
  outer?: ReadonlyMap<Cell, Fit>,
): Answer {
  if (isEmpty(cell)) return YES;
  const values = cell.values ?? numbersOf(cell);
  if (values !== undefined) return worst(values.map((value) => coverValue(value, receiver, run)));
  const others = cellsOf(receiver, run.receiver).filter(({ type }) => type === cell.type);
  const tries: Json[] = [];
  let why: string | undefined;
  const found = new Map<Cell, Fit>();
  for (const other of others) {
    const fit = fits(cell, other, run, outer?.get(other));
    if (fit.isWithin) return YES;
    found.set(other, fit);
    tries.push(...fit.tries);
    why ??= fit.why;
  }
  if (others.length > 1 && cell.type === "object") tries.push(together(tries));
  if (run.isShape) tries.length = 0; // only a yes counts
  const isSent = (value: Json) => isOf(cell, value, run.sender);
  const isRefused = (value: Json) => accepts(receiver, value, run.receiver) === false;
  const examples = smallest(tries, (value) => isRefused(value) && isSent(value));
  if (examples.length > 0) return { is: "no", examples };
  if (others.length > 1 && !isHollow(cell, run.sender)) {
    const parts = run.parts > PARTS_MAX ? [] : split(cell, others, splits);
    run.parts += parts.length;
    const answers: Answer[] = [];
    for (const part of parts) {
      const answer = cover(part, receiver, run, splits + 1, found);
      if (answer.is === "no" || (run.isShape && answer.is !== "yes")) return answer;
      answers.push(answer);
    }
    if (parts.length > 1) return worst(answers);
  }
  const samples = run.isShape ? [] : cellSamples(cell, run.sending);
  const refused = smallest(samples, isRefused);
  if (refused.length > 0) return { is: "no", examples: refused };
  return { is: "unknown", why: why ?? `it is not known which ${cell.type} is accepted` };
}

function coverValue(value: Json, receiver: Schema, run: Run): Answer {
  const answer = accepts(receiver, value, run.receiver);
  if (answer === true) return YES;
  if (answer === false) return { is: "no", examples: [value] };
  return {
    is: "unknown",
    why: `it is not known whether ${JSON.stringify(value).slice(0, 80)} is accepted`,
  };
}

/** Cells are split into no more parts than this in one comparison: each costs as much as a whole one. */
const PARTS_MAX = 300;

/** One message with the faults of several. */
function together(tries: readonly Json[]): Json {
  return Object.assign({}, ...tries) as Json;
}

function fits(cell: Cell, other: Cell, run: Run, outer?: Fit): Fit {
  const fit = fitsKeywords(cell, other, run, outer);
  if (!fit.isWithin) return fit;
  const seen = { view: run.sender, isClosed: run.isClosed };
  const open = other.nots.filter(
    (not) =>
      !cell.nots.some((own) => !run.receiver.isTouched(not) && !run.isShape && same(own, not)) &&
      !areDisjoint(cell, seen, not, { view: run.receiver, isClosed: false }),
  );
  if (open.length === 0) return fit;
  const why = "it is not sure that exactly one branch, or none of those excluded, fits";
  return { ...fit, isWithin: false, tries: [], why };
}

function fitsKeywords(cell: Cell, other: Cell, run: Run, outer?: Fit): Fit {
  if (other.values !== undefined) {
    return { isWithin: false, tries: outside(cell, other, run.sending) };
  }
  const foreign = other.leaves.find((leaf) => "$dynamicRef" in leaf);
  if (foreign !== undefined) return { isWithin: false, tries: [], why: "$dynamicRef is not read" };
  switch (cell.type) {
    case "number":
      return fitsNumber(cell.leaves, other.leaves);
    case "string": {
      const [inner, outer] = [textRuleOf(cell.leaves), textRuleOf(other.leaves)];
      return compareTexts(inner, outer, run.isShape);
    }
    case "array":
      return fitsArray(cell, other, run);
    case "object":
      return fitsObject(cell, other, run, outer);
    default:
      return { isWithin: true, tries: [] };
  }
}
