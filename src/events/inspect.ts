/**
 * What an app has told and what became of it, for people: read from its outbox, and the two things that a
 * person may decide there. The states are those of `outbox.ts`.
 */
import type { Sql } from "postgres";
import { missingTables } from "../data/create-own-tables.ts";
import { ownTable } from "../data/own-tables.ts";
import { MarcotError } from "../errors.ts";
import { channelOf } from "./lead.ts";
import type { Lane } from "./outbox.ts";

/** The words for people: what was published and what was resubmitted both wait. */
export const words = {
  waiting: ["published", "resubmitted"],
  working: ["processing"],
  failed: ["failed"],
  parked: ["parked"],
  done: ["completed"],
  dropped: ["dropped"],
} as const;

export type Word = keyof typeof words;

/** One receiver of an app's events. It is called `*` where the other app could not be asked yet. */
export interface ReceiverState extends Lane {
  readonly waiting: number;
  /** Of those that wait: how many stand behind one of their key that has failed. */
  readonly held: number;
  readonly working: number;
  readonly failed: number;
  readonly parked: number;
  /** In the last 24 hours. */
  readonly done: number;
  /** When the next of the failed ones is tried. */
  readonly nextAt: Date | null;
  /** When the oldest was told that is neither done nor given up. */
  readonly oldestAt: Date | null;
  /** False where the other app has no such receiver any more. */
  readonly isKnown: boolean;
}

export interface EventState {
  readonly position: string;
  readonly id: string;
  /** `faq.v2.published`. */
  readonly event: string;
  readonly key: string | null;
  readonly toldAt: Date;
}

/** An event on its way to a receiver. */
export interface Delivery extends EventState, Lane {
  /** As in the table of `outbox.ts`. */
  readonly state: string;
  readonly attempts: number;
  readonly changedAt: Date;
  /** When it is tried again; of failed ones alone. */
  readonly nextAt: Date | null;
  readonly error: string | null;
  /** The position of the one of its key that it waits for. */
  readonly heldBy: string | null;
}

/** What is meant: one receiver, or (`tickets` alone) all of an app. Default: all. */
export type Meant = Partial<Lane>;

/** What people may ask of and do to the events of an app, as the owner of its tables. */
export interface Inspection {
  receivers(): Promise<readonly ReceiverState[]>;
  /** The newest first. */
  list(filter: Meant & { readonly state?: Word; readonly limit: number }): Promise<Delivery[]>;
  /** The positions of events that people name by position or id. Fails with EventNotFound. */
  find(names: readonly string[]): Promise<string[]>;
  show(position: string): Promise<Shown>;
  /** Has them tried again, as if for the first time: those that have failed or were parked. */
  retry(filter: Meant & { readonly positions?: readonly string[] }): Promise<readonly Changed[]>;
  /** Gives them up. What was behind them in their key goes on. Not for what is done or just in work. */
  drop(
    filter: Meant & { readonly positions: readonly string[]; readonly reason: string },
  ): Promise<readonly Changed[]>;
}

export interface Shown extends EventState {
  readonly data: unknown;
  readonly traceId: string;
  readonly deliveries: readonly Delivery[];
}

export type Changed = Lane & { readonly position: string };

/** Fails with MigrationsPending. */
export async function inspect(sql: Sql, app: string): Promise<Inspection> {
  if ((await missingTables(sql, app)).includes("event_deliveries"))
    throw new MarcotError("MigrationsPending", `${app} has no outbox for its events yet`);
  const outbox = ownTable(app, "event_outbox");
  const known = ownTable(app, "event_receivers");
  const deliveries = ownTable(app, "event_deliveries");
  const ask = <Row extends object>(text: string, values: readonly unknown[] = []) =>
    sql.unsafe<Row[]>(text, values as never[]); // texts and numbers, as they stand in the statements
  // What nobody has spread yet waits too, also where no process is there to do it.
  const seen = `(
    SELECT position, app, receiver, key, state, attempts, next_at, changed_at, error FROM ${deliveries}
    UNION ALL
    SELECT o.position, k.app, k.name, o.key, 'published', 0, o.told_at, o.told_at, NULL
    FROM ${outbox} o JOIN ${known} k ON k.event IN (o.event, '*') WHERE NOT o.spread)`;
  const holder = `SELECT min(h.position) AS position FROM ${deliveries} h
    WHERE d.state IN ('published', 'resubmitted') AND h.app = d.app AND h.receiver = d.receiver
      AND h.key = d.key AND h.position < d.position AND h.state IN ('failed', 'parked')`;
  const event = `o.position::text, o.id, '${app}.' || o.version || '.' || o.event AS event, o.key, o.told_at AS "toldAt"`;
  const delivery = `SELECT ${event}, d.app, d.receiver, d.state, d.attempts, d.changed_at AS "changedAt",
      CASE WHEN d.state = 'failed' THEN d.next_at END AS "nextAt", d.error,
      (${holder})::text AS "heldBy"
    FROM ${seen} d JOIN ${outbox} o USING (position)`;
  const isMeant = `($1::text IS NULL OR d.app = $1) AND ($2::text IS NULL OR d.receiver = $2)`;
  const change = async (text: string, values: readonly unknown[]) =>
    sql.begin(async (tx) => {
      const changed = await tx.unsafe<Changed[]>(text, values as never[]);
      // Sent with COMMIT. Whoever delivers sees what has changed.
      await tx`select pg_notify(${channelOf(app)}, '')`;
      return changed.toSorted((a, b) => Number(a.position) - Number(b.position));
    });
  return {
    receivers: () =>
      ask<ReceiverState>(
        `WITH counted AS (
           SELECT d.app, d.receiver,
             count(*) FILTER (WHERE state IN ('published', 'resubmitted')) AS waiting,
             count(held.position) AS held,
             count(*) FILTER (WHERE state = 'processing') AS working,
             count(*) FILTER (WHERE state = 'failed') AS failed,
             count(*) FILTER (WHERE state = 'parked') AS parked,
             count(*) FILTER (WHERE state = 'completed' AND changed_at > now() - interval '24 hours') AS done,
             min(next_at) FILTER (WHERE state = 'failed') AS next_at,
             min(d.position) FILTER (WHERE state IN ('published', 'resubmitted', 'processing', 'failed')) AS oldest
           FROM ${seen} d LEFT JOIN LATERAL (${holder}) held ON true
           GROUP BY d.app, d.receiver),
         known AS (SELECT DISTINCT app, name AS receiver, true AS is_known FROM ${known})
         SELECT app, receiver, coalesce(waiting, 0)::float8 AS waiting, coalesce(held, 0)::float8 AS held,
           coalesce(working, 0)::float8 AS working, coalesce(failed, 0)::float8 AS failed,
           coalesce(parked, 0)::float8 AS parked, coalesce(done, 0)::float8 AS done,
           next_at AS "nextAt", o.told_at AS "oldestAt", coalesce(is_known, false) AS "isKnown"
         FROM counted FULL JOIN known USING (app, receiver)
         LEFT JOIN ${outbox} o ON o.position = counted.oldest ORDER BY app, receiver`,
      ),
    list: ({ app: to = null, receiver = null, state, limit }) =>
      ask<Delivery>(
        `${delivery} WHERE ${isMeant} AND ($3::text IS NULL OR d.state = ANY(string_to_array($3, ',')))
         ORDER BY d.position DESC, d.app, d.receiver LIMIT $4::int`,
        [to, receiver, state === undefined ? null : words[state].join(), limit],
      ),
    async find(names) {
      const found = await ask<{ name: string; position: string | null }>(
        `SELECT name, coalesce(
           (SELECT position FROM ${outbox} WHERE position = CASE WHEN name ~ '^\\d{1,18}$' THEN name::bigint END),
           (SELECT position FROM ${outbox} WHERE id::text = lower(name)))::text AS position
         FROM jsonb_array_elements_text($1::text::jsonb) AS name`,
        [JSON.stringify(names)],
      );
      const missing = found.flatMap(({ name, position }) => (position === null ? name : []));
      if (missing.length === 0) return found.map(({ position }) => String(position));
      throw new MarcotError("EventNotFound", `${app} has no event ${missing.join(", ")}`);
    },
    async show(position) {
      const [found] = await ask<Omit<Shown, "deliveries">>(
        `SELECT ${event}, o.data, o.trace_id AS "traceId" FROM ${outbox} o WHERE o.position = $1::bigint`,
        [position],
      );
      if (!found) throw new MarcotError("EventNotFound", `${app} has no event ${position}`);
      const sent = `${delivery} WHERE d.position = $1::bigint ORDER BY d.app, d.receiver`;
      return { ...found, deliveries: await ask<Delivery>(sent, [position]) };
    },
    retry: ({ app: to = null, receiver = null, positions }) =>
      change(
        `UPDATE ${deliveries} d SET state = 'resubmitted', attempts = 0, next_at = now(), changed_at = now()
         WHERE ${isMeant} AND state IN ('failed', 'parked')
           AND ($3::text IS NULL OR d.position = ANY(string_to_array($3, ',')::bigint[]))
           AND EXISTS (SELECT FROM ${known} k WHERE k.app = d.app AND k.name = d.receiver)
         RETURNING d.position::text, d.app, d.receiver`,
        [to, receiver, positions?.join() ?? null],
      ),
    drop: ({ app: to = null, receiver = null, positions, reason }) =>
      change(
        `UPDATE ${deliveries} d SET state = 'dropped', changed_at = now(),
           error = $4::text || coalesce(E'\\nIt had failed: ' || d.error, '')
         WHERE ${isMeant} AND state IN ('published', 'resubmitted', 'failed', 'parked')
           AND d.position = ANY(string_to_array($3, ',')::bigint[])
         RETURNING d.position::text, d.app, d.receiver`,
        [to, receiver, positions.join(), reason],
      ),
  };
}
