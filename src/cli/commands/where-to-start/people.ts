/** Who made the commits of a unit, and how many each: whoever made most comes first. */
import type { Answer } from "../../../where-to-start/where-to-start.ts";
import { cleanText } from "../../../where-to-start/report/clean.ts";
import { plural } from "../../../where-to-start/report/plural.ts";
import type { Unit } from "../../../where-to-start/types/report.ts";

export function peopleRows({ commitIds }: Unit, { history, nameOf }: Answer): string[][] {
  const own = new Set(commitIds);
  const counts = new Map<string, number>();
  for (const { id, author } of history?.commits ?? []) {
    const name = own.has(id) ? nameOf(author) : undefined;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([a, most], [b, least]) => least - most || (a < b ? -1 : 1))
    .map(([name, count]) => [cleanText(name), plural(count, "commit")]);
}
