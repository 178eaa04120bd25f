/**
 * The moment in which nobody writes. One transaction on the holder locks the app's tables and raises the fence; if
 * this command dies, or takes too long, the database undoes it and nothing has happened. Its COMMIT is the point of
 * no return: with it the holder refuses writers, and its processes find the app elsewhere.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isDisconnected } from "../../data/disconnected.ts";
import { ownTable } from "../../data/own-tables.ts";
import { codeOf, MarcotError } from "../../errors.ts";
import { copyRows } from "../copy.ts";
import { addressOf, type Course, type Roles } from "../course.ts";
import { fenceStatements, isInTheWay } from "../fence.ts";
import { endSessions } from "../sides.ts";
import { canFilter, streamOf } from "../stream.ts";
import { fenced, literal, type MovedTable, nameIn } from "../tables.ts";
import type { Move } from "../types.ts";
import { watchLock } from "./blockers.ts";
import { stillOurs } from "./mover.ts";
import { providerStatements, sinceElsewhere } from "./providers.ts";
import { raiseSequences, type Sequence } from "../sequences.ts";
import { idleStatement, keepFence, rollBack, type Sessions } from "./sessions.ts";

export interface Fenced {
  readonly course: Course;
  /** With the epoch of this attempt. */
  readonly move: Move;
  readonly roles: Roles;
  readonly sessions: Sessions;
  readonly tables: readonly MovedTable[];
  readonly sequences: readonly Sequence[];
  /** Of `performance.now()`: later than this it backs out. */
  readonly deadline: number;
}

/** Why an attempt was given up; nothing has happened. */
export class Withdrawn extends Error {}

/** In which a stream that is not behind delivers. Shorter pauses would only wait for the timer. */
const BUSY_MS = 5;

/** Rejects with Withdrawn where it gave up. When it resolves, the holder does not take writes any more. */
export async function throughFence(given: Fenced): Promise<void> {
  const { course, roles, sessions } = given;
  const { fence, holderSnapshot, followerSnapshot } = sessions;
  const held = { deadline: given.deadline, mode: given.move.mode };
  let keeping: NodeJS.Timeout | undefined;
  try {
    await lock(given);
    keeping = keepFence(fence, held);
    await course.at("switch: locked");
    await (given.move.mode === "stream" ? arrive(given) : copy(given));
    await course.at("switch: arrived");
    await within(given, settleFollower(given));
    await course.at("switch: snapshots taken");
    if (performance.now() > given.deadline) throw late(given);
  } catch (error) {
    await rollBack(fence, holderSnapshot, followerSnapshot);
    throw withdrawn(error, roles) ?? error;
  } finally {
    clearInterval(keeping);
  }
  await commit(given);
}

/**
 * How long each try waits, in ms. A writer that has one table, and waits for another one that is locked already,
 * would never end: so a try gives all up soon, and the next one comes from the other end.
 */
const TRIES_MS = [20, 40, 60, 120];

async function lock(given: Fenced): Promise<void> {
  const { roles, sessions } = given;
  const watch = await watchLock(roles.holder, sessions.fence);
  for (const [index, waitMs] of TRIES_MS.entries()) {
    watch.within(waitMs);
    try {
      return await lockOnce(given, waitMs, index % 2 === 1);
    } catch (error) {
      if (!isInTheWay(error)) throw error;
      await rollBack(sessions.fence);
    }
  }
  const who = await watch.seen();
  throw new Withdrawn(`the tables are in use${who === undefined ? "" : ` by ${who}`}`);
}

async function lockOnce(given: Fenced, waitMs: number, fromTheEnd: boolean): Promise<void> {
  const { course, move, roles, sessions, tables } = given;
  const { app } = course;
  const names = fenced(tables).map(({ name }) => nameIn(app, name));
  await sessions.fence.unsafe(
    `BEGIN;
     SET LOCAL lock_timeout = ${waitMs};
     SET LOCAL synchronous_commit = on;
     ${idleStatement({ deadline: given.deadline, mode: move.mode })};
     SET LOCAL marcot.fence = '${move.epoch}';
     ${stillOurs(roles.holder.owner, move.epoch)}
     LOCK TABLE ONLY ${(fromTheEnd ? names.toReversed() : names).join(", ONLY ")} IN SHARE ROW EXCLUSIVE MODE;
     ${fenceStatements(app, tables, "ENABLE")}`,
  );
}

/** All that was written has arrived when a row has that is written now. */
async function arrive(given: Fenced): Promise<void> {
  const { course, move, roles, sessions, sequences } = given;
  const { holder, follower } = roles;
  const markers = ownTable(course.app, "move_markers");
  const marker = holder.sql.unsafe(`INSERT INTO ${markers} (epoch) VALUES (${BigInt(move.epoch)})`);
  const question = `SELECT FROM ${markers} WHERE epoch = ${BigInt(move.epoch)}`;
  const busyUntil = performance.now() + BUSY_MS;
  const arrived = async () => {
    while ((await sessions.arrival.unsafe(question)).length === 0) {
      if (performance.now() > given.deadline) throw late(given);
      if (performance.now() > busyUntil) await sleep(1);
    }
  };
  await within(
    given,
    Promise.all([marker, arrived(), raiseSequences(holder, follower, sequences)]),
  );
}

async function copy(given: Fenced): Promise<void> {
  const { course, roles, deadline } = given;
  const signal = AbortSignal.timeout(Math.max(0, Math.round(deadline - performance.now())));
  await copyRows({
    app: course.app,
    from: roles.holder,
    to: roles.follower,
    owner: roles.follower.owner,
    say: course.say,
    signal,
  });
}

/** The same moment on both sides is kept, to be compared. */
async function settleFollower({ course, move, roles, sessions }: Fenced): Promise<void> {
  const begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";
  await Promise.all([
    sessions.holderSnapshot.unsafe(begin),
    sessions.followerSnapshot.unsafe(begin),
    makeDurable(course, move, roles),
  ]);
}

/**
 * The worker of a stream leaves it to later to write what it brought. Without filters the way back begins behind
 * that, or it would return; in this order, because a slot is advanced as far as is written, and not further.
 */
async function makeDurable({ app }: Course, move: Move, { holder, follower }: Roles) {
  const { sql } = follower;
  await sql.unsafe(
    "SET LOCAL synchronous_commit = on; SELECT pg_logical_emit_message(true, 'marcot', '')",
  );
  if (move.mode === "copy" || canFilter(holder, follower)) return;
  const back = literal(streamOf(app, follower.name));
  await sql.unsafe(`SELECT pg_replication_slot_advance(${back}, pg_current_wal_flush_lsn())`);
}

/** The point of no return. A session that was opened anew meanwhile is not in the transaction, and is refused. */
async function commit(given: Fenced): Promise<void> {
  const { course, move, roles, sessions } = given;
  const { app } = course;
  const address = addressOf(move, roles.follower.name);
  const mark = `current_setting('marcot.fence', true) IS NOT DISTINCT FROM '${move.epoch}'`;
  const statements = `SELECT 1 / (${mark})::int;
    ${providerStatements(roles.holder.owner, { app, phase: "elsewhere", epoch: move.epoch, address })}
    COMMIT`;
  try {
    await sessions.fence.unsafe(statements);
  } catch (error) {
    if (await isCommitted(given)) return;
    const { fence, holderSnapshot, followerSnapshot } = sessions;
    await rollBack(fence, holderSnapshot, followerSnapshot);
    throw withdrawn(error, roles) ?? error;
  }
}

/** When the connection broke under the COMMIT, nobody has said what became of it: the row does. */
async function isCommitted({ course, move, roles, sessions }: Fenced): Promise<boolean> {
  const { sql, owner } = roles.holder;
  // Else it could be committed after this has looked.
  await rollBack(sessions.fence);
  await endSessions(sql, async () => {
    const rows = await sql<{ pid: number }[]>`
      select distinct pid from pg_locks join pg_stat_activity using (pid)
      where locktype = 'relation' and mode = 'ShareRowExclusiveLock' and granted
        and application_name like ${`%/move/${owner.token}/%`} and pid <> pg_backend_pid()`;
    return rows.map(({ pid }) => pid);
  });
  return (await sinceElsewhere(sql, course.app, move.epoch)) !== undefined;
}

async function within<T>(given: Fenced, work: Promise<T>): Promise<T> {
  const given_up = new AbortController();
  const leftMs = Math.max(0, given.deadline - performance.now());
  const timer = sleep(leftMs, undefined, { signal: given_up.signal }).then(() => {
    throw late(given);
  });
  timer.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([work, timer]);
  } finally {
    given_up.abort();
  }
}

function late({ roles }: Fenced): Withdrawn {
  return new Withdrawn(
    `the ${roles.follower.name} did not have all that was written in the time that writes may wait`,
  );
}

/** What may pass by itself. */
function withdrawn(error: unknown, { holder, follower }: Roles): Withdrawn | undefined {
  if (error instanceof Withdrawn) return error;
  if (isInTheWay(error)) return new Withdrawn(`the tables are in use (${codeOf(error)})`);
  // 22012: the mark of the transaction was not there.
  if (isDisconnected(error) || ["25P03", "22012", "57014"].includes(codeOf(error) ?? "")) {
    const where = `${holder.name} or ${follower.name}`;
    return new Withdrawn(`the connection to a database (${where}) broke: ${String(error)}`);
  }
  if (error instanceof Error && error.name === "TimeoutError") {
    return new Withdrawn("the rows were not copied in the pause that is allowed");
  }
  return error instanceof MarcotError && error.code === "SwitchFailed"
    ? new Withdrawn(error.message)
    : undefined;
}
