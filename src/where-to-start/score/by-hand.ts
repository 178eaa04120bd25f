/** The score of a unit as a sum that can be done again: the formula with the numbers that went into it. */
import type { Unit } from "../types/report.ts";
import { ownWorldCount } from "./ties.ts";

export interface Known {
  /** All of the report: what is largest in them is what each is compared with. */
  readonly units: readonly Unit[];
  readonly hasHistory: boolean;
  /** Whether what commits say of repairs is believed. */
  readonly countsFixes: boolean;
}

interface Sum {
  readonly text: string;
  readonly value: number;
}

/** One line for each part, in the order in which they are made of each other. */
export function byHand(unit: Unit, { units, hasHistory, countsFixes }: Known): string[] {
  const lg = (name: string, of: (one: Unit) => number): Sum => {
    const [own, most] = [of(unit), Math.max(0, ...units.map(of))];
    const value = most === 0 ? 0 : Math.log(1 + own) / Math.log(1 + most);
    return { text: `${name} ${value.toFixed(3)} = lg(${own}, max ${most})`, value };
  };
  const share = (name: string, of: (one: Unit) => number): Sum => {
    const [own, most] = [of(unit), Math.max(0, ...units.map(of))];
    return { text: `${name} ${own} / ${most}`, value: most === 0 ? 0 : own / most };
  };
  const past = [
    ...(countsFixes ? [lg("repairs", ({ fixes }) => fixes)] : []),
    lg("commits", ({ recentCommits }) => recentCommits),
    lg("people", ({ recentAuthors }) => recentAuthors),
  ];
  const world = lg("own world", ({ ownWorld }) => ownWorldCount(ownWorld));
  const { traffic, score, neededBy } = unit;
  const hot = traffic && [
    lg("errors and slow calls", (one) => (one.traffic?.errors ?? 0) + (one.traffic?.slow ?? 0)),
    { text: `share of all time ${traffic.timeShare.toFixed(3)}`, value: traffic.timeShare },
  ];
  const parts = [...(hasHistory ? ["history"] : []), "own world", ...(hot ? ["hot"] : [])];
  const asked = `${neededBy.length} / ${units.length - 1}`;
  const calls = traffic && `share of calls ${traffic.share.toFixed(3)}`;
  const small = [
    share("lines", ({ lines }) => lines),
    share("ties", ({ tieWeight }) => tieWeight),
  ].map(({ text }) => text);
  const [pain, critical] = [(score.pain ?? 0).toFixed(3), score.critical.toFixed(3)];
  return [
    ...(hasHistory ? [meanOf("history", past)] : []),
    world.text,
    ...(hot ? [meanOf("hot", hot)] : []),
    parts.length === 1
      ? `pain ${pain} = ${parts[0]}`
      : `pain ${pain} = mean of ${parts.join(", ")}`,
    `critical ${critical} = ${calls === undefined ? asked : `the larger of ${asked} and ${calls}`}`,
    `small ${score.small.toFixed(3)} = 1 - (${small.join(" + ")}) / 2`,
    `total ${score.total.toFixed(1)} = 100 * cube root(${pain} * (1 - ${critical}) * ${score.small.toFixed(3)})`,
  ];
}

function meanOf(name: string, sums: readonly Sum[]): string {
  const mean = sums.reduce((sum, { value }) => sum + value, 0) / sums.length;
  return `${name} ${mean.toFixed(3)} = mean of ${sums.map(({ text }) => text).join("; ")}`;
}
