/** After the point of no return there is only forward: the follower is opened, and the stream turned round. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { isDisconnected } from "../../data/disconnected.ts";
import { ownTable } from "../../data/own-tables.ts";
import { takeLeft } from "../../project/usage/left.ts";
import { addressOf, type Course, moveOf, otherSide, type Roles, rolesOf } from "../course.ts";
import { codeOf, MarcotError } from "../../errors.ts";
import { fenceStatements, isInTheWay, LOCK_TIMEOUT_MS } from "../fence.ts";
import { openHolding } from "../sides.ts";
import { makeSlot, slotOf } from "../slot.ts";
import { correctConnection, dropStream, enable, publish, streamOf, subscribe } from "../stream.ts";
import { type MovedTable, movedTables } from "../tables.ts";
import type { Move, MoveInfo, Switched } from "../types.ts";
import { verifySnapshots } from "../verify/verify.ts";
import type { Gate } from "./gate.ts";
import { checkOurs } from "./mover.ts";
import { providerStatements } from "./providers.ts";
import type { Sessions } from "./sessions.ts";

/** Readers of the old side are waited for so long: what they read is not stale then. Writers wait meanwhile. */
const READERS_MS = 250;
/** A database that was stopped at once is back by then; and if not, `resume` goes on. */
const OPEN_MS = 30_000;
const OPEN_PAUSE_MS = 50;
/** Without an answer another session is tried, beside the first one: what a network has swallowed comes late, or never. */
const OPEN_EVERY_MS = 200;
/** A distant database that is slow is given so long by each of them. */
const OPEN_TRY_MS = 2_000;

/** The follower's transactions are few and short; in one server with the holder's they may be others'. */
const SLOT_MS = 10_000;

export interface Committed {
  readonly course: Course;
  /** As it was when the switch began, with the epoch of the switch. */
  readonly move: Move;
  readonly roles: Roles;
  readonly gate: Gate;
}

/**
 * Opens the new holder for writers. `warm` is a session of its database, in no transaction, and is used up. Answers
 * for how long the old side's processes were waited for, in ms.
 */
export async function openFollower(given: Committed, warm?: Sql): Promise<number> {
  const { course, move, roles, gate } = given;
  const { epoch } = move;
  const wait = { phase: "elsewhere", epoch, withinMs: READERS_MS } as const;
  // Asked meanwhile: each round trip that comes after it is one more for which writers wait.
  const first = warm && { session: warm, tables: movedTables(warm, course.app) };
  first?.tables.catch(() => {});
  const begun = performance.now();
  // The database that is left need not answer any more.
  await Promise.race([
    gate.passed(roles.holder, wait).catch(() => undefined),
    sleep(READERS_MS + OPEN_PAUSE_MS),
  ]);
  const waited = performance.now() - begun;
  await openSoon(given, first);
  await course.at("switch: opened");
  return waited;
}

/** To a tenth, as it is told. */
export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** The first session that gets through is enough; that two of them do is no harm. */
async function openSoon(given: Committed, first: Opening | undefined): Promise<void> {
  const { follower } = given.roles;
  const opened = Promise.withResolvers<true>();
  opened.promise.catch(() => {});
  const sessions: Sql[] = [];
  const giveUpAt = performance.now() + OPEN_MS;
  try {
    for (let next = first; ; next = undefined) {
      const opening = next ?? { session: openHolding(follower, { settings: OPENING }) };
      sessions.push(opening.session);
      const refused = open(given, opening).then(
        () => opened.resolve(true),
        (error: unknown) => {
          if (!mayPass(error) || performance.now() > giveUpAt) opened.reject(error);
          return sleep(OPEN_PAUSE_MS);
        },
      );
      if ((await Promise.race([opened.promise, refused, sleep(OPEN_EVERY_MS)])) === true) return;
      if (performance.now() > giveUpAt + OPEN_TRY_MS) throw unanswered(given);
      if (sessions.length > OPEN_TRY_MS / OPEN_EVERY_MS) void sessions.shift()?.end({ timeout: 0 });
    }
  } finally {
    for (const session of sessions) void session.end({ timeout: 0 });
  }
}

const OPENING = { statement_timeout: String(OPEN_TRY_MS) } as const;

interface Opening {
  readonly session: Sql;
  /** Of the follower. Default: they are asked for. */
  readonly tables?: Promise<readonly MovedTable[]>;
}

async function open({ course, move, roles }: Committed, opening: Opening): Promise<void> {
  const { session } = opening;
  const { app } = course;
  const { holder, follower } = roles;
  const { epoch } = move;
  const address = addressOf(move, holder.name);
  const tables = await (opening.tables ?? movedTables(session, app));
  await session.unsafe(`BEGIN;
    SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS};
    SET LOCAL synchronous_commit = on;
    ${providerStatements(follower.owner, { app, phase: "here", epoch, address })}
    ${fenceStatements(app, tables, "DISABLE")}
    COMMIT`);
}

/** 57014: it took too long. */
function mayPass(error: unknown): boolean {
  return isInTheWay(error) || isDisconnected(error) || codeOf(error) === "57014";
}

function unanswered({ course, roles }: Committed): MarcotError {
  const message = `The database of the ${roles.follower.name} does not answer, and has to be opened for ${course.app}`;
  return new MarcotError("DatabaseUnavailable", message, {
    fix: `Both sides refuse writes until \`marcot extract resume ${course.app}\` has gone on.`,
  });
}

/** Writes down who holds the app now. */
export async function writeSettling(course: Course, move: Move, switched: Switched): Promise<void> {
  await course.journal.change({
    state: "settling",
    holder: otherSide(move.holder),
    info: { lastSwitch: switched, problem: null },
  });
  await course.at("settle: journal written");
}

/** From `settling` to `ready`. Without snapshots, as after a crash, nothing is compared. */
export async function settle(course: Course, snapshots?: Sessions): Promise<void> {
  const { app, journal, at, say } = course;
  const move = await moveOf(course);
  const { holder, follower } = await rolesOf(course, move);
  say({ step: "settle" });
  if (move.mode === "stream") {
    // In this order: where streams cannot filter, both directions must not live at once.
    await dropStream(follower, holder, streamOf(app, follower.name));
    await at("settle: old stream dropped");
    await checkOurs(holder, follower);
    const slot = await slotOf(holder, streamOf(app, holder.name));
    if (slot === undefined || slot.isLost) return writeBroken(course);
    await subscribe(follower, holder, { copy: "nothing" });
    await correctConnection(follower, holder);
    await enable(follower, streamOf(app, holder.name));
    await at("settle: way back enabled");
  }
  await checkOurs(holder, follower);
  await takeLeft(follower.sql, holder.sql, app);
  await holder.sql.unsafe(
    `DELETE FROM ${ownTable(app, "move_markers")} WHERE epoch BETWEEN 0 AND $1`,
    [String(BigInt(move.epoch) - 1n)],
  );
  await at("settle: counts moved");
  const compared = snapshots === undefined ? {} : await compare(course, snapshots);
  await at("settle: compared");
  await journal.change({ state: "ready", info: compared });
  await at("settle: ready");
}

/** Without its slot the way back has missed rows: it is made anew, as at first. */
async function writeBroken({ journal, app }: Course): Promise<void> {
  const problem = `the way back was lost: \`marcot extract resume ${app}\` makes it again`;
  await journal.change({ state: "copying", info: { problem } });
}

/** What the holder needs to follow, once it is not the holder: a slot over there, and a subscription that sleeps. */
export async function makeWayBack(course: Course, { holder, follower }: Roles): Promise<void> {
  await publish(follower);
  await makeSlot(follower, streamOf(course.app, follower.name), SLOT_MS);
  await subscribe(holder, follower, { copy: "nothing" });
  await correctConnection(holder, follower);
}

/** A difference does not undo the switch, but it is told. */
async function compare(
  { app, say }: Course,
  { holderSnapshot, followerSnapshot }: Sessions,
): Promise<Partial<MoveInfo>> {
  try {
    // A session that was opened anew would show what is there by now, which differs rightly.
    const isFrozen = await Promise.all([holderSnapshot, followerSnapshot].map(hasSnapshot));
    if (isFrozen.includes(false)) {
      const problem = "the rows of the switch could not be compared: a database was gone meanwhile";
      return { problem };
    }
    const verified = await verifySnapshots({
      app,
      from: holderSnapshot,
      to: followerSnapshot,
      say,
    });
    if (verified.different === 0) return { verified };
    return { verified, problem: `${verified.different} rows were different at the switch` };
  } catch (error) {
    return { problem: `the rows of the switch could not be compared: ${String(error)}` };
  }
}

/** Whether a session is in the transaction that was begun for the comparison. */
async function hasSnapshot(session: Sql): Promise<boolean> {
  const [found] = await session.unsafe<{ has: boolean }[]>(
    `SELECT current_setting('transaction_isolation') = 'repeatable read' AS has`,
  );
  return found?.has === true;
}
