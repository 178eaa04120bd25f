/**
 * What an app has told and to whom it is to go: the states of its deliveries, as statements of SQL.
 *
 *     published ─→ processing ─→ completed
 *                      │ ↑
 *                      ↓ │ (after a wait that doubles)
 *                    failed ─→ parked ─→ resubmitted | dropped   (by `marcot events`)
 */
import type { Sql } from "postgres";
import { ownTable } from "../data/own-tables.ts";
import { clientOf } from "../data/transaction.ts";
import type { Listed, Outcome, Stored } from "./message.ts";

/** Where an event goes. `*` stands for all receivers of an app that could not be asked yet. */
export interface Lane {
  readonly app: string;
  readonly receiver: string;
}

/** More would keep a receiver's transactions and requests large; fewer would cost a round trip more often. */
const CLAIMED_MAX = 500;

/** New events that are looked at together. */
const SPREAD_MAX = 1000;

/** The wait before the second attempt is 1 s; it doubles up to ten minutes. */
const WAIT_MAX_S = 600;

/** How long is kept what is over, for people who look. */
const KEPT = "7 days";

/**
 * While a release is rolled out, old processes name other receivers than new ones: one is gone when nobody has
 * named it for so long. Each is named anew every minute.
 */
const GRACE = "10 minutes";

/** Enough for a sentence and its context; stacks are in the receiver's log. */
const ERROR_CHARS_MAX = 2000;

/** More would hold up what is to be delivered. */
const CLEAN_MS = 5000;

/** Deletes are done in pieces, so that none of them holds anything up. */
const PIECE = 5000;

export interface Outbox {
  /** The receivers of an app that was asked. What is open for others of that app is parked. */
  register(app: string, receivers: readonly Listed[]): Promise<void>;
  /**
   * Writes down to whom new events go, and gives what was told while an app could not be asked to those of
   * its receivers that want it. Answers how many events there were. Only for who has the lead: two at
   * once would let a later event of a key be seen before an earlier one.
   */
  spread(): Promise<number>;
  /** Remembers that an app could not be asked: what is told is kept for it. */
  expect(app: string): Promise<void>;
  lanes(): Promise<readonly (Lane & { readonly version: string })[]>;
  /** Takes the next events of a receiver. Those of a key that waits stay where they are. */
  claim(lane: Lane): Promise<readonly Stored[]>;
  settle(lane: Lane, rows: readonly Stored[], outcomes: readonly Outcome[]): Promise<void>;
  /** Gives back what was claimed and never went out: no attempt is counted. */
  release(lane: Lane, rows: readonly Stored[]): Promise<void>;
  /** Gives back what a process that has died had claimed. Only for who has the lead. */
  recover(lane: Lane): Promise<void>;
  /** Deletes what is over and old. */
  clean(): Promise<void>;
  /** Parks what is open for apps that the settings do not list any more, and tells them nothing more. */
  forget(apps: readonly string[]): Promise<void>;
}

/** PostgreSQL takes neither half a surrogate pair, which a cut may leave, nor U+0000. */
function storable(error: string): string {
  return error.slice(0, ERROR_CHARS_MAX).toWellFormed().replaceAll("\0", "");
}

/** `pid`: of the session that has the lead; statements that were queued for an older one do nothing. */
export function outboxOf(sql: Sql, app: string, pid: () => number | null = () => null): Outbox {
  const outbox = ownTable(app, "event_outbox");
  const known = ownTable(app, "event_receivers");
  const deliveries = ownTable(app, "event_deliveries");
  const client = clientOf(sql);
  const run = <Row>(text: string, values: readonly unknown[] = []) =>
    sql.unsafe<(Row & object)[]>(
      text,
      values as never[],
      { prepare: true, simple: false } as never,
    );
  const release = async (where: readonly [string, string], positions: readonly unknown[]) => {
    await run(
      `UPDATE ${deliveries} SET state = 'published' WHERE app = $1::text AND receiver = $2::text
         AND position = ANY($3::text::bigint[]) AND state = 'processing'`,
      [...where, `{${positions.join(",")}}`],
    );
  };
  /** What was kept for apps that were asked since, and receive nothing. */
  const forNobody = `DELETE FROM ${deliveries} d WHERE receiver = '*' AND state <> 'dropped'
    AND NOT EXISTS (SELECT FROM ${known} k WHERE k.app = d.app)`;
  return {
    async register(receiving, receivers) {
      await client.begin(async (tx) => {
        const list = JSON.stringify(receivers);
        // Processes of a project start together; the second finds nothing left to do.
        await tx.unsafe(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
          `marcot/receivers/${app}/${receiving}`,
        ]);
        await tx.unsafe(
          `WITH new AS (SELECT * FROM jsonb_to_recordset($2::text::jsonb)
             AS r (name text, event text, version text, attempts int))
           INSERT INTO ${known} AS old (app, name, event, version, attempts)
           SELECT $1, name, event, version, attempts FROM new
           ON CONFLICT (app, name, event) DO UPDATE
             SET version = excluded.version, attempts = excluded.attempts, since = now()`,
          [receiving, list],
        );
        await tx.unsafe(
          `DELETE FROM ${known} WHERE app = $1 AND (name = '*' OR since < now() - interval '${GRACE}')
             AND (name, event) NOT IN (
             SELECT name, event FROM jsonb_to_recordset($2::text::jsonb) AS r (name text, event text))`,
          [receiving, list],
        );
        await tx.unsafe(
          `UPDATE ${deliveries} d SET state = 'parked', changed_at = now(),
             error = 'the app ' || d.app || ' has no receiver "' || d.receiver || '" any more'
           WHERE app = $1 AND receiver <> '*' AND state IN ('published', 'resubmitted', 'failed')
             AND NOT EXISTS (SELECT FROM ${known} k WHERE k.app = d.app AND k.name = d.receiver)`,
          [receiving],
        );
        if (receivers.length === 0) await tx.unsafe(forNobody);
      });
    },
    async spread() {
      const [found] = await run<{ count: number }>(
        `WITH new AS MATERIALIZED (
           SELECT position, event, key FROM ${outbox}
           WHERE NOT spread AND coalesce(pg_backend_pid() = $1::int, true) ORDER BY position LIMIT ${SPREAD_MAX}),
         made AS (
           INSERT INTO ${deliveries} (position, app, receiver, key)
           SELECT new.position, k.app, k.name, new.key FROM new JOIN ${known} k ON k.event IN (new.event, '*')
           ON CONFLICT DO NOTHING),
         spread AS (UPDATE ${outbox} o SET spread = true FROM new WHERE o.position = new.position),
         waited AS (
           DELETE FROM ${deliveries} d WHERE receiver = '*' AND state <> 'dropped'
             AND app IN (SELECT app FROM ${known} GROUP BY app HAVING bool_and(name <> '*'))
           RETURNING position, app, key),
         asked AS (
           INSERT INTO ${deliveries} (position, app, receiver, key)
           SELECT w.position, k.app, k.name, w.key FROM waited w
           JOIN ${outbox} o USING (position) JOIN ${known} k ON k.app = w.app AND k.event = o.event
           ON CONFLICT DO NOTHING)
         SELECT (SELECT count(*) FROM new)::int + (SELECT count(*) FROM waited)::int AS count`,
        [pid()],
      );
      return found?.count ?? 0;
    },
    async expect(receiving) {
      await run(
        `INSERT INTO ${known} (app, name, event, version, attempts)
         SELECT $1::text, '*', '*', '', 0 WHERE NOT EXISTS (SELECT FROM ${known} WHERE app = $1::text)
         ON CONFLICT DO NOTHING`,
        [receiving],
      );
    },
    async lanes() {
      return run(
        `SELECT DISTINCT app, name AS receiver, version FROM ${known} WHERE name <> '*' ORDER BY 1, 2`,
      );
    },
    async claim(lane) {
      // MATERIALIZED: the limit is on what is due, and that is indexed. Only what has failed waits for its
      // time: now() is older than the snapshot, and a row that came between would be overtaken. The state is
      // asked again where the row is locked: a person may have dropped it in the meantime. Arrays and no
      // joins: PostgreSQL expects one row of each part, and would go through the whole queue for it.
      return run<Stored>(
        `WITH due AS MATERIALIZED (
           SELECT d.position FROM ${deliveries} d
           WHERE d.app = $1::text AND d.receiver = $2::text
             AND coalesce(pg_backend_pid() = $3::int, true)
             AND d.state IN ('published', 'resubmitted', 'failed')
             AND (d.state <> 'failed' OR d.next_at <= now())
             AND (d.key IS NULL OR NOT EXISTS (
               SELECT FROM ${deliveries} held
               WHERE held.app = d.app AND held.receiver = d.receiver AND held.key = d.key
                 AND held.position < d.position AND held.state IN ('failed', 'parked')
                 AND (held.state = 'parked' OR held.next_at > now())))
             AND NOT EXISTS (
               SELECT FROM ${deliveries} waiting WHERE waiting.app = d.app AND waiting.receiver = '*'
                 AND waiting.state <> 'dropped' AND waiting.position < d.position)
           ORDER BY d.position LIMIT ${CLAIMED_MAX}),
         claimed AS (
           UPDATE ${deliveries} d SET state = 'processing', changed_at = now()
           WHERE d.app = $1::text AND d.receiver = $2::text
             AND d.position = ANY(ARRAY(SELECT position FROM due))
             AND d.state IN ('published', 'resubmitted', 'failed')
           RETURNING d.position)
         SELECT o.position::text, o.id, o.event, o.version, o.key, o.data::text AS data,
           o.trace_id AS "traceId", to_json(o.told_at) #>> '{}' AS "toldAt"
         FROM ${outbox} o WHERE o.position = ANY(ARRAY(SELECT position FROM claimed)) ORDER BY o.position`,
        [lane.app, lane.receiver, pid()],
      );
    },
    async settle(lane, rows, outcomes) {
      const positions = new Map(rows.map(({ id, position }) => [id, position]));
      const done = outcomes.filter(({ is }) => is === "done").map(({ id }) => positions.get(id));
      const held = outcomes.filter(({ is }) => is === "held").map(({ id }) => positions.get(id));
      const failed = outcomes.flatMap((outcome) => {
        if (outcome.is !== "failed") return [];
        return [{ position: positions.get(outcome.id), error: storable(outcome.error) }];
      });
      const where = [lane.app, lane.receiver] as const;
      if (done.length > 0)
        await run(
          `UPDATE ${deliveries} SET state = 'completed', attempts = attempts + 1, changed_at = now(), error = NULL
           WHERE app = $1::text AND receiver = $2::text AND position = ANY($3::text::bigint[])`,
          [...where, `{${done.join(",")}}`],
        );
      if (held.length > 0) await release(where, held);
      if (failed.length > 0)
        await run(
          `UPDATE ${deliveries} d SET changed_at = now(), error = new.error, attempts = d.attempts + 1,
             state = CASE WHEN d.attempts + 1 >= coalesce(
               (SELECT max(attempts) FROM ${known} k WHERE k.app = $1::text AND k.name = $2::text), 1)
               THEN 'parked' ELSE 'failed' END,
             next_at = now() + make_interval(
               secs => least(${WAIT_MAX_S}, power(2, least(d.attempts, 20))) * (0.5 + random() / 2))
           FROM jsonb_to_recordset($3::text::jsonb) AS new (position bigint, error text)
           WHERE d.app = $1::text AND d.receiver = $2::text AND d.position = new.position
             AND d.position = ANY($4::text::bigint[]) AND d.state <> 'completed'`,
          [
            ...where,
            JSON.stringify(failed),
            `{${failed.map(({ position }) => position).join(",")}}`,
          ],
        );
    },
    release: ({ app: receiving, receiver }, rows) =>
      release(
        [receiving, receiver],
        rows.map(({ position }) => position),
      ),
    async recover(lane) {
      await run(
        `UPDATE ${deliveries} SET state = 'published'
         WHERE app = $1::text AND receiver = $2::text AND state = 'processing'`,
        [lane.app, lane.receiver],
      );
    },
    async forget(apps) {
      const listed = JSON.stringify(apps);
      const isGone = `app NOT IN (SELECT jsonb_array_elements_text($1::text::jsonb))`;
      await run(`DELETE FROM ${known} WHERE ${isGone} AND since < now() - interval '${GRACE}'`, [
        listed,
      ]);
      await run(
        `UPDATE ${deliveries} d SET state = 'parked', changed_at = now(),
           error = 'the settings list no app ' || d.app || ' any more'
         WHERE ${isGone} AND receiver <> '*' AND state IN ('published', 'resubmitted', 'failed')
           AND NOT EXISTS (SELECT FROM ${known} k WHERE k.app = d.app)`,
        [listed],
      );
    },
    async clean() {
      await run(forNobody);
      // Piece by piece, until there is nothing old any more; a busy app writes more than a piece a minute.
      await run(forNobody);
      const until = Date.now() + CLEAN_MS;
      let left = PIECE;
      while (left === PIECE && Date.now() < until) {
        const gone = await run(
          `DELETE FROM ${deliveries} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${deliveries}
             WHERE state IN ('completed', 'dropped') AND changed_at < now() - interval '${KEPT}'
             LIMIT ${PIECE})) RETURNING 1`,
        );
        left = gone.length;
      }
      await run(
        `DELETE FROM ${outbox} WHERE position = ANY(ARRAY(SELECT position FROM (
             SELECT position, told_at, spread FROM ${outbox} ORDER BY position LIMIT ${PIECE * 10}) o
           WHERE told_at < now() - interval '${KEPT}' AND spread
             AND NOT EXISTS (SELECT FROM ${deliveries} d WHERE d.position = o.position)))`,
      );
    },
  };
}
