/** From evidence to an answer: every unit with its score, its gate and its bill, and which one is first, or none. */
import { bySpelling } from "./order.ts";
import { plural } from "./report/plural.ts";
import type { Evidence, Past, UnitFacts } from "./score/facts.ts";
import { billOf, sizeOf } from "./score/bill.ts";
import { gateOf, type GateOptions } from "./score/gates.ts";
import { ownWorlds } from "./score/own-world.ts";
import { GOOD, NO_EASY_BEGINNING, type Parts, scoreAll } from "./score/score.ts";
import { whyNothing } from "./score/why-nothing.ts";
import { isOwnCode, linesOf, needs, ownWorldCount } from "./score/ties.ts";
import type { Report, Traffic, Unit } from "./types/report.ts";
import type { Outside } from "./types/source.ts";

/** Fewer can be looked at one by one: a rank among three says nothing. */
const UNITS_MIN = 4;

/** Closer than this and the order says nothing. */
const EITHER = 3;

export interface JudgeOptions extends GateOptions {
  /** What the project's own files use of the world outside: nobody's own. Default: nothing. */
  readonly shared?: ReadonlySet<string>;
}

export interface Judged {
  /** Best first; those behind gates last. */
  readonly units: readonly Unit[];
  readonly start: Report["start"];
}

export function judge(evidence: Evidence, options: JudgeOptions = {}): Judged {
  const worlds = ownWorlds(evidence, options.shared ?? new Set());
  const counts = new Map([...worlds].map(([name, own]) => [name, ownWorldCount(own)]));
  const parts = scoreAll(evidence, counts);
  const judged = evidence.units.map((unit, index) => {
    const part = parts[index];
    if (part === undefined) throw new TypeError("a unit without a score");
    return toUnit(unit, part, { evidence, world: worlds.get(unit.place.name) ?? [], options });
  });
  const mayBeRanked = judged.length >= UNITS_MIN;
  const ranked = judged.filter(({ gate }) => gate === undefined).toSorted(byScore);
  const ranks = new Map(mayBeRanked ? ranked.map(({ name }, index) => [name, index + 1]) : []);
  const rest = judged
    .filter(({ gate }) => gate !== undefined)
    .toSorted((a, b) => bySpelling(a.name, b.name));
  const units = [...ranked, ...rest].map((unit) => ({ ...unit, rank: ranks.get(unit.name) }));
  const hasHistory = evidence.units.some(({ past }) => past !== undefined);
  return { units, start: startOf(units, { mayBeRanked, hasHistory }) };
}

interface Around {
  readonly evidence: Evidence;
  readonly world: readonly Outside[];
  readonly options: JudgeOptions;
}

function toUnit(unit: UnitFacts, parts: Parts, { evidence, world, options }: Around): Unit {
  const { place, files, past, whole, importsOut, importsIn, keysOut, keysIn } = unit;
  const cuts = billOf(unit, evidence);
  const cutPoints = cuts.reduce((sum, { points }) => sum + points, 0);
  const gate = gateOf(unit, parts, evidence, options);
  return {
    name: place.name,
    path: place.path,
    kind: place.kind,
    lines: linesOf(unit),
    files: files.filter(isOwnCode).length,
    testLines: files.filter(({ isTest }) => isTest).reduce((sum, { lines }) => sum + lines, 0),
    models: unit.tables.length,
    commits: whole?.commits ?? 0,
    authors: whole?.authors ?? 0,
    recentCommits: past?.commits ?? 0,
    fixes: past?.fixes ?? 0,
    recentAuthors: past?.authors ?? 0,
    monthsActive: past?.monthsActive ?? 0,
    owner: unit.owner ?? past?.mainAuthor,
    commitIds: past?.ids ?? [],
    fixIds: past?.fixIds ?? [],
    people: past?.people ?? [],
    sources: files.filter(isOwnCode).map(({ file, lines }) => ({ file, lines })),
    tables: unit.tables,
    traffic: unit.traffic,
    importsOut: importsOut.map(({ to, file, line, names, isType, source }) => ({
      to,
      file,
      line,
      isType,
      what: whatOf(names, source.from),
    })),
    importsIn: importsIn.map(({ from, file, line, names, isType, source }) => ({
      from,
      file,
      line,
      isType,
      what: whatOf(names, source.from),
    })),
    foreignKeysOut: keysOut.filter(isColumn).map(({ to, file, line, field, kind, source }) => ({
      to,
      file,
      line,
      field,
      kind,
      what: source.to,
    })),
    foreignKeysIn: keysIn.filter(isColumn).map(({ from, file, line, field, kind }) => ({
      from,
      file,
      line,
      field,
      kind,
    })),
    neededBy: parts.neededBy,
    needs: needs(unit),
    ownWorld: world,
    cuts,
    cutPoints,
    tieWeight: parts.cuts,
    size: sizeOf(cutPoints),
    gate,
    score: parts.score,
    rank: undefined,
    answer: gate === undefined ? answerOf(unit, parts, world) : "stay",
    why: whyOf(unit, parts, { world, evidence }),
  };
}

/** A generic relation is on the bill, and no foreign key: its column is the other unit's, and refers to any table. */
function isColumn({ kind }: UnitFacts["keysOut"][number]): boolean {
  return kind !== "generic";
}

function whatOf(names: readonly string[], from: string): string {
  return names.length === 0 ? from : `${names.join(", ")} from ${from}`;
}

/**
 * A service is for what hurts and has a world of its own. What needs nobody, stores nothing, talks to nobody outside
 * and is asked by others is code to share: a package.
 */
function answerOf(
  unit: UnitFacts,
  { neededBy }: Parts,
  world: readonly Outside[],
): "service" | "package" {
  const isAlone = unit.tables.length === 0 && needs(unit).length === 0;
  const isOutward = world.some(({ kind }) => kind !== "library");
  return isAlone && !isOutward && neededBy.length > 0 ? "package" : "service";
}

function whyOf(
  unit: UnitFacts,
  parts: Parts,
  { world, evidence }: Pick<Around, "world" | "evidence">,
): string[] {
  const { neededBy, lines } = parts;
  const others = evidence.units.length - 1;
  const named =
    neededBy.length === 0
      ? ""
      : `: ${neededBy.slice(0, 6).join(", ")}${neededBy.length > 6 ? ", …" : ""}`;
  const { past } = unit;
  const own = world.map(({ what }) => what);
  return [
    `${neededBy.length} of ${others} others ${neededBy.length === 1 ? "needs" : "need"} it${named}`,
    past === undefined
      ? `no history: how much it hurts is read from its outside world ${unit.traffic === undefined ? "alone" : "and its traffic"}`
      : pastOf(past, evidence.countsFixes),
    own.length === 0
      ? "nothing outside is its own"
      : `its own outside world: ${own.slice(0, 5).join(", ")}${own.length > 5 ? ` and ${own.length - 5} more` : ""}`,
    `${plural(lines, "line")}, ties that weigh ${parts.cuts}`,
    ...(unit.traffic === undefined ? [] : [trafficOf(unit.traffic)]),
  ];
}

function trafficOf({ days, calls, share, errors, slow, milliseconds }: Traffic): string {
  if (calls === 0) return `no call in ${plural(days, "day")}`;
  return [
    `${plural(calls, "call")} in ${plural(days, "day")}, ${Math.round(share * 100)} % of all`,
    plural(errors, "error"),
    `${slow} over 1 s`,
    `${(milliseconds / calls).toFixed(1)} ms each`,
  ].join(", ");
}

function pastOf({ commits, fixes, authors, monthsActive }: Past, countsFixes: boolean): string {
  return [
    plural(commits, "commit"),
    ...(countsFixes ? [`${fixes} of them repairs`] : []),
    authors === 1 ? "1 person" : `${authors} people`,
    `active in ${plural(monthsActive, "month")}`,
  ].join(", ");
}

function byScore(a: Unit, b: Unit): number {
  return (
    b.score.total - a.score.total || a.cuts.length - b.cuts.length || bySpelling(a.name, b.name)
  );
}

interface Known {
  readonly mayBeRanked: boolean;
  readonly hasHistory: boolean;
}

function startOf(units: readonly Unit[], { mayBeRanked, hasHistory }: Known): Report["start"] {
  const [first, second] = units.filter(({ gate }) => gate === undefined);
  const stay = (why: string): Report["start"] => ({
    unit: null,
    answer: "stay",
    why,
    runnerUp: null,
  });
  if (units.length === 0) return stay("no units were found");
  if (!mayBeRanked)
    return stay(
      `there ${units.length === 1 ? "is" : "are"} ${plural(units.length, "unit")}: fewer than ${UNITS_MIN} need no ranking; look at the bill of each`,
    );
  if (first === undefined) return stay("every unit is behind a gate: none should move");
  if ((first.score.pain ?? 0) === 0) return stay(whyNothing(units));
  // What hurts nobody is no second choice.
  const runnerUp =
    second === undefined || second.score.total === 0
      ? null
      : { unit: second.name, why: comparedTo(first, second, hasHistory) };
  return { unit: first.name, answer: first.answer, why: whyFirst(first), runnerUp };
}

/** The price belongs to the answer: what is best may still be much, and may still be bad. */
function whyFirst({ why, cuts, cutPoints, size, score }: Unit): string {
  const bill = `its bill: ${plural(cuts.length, "place")}, ${plural(cutPoints, "point")}, size ${size}`;
  return [...why, bill, ...(score.total < GOOD ? [NO_EASY_BEGINNING] : [])].join("; ");
}

/** What the second has less of, in a sentence. */
function comparedTo(first: Unit, second: Unit, hasHistory: boolean): string {
  const difference = first.score.total - second.score.total;
  if (difference <= EITHER) return `${difference.toFixed(1)} points behind: either will do`;
  const parts = [
    {
      is: hasHistory ? "hurts less" : "has less of a world outside",
      by: (first.score.pain ?? 0) - (second.score.pain ?? 0),
    },
    { is: "breaks more with it", by: second.score.critical - first.score.critical },
    { is: "has more to cut", by: first.score.small - second.score.small },
  ].toSorted((a, b) => b.by - a.by);
  return `${difference.toFixed(1)} points behind: it ${parts[0]?.is}`;
}
