/** What is wrong with a move, each with what to do. */
import { alikeFix, brokenFix } from "../course.ts";
import type { Move, SideName, Status } from "../types.ts";
import { LOCKED, type SideFacts } from "./side.ts";
import type { SlotFacts, SubscriptionFacts } from "./stream.ts";

export interface Facts {
  readonly app: string;
  readonly move: Move;
  readonly coordinator: number | null;
  /** Undefined where the side cannot be reached. */
  readonly sides: Readonly<Record<SideName, SideFacts | undefined>>;
  /** Why it cannot. */
  readonly unreachable: Readonly<Record<SideName, string | undefined>>;
  readonly slot: SlotFacts | undefined;
  readonly subscription: SubscriptionFacts | undefined;
  readonly differences: readonly string[];
  /** Why the form of both sides could not be compared. */
  readonly notCompared: string | undefined;
}

type Problem = Status["problems"][number];

/** More and a switch is not tried; a follower that keeps up is a few kilobytes behind. */
const FAR_BEHIND_BYTES = 64 * 1024 * 1024;
const MB = 1024 * 1024;
const SHOWN_DIFFERENCES = 5;
const UNLOCK = "Ask again; if it stays so, end the session that holds the lock (pg_locks).";

export function problemsOf(facts: Facts): Problem[] {
  const { move } = facts;
  return [
    ...reachProblems(facts),
    ...commandProblems(facts),
    ...(isStreaming(move) ? streamProblems(facts) : []),
    ...fenceProblems(facts),
    ...differenceProblems(facts),
    ...(move.info.problem === undefined ? [] : [lastProblem(move.info.problem, move.app)]),
  ];
}

/** Whether rows are to flow by themselves. */
export function isStreaming({ mode, state }: Move): boolean {
  return mode === "stream" && state !== "completed";
}

export function followerOf({ holder }: Move): SideName {
  return holder === "project" ? "service" : "project";
}

function reachProblems({ unreachable }: Facts): Problem[] {
  return (["project", "service"] as const).flatMap((side) => {
    const why = unreachable[side];
    if (why === undefined) return [];
    if (why === LOCKED) return [{ what: `the ${side}'s side: ${why}`, fix: UNLOCK }];
    const fix =
      side === "service" && why.endsWith("does not run")
        ? "Start the service, or run the next command of the move: both start it."
        : "Start it; what was written meanwhile follows when it is back.";
    return [{ what: `the ${side}'s side: ${why}`, fix }];
  });
}

function commandProblems({ app, move, coordinator, sides }: Facts): Problem[] {
  const { state, holder } = move;
  const problems: Problem[] = [];
  const isBetween = state === "copying" || state === "switching" || state === "settling";
  const phases = Object.values(sides).map((side) => side?.phase);
  const isHeld = phases.includes("leaving") || phases.includes("holding");
  if (coordinator === null && (isBetween || isHeld)) {
    const what = isBetween
      ? `the move is ${state}, and no command works on it`
      : "processes are told to hold writes, and no command works on the move";
    problems.push({
      what,
      fix: `Run \`marcot extract resume ${app}\`: it finishes or takes back what was begun.`,
    });
  }
  const service = sides.service?.processes.filter(({ apps }) => apps.includes(app)) ?? [];
  if (holder === "service" && sides.service !== undefined && service.length === 0) {
    const what = "no process of the service runs, so that nobody answers";
    problems.push({ what, fix: `Start it: \`marcot extract plan ${app}\` says how.` });
  }
  return problems;
}

function streamProblems(facts: Facts): Problem[] {
  const { move, unreachable, slot, subscription } = facts;
  const follower = followerOf(move);
  const again = brokenFix(move);
  const isSettled = move.state === "ready";
  const problems: Problem[] = [];
  const tell = (what: string, fix: string) => problems.push({ what, fix });
  if (unreachable[move.holder] === undefined) {
    if (slot === undefined) {
      if (isSettled) tell(`the slot of the stream is gone on the ${move.holder}'s side`, again);
    } else if (slot.isLost)
      tell(`the ${move.holder}'s server has thrown away what the ${follower} still needs`, again);
    else if (slot.isUnreserved)
      tell(
        "the server will soon throw away what the follower still needs",
        "Raise max_slot_wal_keep_size, or remove what keeps the follower back.",
      );
    else if (slot.bytes > FAR_BEHIND_BYTES && isSettled)
      tell(
        `the ${follower} is ${Math.round(slot.bytes / MB)} MB behind`,
        "Wait until it is less; if it grows, the follower's server or the way there is too slow.",
      );
  }
  if (unreachable[follower] === undefined)
    problems.push(...subscriptionProblems(facts, subscription));
  return problems;
}

function subscriptionProblems(
  { app, move, unreachable }: Facts,
  subscription: SubscriptionFacts | undefined,
): Problem[] {
  const follower = followerOf(move);
  if (subscription === undefined) {
    if (move.state !== "ready") return [];
    const what = `the ${follower}'s side has no subscription any more, and does not follow`;
    return [{ what, fix: brokenFix(move) }];
  }
  const { enabled, works, applyErrors, syncErrors } = subscription;
  if (!enabled) {
    const what = `the ${follower}'s subscription is disabled, and nothing arrives there`;
    return [{ what, fix: `Run \`marcot extract resume ${app}\`.` }];
  }
  if (works && syncErrors === 0) return [];
  // PostgreSQL counts errors for ever: those that are over are no problem.
  const errors = (works ? 0 : applyErrors) + syncErrors;
  if (errors > 0 && move.state !== "settling") {
    const what = `the stream to the ${follower} has failed ${errors} times`;
    return works && move.state === "ready"
      ? []
      : [
          {
            what,
            fix: `The log of the ${follower}'s server says why; when that is gone, the stream goes on by itself.`,
          },
        ];
  }
  if (works || unreachable[move.holder] !== undefined) return [];
  const what = `the stream to the ${follower} does not run`;
  return [
    {
      what,
      fix: `Look whether the ${follower}'s server reaches the ${move.holder}'s; its log says why not.`,
    },
  ];
}

/** Who follows refuses writes, and who holds the app takes them. */
function fenceProblems({ app, move, sides }: Facts): Problem[] {
  if (move.state !== "ready") return [];
  const holder = sides[move.holder];
  const follower = sides[followerOf(move)];
  const problems: Problem[] = [];
  if (holder !== undefined && holder.fenced > 0) {
    const what = `${holder.fenced} tables of the ${move.holder}'s side refuse writes, though it holds the app`;
    problems.push({ what, fix: `Run \`marcot extract resume ${app}\`.` });
  }
  if (follower !== undefined && follower.fenced < follower.tables) {
    const what = `${follower.tables - follower.fenced} tables of the ${followerOf(move)}'s side take writes that nobody would see`;
    problems.push({
      what,
      fix: `Run \`marcot extract resume ${app}\`, and then \`marcot extract verify ${app}\`.`,
    });
  }
  return problems;
}

function differenceProblems({ move, differences, notCompared }: Facts): Problem[] {
  if (notCompared !== undefined) {
    const what = `the tables of both sides could not be compared: ${notCompared}`;
    return [{ what, fix: UNLOCK }];
  }
  if (differences.length === 0) return [];
  const shown = differences.slice(0, SHOWN_DIFFERENCES).join("; ");
  const more =
    differences.length > SHOWN_DIFFERENCES
      ? `; and ${differences.length - SHOWN_DIFFERENCES} more`
      : "";
  return [
    {
      what: `the tables of both sides are not alike: ${shown}${more}`,
      fix: alikeFix(move),
    },
  ];
}

function lastProblem(problem: string, app: string): Problem {
  return {
    what: `the last try: ${problem}`,
    fix: `Remove the reason, and run the same command for ${app} again.`,
  };
}
