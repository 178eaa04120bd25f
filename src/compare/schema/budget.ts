/**
 * How much work a comparison may take. It is counted in steps, not in time, so that the same two documents get
 * the same answer on every machine. A document that was made to cost more ends in "cannot prove".
 */

/** Why nothing can be proved. Thrown inside the comparison, and never leaves it. */
export class Unprovable extends Error {}

/**
 * Steps for one question: what one message or one difference may take. With fewer, large unions of everyday
 * documents could not be compared; with more, a document with many such questions would take minutes.
 */
export const QUESTION_STEPS = 1_000_000;

/** Steps for all questions of two documents. Two of 1 MB in which all schemas refer to one another need a fifteenth. */
export const COMPARISON_STEPS = 15_000_000;

/** Recursion deeper than this is no schema that a person wrote, and the stack has an end. */
export const LEVELS_MAX = 200;

let question = Infinity;
let comparison = Infinity;

/** Counts work before it is done; throws where there is none left. */
export function spend(steps: number): void {
  question -= steps;
  comparison -= steps;
  if (comparison < 0) throw new Unprovable("the two documents take too many steps to compare");
  if (question < 0) throw new Unprovable("it takes too many steps to compare");
}

/** Asks with the steps of one question, of which the steps of the comparison around it are the limit. */
export function asQuestion<T>(ask: () => T): T {
  const outer = question;
  question = QUESTION_STEPS;
  try {
    return ask();
  } finally {
    question = outer;
  }
}

/** Compares two documents with the steps that all their questions share. */
export function asComparison<T>(compare: () => T): T {
  const outer = comparison;
  comparison = COMPARISON_STEPS;
  try {
    return compare();
  } finally {
    comparison = outer;
  }
}

/** What an answer that ended early says; undefined for an error that means something else. */
export function whyUnprovable(error: unknown): string | undefined {
  if (error instanceof Unprovable) return error.message;
  // The stack ends before the steps do where a schema refers to another, and that to the next, thousands of times.
  return error instanceof RangeError ? "it is nested too deeply" : undefined;
}
