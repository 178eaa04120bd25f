/**
 * What comes before any ranking: units that are not asked at all, each with the line that caused it. Without
 * gates the smallest unit that everything hangs on by name wins.
 */
import { mayBeTests } from "../test-units.ts";
import type { Gate } from "../types/report.ts";
import type { Evidence, Past, UnitFacts } from "./facts.ts";
import type { Parts } from "./score.ts";

/** Every foreign key to the user points at such a unit, and every request asks it. */
const IDENTITY =
  /^(auth|authentication|users?|accounts?|sessions?|permissions?|login|access|identity|profiles?|iam|rbac|roles?)$/i;

/** Folders that say nothing of what is in them: `auth/src/lib` is `auth`. */
const LAYOUT = /^(?:src|lib)$/i;

/** Where there is code in a unit that may be no tests, it is none. */
const TESTS = /(^|[._-])(tests?|testing|fixtures|e2e|specs?)($|[._-])/i;

/** Below it nothing hurts enough to pay for a move: two of five parts of an average unit's history. */
const NO_PAIN = 0.25;

/**
 * Pain is compared within a code base, so that something always hurts most. What was never repaired and changed
 * less than once a month hurts nobody; a world of its own makes that less than once in four months.
 */
const CALM_COMMITS = 12;
const CALM_COMMITS_WITH_WORLD = 3;

/** With fewer commits in all, a code base is young or was imported: that little was changed says nothing. */
const COMMITS_MIN = 30;

/** Over half of the others: it is what the code base stands on. */
const CORE = 0.5;

export interface GateOptions {
  /** Names of units that may be ranked although they look like identity or tests. Default: none. */
  readonly lifted?: readonly string[];
}

export function gateOf(
  unit: UnitFacts,
  { score, neededBy, lines, ownWorld }: Parts,
  { project, units, countsFixes, commits }: Evidence,
  { lifted = [] }: GateOptions = {},
): Gate | undefined {
  const { name, because, path } = unit.place;
  const last = name.split(/[./]/).findLast((part) => !LAYOUT.test(part)) ?? name;
  const gate = (of: Gate["name"], why: string, at: Gate["at"] = because): Gate => ({
    name: of,
    why,
    at,
  });
  const isTests = TESTS.test(last) && !(mayBeTests(last) && lines > 0);
  if (isTests && !lifted.includes(name)) return gate("tests", `${name} is there for tests`);
  const own = unit.files.find(({ file }) => project.own.includes(file));
  if (own !== undefined && isSettings(own.file))
    return gate("project", `${name} holds the project's own ${own.file}`, {
      file: own.file,
      line: 1,
    });
  const always = project.inEveryRequest.find((one) => one.unit === name);
  if (always !== undefined) return gate("in every request", always.why, always.at);
  if (IDENTITY.test(last) && !lifted.includes(name))
    return gate("identity", `${name} says who somebody is: everything asks it`);
  const others = units.length - 1;
  if (others > 1 && neededBy.length / others > CORE) {
    const [first] = [...unit.importsIn, ...unit.keysIn].toSorted(byPlace);
    const at = first && { file: first.file, line: first.line };
    return gate("core", `${neededBy.length} of ${others} other units need it`, at);
  }
  if (unit.place.kind === "workspace" && neededBy.length === 0)
    return gate("apart", `no other package needs ${name}: it is apart already`);
  if (lines === 0) return gate("no pain", `there is no code in ${path || "."}`);
  if (unit.past !== undefined && unit.past.commits === 0)
    return gate(
      "asleep",
      "nothing was changed in the window: archive it, or make it a package that who needs it installs",
    );
  // Without history pain is the outside world alone, and its absence proves nothing.
  if (unit.past !== undefined && (score.pain ?? 1) < NO_PAIN)
    return gate("no pain", `nothing hurts (pain ${score.pain?.toFixed(2)}): leave it where it is`);
  // Where repairs cannot be told from other work, few commits alone prove nothing.
  const saysCalm = countsFixes && commits >= COMMITS_MIN;
  if (unit.past !== undefined && saysCalm && isCalm(unit.past, ownWorld > 0))
    return gate("no pain", `no repair, and ${unit.past.commits} commits: leave it where it is`);
  return undefined;
}

function isCalm({ commits, fixes }: Past, hasWorld: boolean): boolean {
  return fixes === 0 && commits < (hasWorld ? CALM_COMMITS_WITH_WORLD : CALM_COMMITS);
}

function isSettings(file: string): boolean {
  return /(^|\/)(settings|wsgi|asgi|manage|local_settings|main|app\.module)(\.|\/|$)/.test(file);
}

function byPlace(a: { file: string; line: number }, b: { file: string; line: number }): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;
}
