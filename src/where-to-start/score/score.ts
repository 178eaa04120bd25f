/**
 * Which unit first. The talk's three rules, each a number from 0 to 1, and their product, because it wants all
 * three: start non-critical, where there is pain, small. Simple enough to be done by hand:
 *
 *     lg(x)       = ln(1 + x) / ln(1 + max)             max: of all units
 *     history     = (lg(fixes) + lg(commits) + lg(people)) / 3
 *     own world   = lg(libraries + settings + hosts that only it uses)
 *     pain        = (history + own world) / 2
 *     critical    = other units that need it / (units - 1)
 *     small       = 1 - (lines / max + cuts / max) / 2
 *     cuts        = import lines + tag libraries + 3 a foreign or generic key + 2 a signal or task
 *     total       = 100 * cube root(pain * (1 - critical) * small)
 *
 * With traffic, critical is at least the share of calls that go to the unit, and pain has a third part:
 * lg(errors + slow calls) and the share of the time of all calls.
 */
import type { Score } from "../types/report.ts";
import type { Evidence, UnitFacts } from "./facts.ts";
import { cutWeight, linesOf, neededBy } from "./ties.ts";

/** From here on a unit is one to begin with. */
export const GOOD = 70;

/** What is said of the best where it is below. */
export const NO_EASY_BEGINNING = "the best here, and no easy beginning";

export const formula: readonly string[] = [
  "lg(x) = ln(1 + x) / ln(1 + max), max of all units",
  "history = (lg(fixes) + lg(commits) + lg(people)) / 3",
  "own world = lg(libraries + settings + hosts that only it uses)",
  "pain = (history + own world) / 2; with traffic (history + own world + hot) / 3",
  "hot = (lg(errors + calls over 1 s) + share of the time of all calls) / 2",
  "critical = max(units that need it / (units - 1), share of calls that go to it)",
  "small = 1 - (lines / max + cuts / max) / 2",
  "cuts = import lines + tag libraries + 3 a foreign or generic key + 2 a signal or task",
  "total = 100 * cube root(pain * (1 - critical) * small)",
];

/** The parts of a score, for whoever wants to see how it came about. */
export interface Parts {
  readonly score: Score;
  /** Undefined without history. */
  readonly history: number | undefined;
  readonly ownWorld: number;
  readonly hot: number | undefined;
  readonly lines: number;
  readonly cuts: number;
  readonly neededBy: readonly string[];
}

export function scoreAll(evidence: Evidence, worlds: ReadonlyMap<string, number>): Parts[] {
  const { units, countsFixes } = evidence;
  const top = topsOf(units, worlds);
  return units.map((unit) => {
    const { past, traffic, place } = unit;
    const own = lg(worlds.get(place.name) ?? 0, top.world);
    const parts = past && [lg(past.commits, top.commits), lg(past.authors, top.authors)];
    if (past && countsFixes) parts?.push(lg(past.fixes, top.fixes));
    const history = parts && mean(parts);
    const hot =
      traffic && mean([lg(traffic.errors + traffic.slow, top.troubles), traffic.timeShare]);
    const pain = mean([
      own,
      ...(history === undefined ? [] : [history]),
      ...(hot === undefined ? [] : [hot]),
    ]);
    const needing = neededBy(unit);
    const share = needing.length / Math.max(1, units.length - 1);
    const critical = Math.min(1, Math.max(share, traffic?.share ?? 0));
    const lines = linesOf(unit);
    const cuts = cutWeight(unit);
    const small = 1 - (ratio(lines, top.lines) + ratio(cuts, top.cuts)) / 2;
    const total = 100 * Math.cbrt(pain * (1 - critical) * small);
    return {
      score: rounded({ critical, pain, small, total }),
      history,
      ownWorld: own,
      hot,
      lines,
      cuts,
      neededBy: needing,
    };
  });
}

function topsOf(units: readonly UnitFacts[], worlds: ReadonlyMap<string, number>) {
  const max = (of: (unit: UnitFacts) => number) =>
    units.reduce((top, unit) => Math.max(top, of(unit)), 0);
  return {
    world: Math.max(0, ...worlds.values()),
    commits: max(({ past }) => past?.commits ?? 0),
    fixes: max(({ past }) => past?.fixes ?? 0),
    authors: max(({ past }) => past?.authors ?? 0),
    troubles: max(({ traffic }) => (traffic?.errors ?? 0) + (traffic?.slow ?? 0)),
    lines: max(linesOf),
    cuts: max(cutWeight),
  };
}

function lg(value: number, max: number): number {
  return max === 0 ? 0 : Math.log(1 + value) / Math.log(1 + max);
}

function ratio(value: number, max: number): number {
  return max === 0 ? 0 : value / max;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** As they are printed, so that who computes with the printed ones comes to the same. */
function rounded(score: Score): Score {
  const to = (value: number, digits: number) => Number(value.toFixed(digits));
  return {
    critical: to(score.critical, 3),
    pain: score.pain === undefined ? undefined : to(score.pain, 3),
    small: to(score.small, 3),
    total: to(score.total, 1),
  };
}
