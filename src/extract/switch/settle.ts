/** After the point of no return there is only forward: the follower is opened, and the stream turned round. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { isDisconnected } from "../../data/disconnected.ts";
import { ownTable } from "../../data/own-tables.ts";
import { takeLeft } from "../../project/usage/left.ts";
import { addressOf, type Course, moveOf, otherSide, type Roles, rolesOf } from "../course.ts";
import { fenceStatements, isInTheWay, LOCK_TIMEOUT_MS } from "../fence.ts";
import {
  correctConnection,
  dropStream,
  enable,
  makeSlot,
  publish,
  slotOf,
  streamOf,
  subscribe,
} from "../stream.ts";
import { type MovedTable, movedTables } from "../tables.ts";
import type { Move, MoveInfo, Switched } from "../types.ts";
import { verifySnapshots } from "../verify/verify.ts";
import type { Gate } from "./gate.ts";
import { providerStatements } from "./providers.ts";
import type { Sessions } from "./sessions.ts";

/** Readers of the old side are waited for so long: what they read is not stale then. Writers wait meanwhile. */
const READERS_MS = 250;
/** A database that was stopped at once is back by then; and if not, `resume` goes on. */
const OPEN_MS = 30_000;
const OPEN_PAUSE_MS = 50;

/** The follower's transactions are few and short; in one server with the holder's they may be others'. */
const SLOT_MS = 10_000;

export interface Committed {
  readonly course: Course;
  /** As it was when the switch began, with the epoch of the switch. */
  readonly move: Move;
  readonly roles: Roles;
  readonly gate: Gate;
}

/** Opens the new holder for writers. `session` is one of its database, in no transaction. */
export async function openFollower(given: Committed, session: Sql): Promise<void> {
  const { course, move, roles, gate } = given;
  const { app, at } = course;
  const { holder } = roles;
  const { epoch } = move;
  await gate
    .passed(holder, { phase: "elsewhere", epoch, withinMs: READERS_MS })
    .catch(() => undefined); // the database that is left need not answer any more
  const address = addressOf(move, holder.name);
  const openingOf = (tables: readonly MovedTable[]) => `BEGIN;
    SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS};
    SET LOCAL synchronous_commit = on;
    ${fenceStatements(app, tables, "DISABLE")}
    ${providerStatements({ app, phase: "here", epoch, address })}
    COMMIT`;
  const giveUpAt = performance.now() + OPEN_MS;
  for (;;) {
    try {
      const tables = await movedTables(session, app);
      await session.unsafe(openingOf(tables));
      break;
    } catch (error) {
      const mayPass = isInTheWay(error) || isDisconnected(error);
      if (!mayPass || performance.now() > giveUpAt) throw error;
      await session.unsafe("ROLLBACK").catch(() => undefined);
      await sleep(OPEN_PAUSE_MS);
    }
  }
  await at("switch: opened");
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
    const slot = await slotOf(holder, streamOf(app, holder.name));
    if (slot === undefined || slot.isLost) return writeBroken(course);
    await subscribe(follower, holder, { copy: "nothing" });
    await correctConnection(follower, holder);
    await enable(follower, streamOf(app, holder.name));
    await at("settle: way back enabled");
  }
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
