/** What a step loses, in words: for a report, and for the warning of `marcot check`. */
import type { Endpoint, EventData } from "../endpoint.ts";
import type { ErrorStep, Link, MapValues, Side } from "../steps/step.ts";
import { backOf } from "../steps/step-fields.ts";

/**
 * What the step keeps from an older caller's request (`input`), or from what an older caller gets
 * (`output`). Undefined: nothing. A field that is added is no loss: the older version never had it.
 */
export function lossOf({ step, inner }: Link, side: Side): string | undefined {
  const isRequest = side === "input";
  switch (step.step) {
    case "inside": {
      const losses = inner.flatMap((link) => lossOf(link, side) ?? []);
      return losses.length === 0 ? undefined : `${losses.join(", ")} in ${step.name}`;
    }
    case "drop":
      if (isRequest) return step.name;
      if (step.how === "was") return `the true ${step.name}, which is computed`;
      return step.how === "gone" ? step.name : undefined;
    case "convert":
      return isRequest ? step.loses.request : step.loses.reply;
    case "wrap":
      return isRequest ? undefined : `all but the first of ${step.to}`;
    case "unwrap":
      return isRequest ? `all but the first of ${step.from}` : undefined;
    case "map":
      return differences(step, isRequest ? new Map(Object.entries(step.up)) : backOf(step));
    case "loosen":
      return isRequest || step.down === undefined ? undefined : `what down takes of ${step.name}`;
    default:
      return undefined;
  }
}

/** The words that a table gives the same word. */
function differences({ name }: MapValues, table: ReadonlyMap<string, string>): string | undefined {
  const groups = Map.groupBy(table.keys(), (word) => table.get(word));
  const same = [...groups.values()].filter((words) => words.length > 1);
  if (same.length === 0) return undefined;
  return `the difference between ${same.map((words) => words.join(" and ")).join(", ")} in ${name}`;
}

function lossOfError({ from, to, keep }: ErrorStep): string[] {
  return keep ? [`reply loses the difference between the errors ${from} and ${to}`] : [];
}

/** All that is lost between an endpoint and the version before it: `request loses source`. */
export function lossesOf({ steps }: Endpoint): string[] {
  return [
    ...said(steps.input, "input", "request"),
    ...said(steps.output, "output", "reply"),
    ...steps.errors.flatMap(lossOfError),
  ];
}

/** The same for an event. */
export function lossesOfEvent({ steps }: EventData): string[] {
  return said(steps, "output", "event");
}

function said(links: readonly Link[], side: Side, word: string): string[] {
  return links.flatMap((link) => {
    const loss = lossOf(link, side);
    return loss === undefined ? [] : [`${word} loses ${loss}`];
  });
}
