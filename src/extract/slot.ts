/**
 * A slot: what a server keeps for a follower that has not read it yet. It is made before its subscription, because a
 * subscription to its own server waits for itself.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, MarcotError } from "../errors.ts";
import type { OpenSide } from "./sides.ts";

/** A worker that is told to go is gone in milliseconds; one that writes to a dead connection takes longer. */
const RELEASE_MS = 10_000;
const RELEASE_POLL_MS = 10;

export interface Slot {
  /** The database that it belongs to: slots are the server's. */
  readonly isOurs: boolean;
  readonly active: number | null;
  readonly isLost: boolean;
}

export async function slotOf({ sql }: OpenSide, name: string): Promise<Slot | undefined> {
  const [found] = await sql<Slot[]>`
    select database = current_database() as "isOurs", active_pid as active,
      coalesce(wal_status = 'lost', false) as "isLost"
    from pg_replication_slots where slot_name = ${name}`;
  return found;
}

/** Waits at most so long for the transactions that run: the slot begins where all of them have ended. */
export async function makeSlot(side: OpenSide, name: string, withinMs: number): Promise<void> {
  const found = await slotOf(side, name);
  if (found?.isOurs === false) {
    const message = `The server has a slot ${name} already, of another of its databases`;
    throw new MarcotError("MoveBlocked", message, {
      fix: "End the move of the app of that name there, or drop the slot.",
    });
  }
  if (found?.isLost === true) await dropSlot(side, name);
  if (found !== undefined && !found.isLost) return;
  try {
    await side.sql.begin(async (tx) => {
      await tx.unsafe(`SET LOCAL statement_timeout = ${withinMs}`);
      await tx`select pg_create_logical_replication_slot(${name}, 'pgoutput')`;
    });
  } catch (error) {
    // 57014: the statement took too long.
    throw codeOf(error) === "57014" ? await waiting(side, withinMs) : error;
  }
}

async function waiting({ sql, name }: OpenSide, withinMs: number): Promise<MarcotError> {
  const [oldest] = await sql<{ pid: number; who: string; seconds: number }[]>`
    select pid, application_name as who, extract(epoch from clock_timestamp() - xact_start)::float8 as seconds
    from pg_stat_activity where xact_start is not null and backend_xid is not null and pid <> pg_backend_pid()
    order by xact_start limit 1`;
  const who = oldest
    ? `: ${oldest.who} (backend ${oldest.pid}) for ${oldest.seconds.toFixed(0)} s`
    : "";
  const message = `A stream can begin on the side of the ${name} when all of its transactions have ended; after ${withinMs / 1000} s one still runs${who}`;
  return new MarcotError("MoveRefused", message, { fix: "Wait for that transaction, or end it." });
}

/** Ends who reads from it first. Fails with MoveRefused when somebody reads from it again and again. */
export async function dropSlot(side: OpenSide, name: string): Promise<void> {
  const giveUpAt = performance.now() + RELEASE_MS;
  for (;;) {
    const found = await slotOf(side, name);
    if (found === undefined || !found.isOurs) return;
    if (found.active !== null) {
      if (performance.now() > giveUpAt) throw held(side, name, found.active);
      await side.sql`select pg_terminate_backend(${found.active})`;
    } else {
      try {
        await side.sql`select pg_drop_replication_slot(${name})`;
        return;
      } catch (error) {
        // Somebody took it, or dropped it, in between.
        if (performance.now() > giveUpAt) throw error;
      }
    }
    await sleep(RELEASE_POLL_MS);
  }
}

function held({ name }: OpenSide, slot: string, backend: number): MarcotError {
  const message = `The slot ${slot} on the side of the ${name} cannot be dropped: the backend ${backend} reads from it, and comes again`;
  return new MarcotError("MoveRefused", message, {
    fix: "Stop who reads from it (pg_stat_replication says who), and run the command again.",
  });
}
