/** What a switch holds open: opened and warmed before it, because inside the fence each round trip counts. */
import type { Sql } from "postgres";
import type { Roles } from "../course.ts";
import { openHolding } from "../sides.ts";
import type { Mode } from "../types.ts";

export interface Sessions {
  /** Of the holder: the transaction that locks the tables. */
  readonly fence: Sql;
  /** Of the follower: asks whether all has arrived, and opens it for writers. */
  readonly arrival: Sql;
  /** Snapshots of both at the same moment, to be compared later. */
  readonly holderSnapshot: Sql;
  readonly followerSnapshot: Sql;
  close(): Promise<void>;
}

export async function openSessions({ holder, follower }: Roles): Promise<Sessions> {
  const [fence, holderSnapshot] = [openHolding(holder), openHolding(holder)];
  const [arrival, followerSnapshot] = [openHolding(follower), openHolding(follower)];
  const all = [fence, holderSnapshot, arrival, followerSnapshot];
  const close = async () => {
    await Promise.all(all.map((session) => session.end({ timeout: 1 })));
  };
  try {
    await Promise.all([
      ...all.map((session) => session.unsafe("SELECT 1")),
      // Together, so that each takes a connection of its own: to connect takes longer than the fence.
      ...[holder, holder, follower, follower].map(({ sql }) => sql.unsafe("SELECT pg_sleep(0.05)")),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  return { fence, holderSnapshot, arrival, followerSnapshot, close };
}

/** Ends whatever transaction a session is in. One that has lost its connection is in none. */
export async function rollBack(...sessions: readonly Sql[]): Promise<void> {
  await Promise.all(sessions.map((session) => session.unsafe("ROLLBACK").catch(() => undefined)));
}

/** A COMMIT that was sent is not taken back; who sent it and is then too late to see it ends in this time. */
const GRACE_MS = 250;
/** How long the holder keeps its tables locked for a command that it does not hear of. A copy is not lost so easily. */
const IDLE_MS = { stream: 400, copy: 2_000 } as const;
const KEEP_MS = 100;

export interface Held {
  /** Of `performance.now()`. */
  readonly deadline: number;
  readonly mode: Mode;
}

/**
 * A command that is frozen, or cut off from the holder, does not keep its tables for the rest of the budget: those
 * who wait for them have a deadline. Most switches are over before the first of these statements.
 */
export function keepFence(fence: Sql, held: Held): NodeJS.Timeout {
  let isAnswered = true;
  return setInterval(() => {
    if (!isAnswered || performance.now() > held.deadline) return;
    isAnswered = false;
    fence.unsafe(idleStatement(held)).then(
      () => (isAnswered = true),
      () => {}, // its COMMIT will say so
    );
  }, KEEP_MS).unref();
}

/** After which the database itself ends the transaction of a command that says nothing. */
export function idleStatement({ deadline, mode }: Held): string {
  const leftMs = Math.max(0, deadline - performance.now()) + GRACE_MS;
  const idleMs = Math.ceil(Math.min(leftMs, IDLE_MS[mode]));
  return `SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`;
}
