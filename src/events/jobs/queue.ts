/**
 * The jobs of an app and their states, as statements of SQL.
 *
 *     waiting ─→ running ─→ done
 *        │ ↑       │ ↑
 *        ↓ (key)   ↓ │ (after a wait that doubles)
 *     dropped    failed ─→ parked
 */
import type { Sql } from "postgres";
import type { Job } from "../../app/types.ts";
import { ownTable } from "../../data/own-tables.ts";
import { PREPARED } from "../../data/scope.ts";

/** A job that this process has taken. Whoever takes it later has another `claim`. */
export interface Claimed {
  readonly id: string;
  readonly name: string;
  readonly claim: number;
  /** With this one. */
  readonly attempts: number;
  readonly data: unknown;
  readonly scheduledFor: Date | null;
  readonly traceId: string | null;
}

/** Why an attempt came to nothing. */
export interface Failed {
  readonly error: string;
  /** Whether it is tried no more, whatever attempts are left. */
  readonly isFinal: boolean;
}

/** How many more of a name may run. */
export interface Free {
  readonly name: string;
  readonly free: number;
}

export interface Queue {
  /** Takes what is due, the longest due first. */
  claim(free: readonly Free[], limit: number): Promise<readonly Claimed[]>;
  /** Milliseconds until the next one is due; undefined when none waits. */
  next(): Promise<number | undefined>;
  /** Writes down the next times of what comes again, unless one of them is still open. */
  plan(): Promise<void>;
  fail(job: Claimed, failed: Failed): Promise<void>;
  /** Gives back what was not run to its end: no attempt is counted. */
  release(job: Claimed): Promise<void>;
  /**
   * Takes back what a process has taken and not ended, which has died or lost its connection. What some
   * process still works on is held by its transaction, and left. `own`: what runs here.
   */
  recover(own: readonly string[]): Promise<void>;
  /** Parks what no code here knows, and deletes what is over and old. */
  clean(): Promise<void>;
}

/** The wait before the second attempt is 1 s; it doubles up to ten minutes. */
const WAIT_MAX_S = 600;

/** While a release is rolled out, the one that leads may not know the jobs of the other. */
const UNKNOWN_FOR = "1 hour";

/** How long is kept what is over, for people who look. */
const KEPT = "7 days";

/** Deletes are done in pieces, so that none of them holds anything up. */
const PIECE = 5000;

/** Enough for a sentence and its context; stacks are in the log. */
const ERROR_CHARS_MAX = 2000;

const OPEN = "state IN ('waiting', 'failed')";

/** Marks a job as done, if it is still this process's, and holds its row. Its statements get a limit too. */
export function doneText(app: string): string {
  return `UPDATE ${ownTable(app, "job_queue")} SET state = 'done', changed_at = now(), error = NULL
    WHERE id = $1::bigint AND claim = $2::int AND state = 'running'
    RETURNING set_config('statement_timeout', $3::text, true)`;
}

export function queueOf(sql: Sql, app: string, jobs: readonly Job[]): Queue {
  const queue = ownTable(app, "job_queue");
  const known = JSON.stringify(jobs.map(({ name, attempts }) => ({ name, attempts })));
  const run = <Row>(text: string, values: readonly unknown[] = []) =>
    sql.unsafe<(Row & object)[]>(text, values as never[], PREPARED as never);
  const wait = `make_interval(
    secs => least(${WAIT_MAX_S}, power(2, least(greatest(q.attempts - 1, 0), 20))) * (0.5 + random() / 2))`;
  /** One that was asked for under the same key since then has taken its place. */
  const isReplaced = `EXISTS (SELECT FROM ${queue} o WHERE o.name = q.name AND o.key = q.key AND o.id <> q.id
    AND (o.${OPEN} OR (o.state = 'running' AND o.id > q.id)))`;
  const failing = (error: string, isFinal: string) =>
    `changed_at = now(), error = ${error}, due_at = now() + ${wait},
     state = CASE WHEN ${isReplaced} THEN 'dropped' WHEN ${isFinal} OR q.attempts >= coalesce(
       (SELECT k.attempts FROM jsonb_to_recordset($1::text::jsonb) AS k (name text, attempts int) WHERE k.name = q.name),
       q.attempts + 1) THEN 'parked' ELSE 'failed' END`;
  return {
    async claim(free, limit) {
      // A part for each name, by its index: one that has a backlog is not read to find another.
      return run<Claimed>(
        `WITH due AS MATERIALIZED (
           SELECT j.id, j.due_at FROM jsonb_to_recordset($1::text::jsonb) AS f (name text, free int)
           CROSS JOIN LATERAL (
             SELECT id, due_at FROM ${queue} WHERE name = f.name AND ${OPEN} AND due_at <= now()
             ORDER BY due_at, id LIMIT f.free FOR UPDATE SKIP LOCKED) j
           ORDER BY j.due_at, j.id LIMIT $2::int)
         UPDATE ${queue} SET state = 'running', attempts = attempts + 1, claim = claim + 1, changed_at = now()
         WHERE id = ANY(ARRAY(SELECT id FROM due))
         RETURNING id::text, name, claim, attempts, data, scheduled_for AS "scheduledFor", trace_id AS "traceId"`,
        [JSON.stringify(free), limit],
      );
    },
    async next() {
      const [found] = await run<{ ms: number | null }>(
        `SELECT (extract(epoch FROM min(j.due_at) - now()) * 1000)::float8 AS ms
         FROM jsonb_to_recordset($1::text::jsonb) AS k (name text)
         CROSS JOIN LATERAL (
           SELECT due_at FROM ${queue} WHERE name = k.name AND ${OPEN} AND due_at > now()
           ORDER BY due_at, id LIMIT 1) j`,
        [known],
      );
      return found?.ms ?? undefined;
    },
    async plan() {
      const [clock] = await run<{ now: Date }>("SELECT now()"); // one clock for all processes
      const now = clock?.now ?? new Date();
      const times = jobs.flatMap(({ name, schedule }) => {
        return schedule === undefined ? [] : [{ name, at: schedule.next(now).toISOString() }];
      });
      if (times.length === 0) return;
      // A time of an older schedule gives way.
      await run(
        `WITH new AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS n (name text, at timestamptz)),
         old AS MATERIALIZED (
           SELECT q.id FROM ${queue} q JOIN new ON new.name = q.name
           WHERE q.state = 'waiting' AND q.scheduled_for > now() AND q.scheduled_for <> new.at),
         gone AS (DELETE FROM ${queue} WHERE id = ANY(ARRAY(SELECT id FROM old)))
         INSERT INTO ${queue} (name, data, due_at, scheduled_for)
         SELECT new.name, '{}', new.at, new.at FROM new WHERE NOT EXISTS (
             SELECT FROM ${queue} q WHERE q.name = new.name AND ${OPEN} AND q.id NOT IN (SELECT id FROM old))
           AND NOT EXISTS (SELECT FROM ${queue} q WHERE q.state = 'running' AND q.name = new.name)
         ON CONFLICT (name, scheduled_for) DO NOTHING`,
        [JSON.stringify(times)],
      );
    },
    async fail({ id, claim }, { error, isFinal }) {
      await run(
        `UPDATE ${queue} q SET ${failing("$4::text", "$5::boolean")}
         WHERE id = $2::bigint AND claim = $3::int AND state = 'running'`,
        [known, id, claim, error.slice(0, ERROR_CHARS_MAX), isFinal],
      );
    },
    async release({ id, claim }) {
      await run(
        `UPDATE ${queue} q SET attempts = attempts - 1,
           state = CASE WHEN ${isReplaced} THEN 'dropped' ELSE 'waiting' END
         WHERE id = $1::bigint AND claim = $2::int AND state = 'running'`,
        [id, claim],
      );
    },
    async recover(own) {
      await run(
        `UPDATE ${queue} q SET ${failing("'the process that ran it ended'", "false")}
         WHERE id = ANY(ARRAY(
           SELECT id FROM ${queue} WHERE state = 'running' AND id <> ALL($2::text::bigint[])
           FOR UPDATE SKIP LOCKED))`,
        [known, `{${own.join(",")}}`],
      );
    },
    async clean() {
      await run(
        `UPDATE ${queue} SET state = 'parked', changed_at = now(),
           error = 'the app has no job "' || name || '" any more'
         WHERE ${OPEN} AND due_at < now() - interval '${UNKNOWN_FOR}' AND name NOT IN (
           SELECT name FROM jsonb_to_recordset($1::text::jsonb) AS k (name text))`,
        [known],
      );
      await run(
        `DELETE FROM ${queue} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${queue}
           WHERE state IN ('done', 'dropped') AND changed_at < now() - interval '${KEPT}' LIMIT ${PIECE}))`,
      );
    },
  };
}
