/**
 * The law of versions, tried with seeded values: what an older caller may send fits the newer version
 * once it has been taken up; what the newer version may answer fits the older one once it has been
 * taken down; and a step that does not say what it loses gives back what it was given.
 */
import { type Issue, MarcotError } from "../../errors.ts";
import { bare } from "../steps/bare.ts";
import { sentenceOf } from "../check.ts";
import { checkOf } from "../compile.ts";
import { aboutOf, type AnyContract, servedVersions, versionsOf } from "../contract.ts";
import { nameOf } from "../endpoint.ts";
import type { Fields } from "../field.ts";
import { lower, raise } from "../steps/fuse.ts";
import { lossOf } from "./loss.ts";
import type { Random } from "./pattern.ts";
import { eventLinks, linksBetween } from "../steps/plan.ts";
import { randomFrom, sampleOf } from "./sample.ts";
import type { Link, Side } from "../steps/step.ts";

export interface LawOptions {
  /** Values for each pair of versions. Default: 200. */
  readonly samples?: number;
  /** The same seed gives the same values. Default: 1. */
  readonly seed?: number;
}

/** A value that is not carried over as the contract promises. */
export interface Breach {
  /** `faq.v1.create`: the older version. */
  readonly name: string;
  /** `v3`: the newer version. */
  readonly to: string;
  readonly what: string;
  /** The value that shows it, as JSON. Undefined: no value could be made, so nothing was tried. */
  readonly value: string | undefined;
}

/** Tries every step: each version with the next one, and each with the last one that has the member. */
export function breachesOf(newest: AnyContract, options: LawOptions = {}): Breach[] {
  const abouts = versionsOf(newest).map(aboutOf);
  const served = new Set(servedVersions(newest).map((version) => aboutOf(version).version));
  return abouts.flatMap(({ endpoints, events }, index) => {
    const later = abouts.slice(index + 1);
    const isLast = (name: string) =>
      !later.some((about) => [...about.endpoints, ...about.events].some((m) => m.name === name));
    const ofEndpoints = endpoints.flatMap((newer) =>
      olderOf(newer, isLast(newer.name)).flatMap((older) => [
        ...tryLaw(older, newer, { side: "input", links: linksBetween(older, newer, "input") }),
        ...tryLaw(older, newer, { side: "output", links: linksBetween(older, newer, "output") }),
      ]),
    );
    const ofEvents = events.flatMap((newer) =>
      olderOf(newer, isLast(newer.name)).flatMap((older) =>
        tryLaw(older, newer, { side: "output", links: eventLinks(older, newer) }),
      ),
    );
    return [...ofEndpoints, ...ofEvents];
  });

  function tryLaw(older: Member, newer: Member, { side, links }: Chain): Breach[] {
    if (!served.has(older.version)) return [];
    const isNext = newer.previous === older;
    const tried = [
      ...(links.length > 0 ? [side === "input" ? goesUp(links) : goesDown(links)] : []),
      ...(isNext ? links.map((link) => comesBack(link, side)) : []),
    ];
    const breaches = tried.flatMap((attempt) => firstOf(attempt, options));
    return breaches.map((found) => ({ name: nameOf(older), to: newer.version, ...found }));
  }
}

interface Member {
  readonly app: string;
  readonly version: string;
  readonly name: string;
  readonly previous: unknown;
}

interface Chain {
  readonly side: Side;
  readonly links: readonly Link[];
}

/** The version before; for the last one, all before. */
function olderOf<T extends { readonly previous: T | undefined }>(newer: T, isLast: boolean): T[] {
  const older: T[] = [];
  for (let at = newer.previous; at; at = isLast ? at.previous : undefined) older.push(at);
  return older;
}

/** Makes a value and tries it. `failure` is undefined where all is well. */
type Attempt = (random: Random) => { readonly value: string; readonly failure: string | undefined };

/** Each attempt begins with the same seed, so that one more step does not change the others' values. */
function firstOf(
  attempt: Attempt | undefined,
  { samples = 200, seed = 1 }: LawOptions,
): Pick<Breach, "what" | "value">[] {
  if (attempt === undefined) return [];
  const random = randomFrom(seed);
  for (let i = 0; i < samples; i += 1) {
    try {
      const { value, failure } = attempt(random);
      if (failure !== undefined) return [{ what: failure, value }];
    } catch (error) {
      if (!(error instanceof MarcotError)) throw error;
      return [{ what: error.message, value: undefined }];
    }
  }
  return [];
}

/** A request of the first version, at the last. */
function goesUp(links: readonly Link[]): Attempt {
  const [from, to] = ends(links);
  const rise = raise(from, links);
  return (random) => {
    const sent = filledIn(from, sampleOf(from, random));
    return {
      value: toJson(from, sent),
      failure: attemptOf("the request does not fit once taken up", () =>
        misfit(bare(to), rise ? rise.carry(sent) : sent),
      ),
    };
  };
}

/** A reply of the last version, at the first. */
function goesDown(links: readonly Link[]): Attempt {
  const [from, to] = ends(links);
  const written = { ...to, ...keptBy(links) };
  const fall = lower(to, links);
  return (random) => {
    const answer = sampleOf(written, random);
    return {
      value: toJson(written, answer),
      failure: attemptOf("the reply does not fit once taken down", () =>
        misfit(from, fall ? fall(answer) : answer),
      ),
    };
  };
}

/** What a step takes one way, it gives back the other way, unless it says what it loses. */
function comesBack(link: Link, side: Side): Attempt | undefined {
  const { step, before, after } = link;
  if (lossOf(link, side) !== undefined || hasNoWayBack(link)) return undefined;
  const [up, down] = [raise(before, [link]), lower(after, [link])];
  if (up === undefined || down === undefined) return undefined;
  const [own, there, back] = side === "input" ? [before, up.carry, down] : [after, down, up.carry];
  return (random) => {
    const value = filledIn(own, sampleOf(own, random));
    const sent = toJson(own, value);
    const words = `${step.step} does not give back what it was given, and says no loss`;
    return {
      value: sent,
      failure: attemptOf(words, () => {
        const returned = toJson(own, back(there(value)));
        return returned === sent ? undefined : `it became ${returned}`;
      }),
    };
  };
}

/** Where a field is only there on one side, or only its limits change, nothing comes back. */
function hasNoWayBack({ step, inner }: Link): boolean {
  return ["add", "drop", "tighten", "loosen"].includes(step.step) || inner.some(hasNoWayBack);
}

function ends(links: readonly Link[]): [Fields, Fields] {
  return [links[0]?.before ?? {}, links.at(-1)?.after ?? {}];
}

/** What a view returns beside the newest fields, because an older version promised it. */
function keptBy(links: readonly Link[]): Fields {
  const kept = links.flatMap(({ step, before }) => {
    const field = step.step === "drop" && step.how === "keep" ? before[step.name] : undefined;
    return field && step.step === "drop" ? [[step.name, field] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** Runs what may throw: the functions in it are the contract's own. */
function attemptOf(words: string, run: () => string | undefined): string | undefined {
  try {
    const failure = run();
    return failure === undefined ? undefined : `${words}: ${failure}`;
  } catch (error) {
    return `${words}: a function of the contract threw ${String(error)}`;
  }
}

function misfit(fields: Fields, value: unknown): string | undefined {
  const issues: Issue[] = [];
  checkOf(fields, "copy", "law")(value, issues);
  return issues.length === 0 ? undefined : sentenceOf("", issues).trim();
}

/** The value as a view gets it: checked, and with its defaults. */
function filledIn(fields: Fields, value: unknown): Record<string, unknown> {
  return checkOf(fields, "copy", "law")(value, []) as Record<string, unknown>; // made for these fields
}

function toJson(fields: Fields, value: unknown): string {
  return JSON.stringify(checkOf(bare(fields), "write", "law")(value, [])) ?? "nothing";
}
