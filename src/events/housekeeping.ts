/** Deletes what an app keeps of calls and events for a while only: in every app, whether it tells or not. */
import type { Log } from "../app/types.ts";
import { KEPT } from "../app/idempotency.ts";
import type { Database } from "../data/database.ts";
import { isDisconnected } from "../data/disconnected.ts";
import { isMoved } from "../data/moved.ts";
import { ownTable } from "../data/own-tables.ts";

const EVERY_MS = 60_000;
/** More would take a connection of the app for long. */
const LONGEST_MS = 20_000;

/** Longer than anything is retried by itself: by it a receiver knows what it has done. */
const INBOX_KEPT = "30 days";

/** Deletes are done in pieces, so that none of them holds anything up. */
const PIECE = 5000;

/** Answers how to stop it, and to wait for what it has begun. Several processes may do it at once. */
export function keepHouse(database: Database, app: string, log: Log): () => Promise<void> {
  let isOpen = true;
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    last = tidy(database, app, () => isOpen).catch((error: unknown) => {
      if (!isDisconnected(error) && !isMoved(error))
        log.warn({ err: error, app }, "old rows could not be deleted");
    });
  }, EVERY_MS);
  timer.unref();
  return () => {
    isOpen = false;
    clearInterval(timer);
    return last;
  };
}

export async function tidy(
  { sql }: Database,
  app: string,
  isOpen: () => boolean = () => true,
): Promise<void> {
  const old = [
    [ownTable(app, "event_inbox"), `handled_at < now() - interval '${INBOX_KEPT}'`],
    [ownTable(app, "idempotency_keys"), `at < now() - interval '${KEPT}'`],
  ] as const;
  const until = Date.now() + LONGEST_MS;
  for (const [table, isOld] of old) {
    let gone = PIECE;
    while (gone === PIECE && Date.now() < until && isOpen()) {
      const { length } = await sql.unsafe(
        `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${isOld} LIMIT ${PIECE}))
         RETURNING 1`,
      );
      gone = length;
    }
  }
}
