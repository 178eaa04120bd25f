/** What a switch holds open: opened and warmed before it, because inside the fence each round trip counts. */
import type { Sql } from "postgres";
import type { Roles } from "../course.ts";
import { openHolding } from "../sides.ts";

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
