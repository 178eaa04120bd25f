/** Where a unit that left stood just before. */
import type { Backtest } from "../../../where-to-start/backtest.ts";
import { plural } from "../../../where-to-start/report/plural.ts";
import { style } from "../../terminal/style.ts";

export function backtestLines(
  { unit, ranked, units, position, first, left }: Backtest,
  rev: string,
): string[] {
  const before = `${unit.name}, before ${rev}`;
  const best = first.map(({ name, score }) => `${name} (${score.total.toFixed(0)})`).join(", ");
  const state =
    unit.gate === undefined
      ? `rank ${unit.rank} of ${ranked} (position ${(position ?? 0).toFixed(2)}; chance is 0.5), ${score(unit.score.total)}`
      : `not ranked: ${unit.gate.name}: ${unit.gate.why}`;
  return [
    style("bold", `${before}: ${state}`),
    ...unit.why.map((one) => `- ${one}`),
    `The first of ${ranked} ranked, of ${units} in all: ${best || "none"}`,
    ...(left === 0
      ? []
      : [`${rev} leaves ${plural(left, "file")} in ${unit.path}: is it what took the unit out?`]),
  ];
}

function score(total: number): string {
  return `${total.toFixed(1)} points`;
}
