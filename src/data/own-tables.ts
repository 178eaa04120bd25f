/**
 * Marcot's own tables in the schema of every app. They lie there and not in a schema of Marcot's, so
 * that they leave with the app when it becomes a service, and so that the app's role is enough.
 */
import { quoted } from "./identifier.ts";

/** One table: its columns, and the indexes that it needs beside its primary key, as `name: on what`. */
export interface OwnColumns {
  readonly columns: string;
  readonly indexes?: Readonly<Record<string, string>>;
  /** Indexes that let nothing in twice. */
  readonly uniques?: Readonly<Record<string, string>>;
}

/** Each by its name. What stands here was created somewhere: add, never edit. */
export const ownTables = {
  /** Which migrations were applied. */
  migrations: {
    columns:
      "name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()",
  },
  /** Who called what: one row for a day, an endpoint of a version, and a consumer. */
  contract_usage: {
    columns:
      "day date NOT NULL, version text NOT NULL, endpoint text NOT NULL, consumer text NOT NULL, " +
      "calls bigint NOT NULL, errors bigint NOT NULL, last_at timestamptz NOT NULL, " +
      "sent text[] NOT NULL, PRIMARY KEY (day, version, endpoint, consumer)",
  },
  /** How long calls took, from their beginning to their end: one row for a day and an endpoint of a version. */
  endpoint_times: {
    columns:
      "day date NOT NULL, version text NOT NULL, endpoint text NOT NULL, " +
      "milliseconds float8 NOT NULL, slow bigint NOT NULL, PRIMARY KEY (day, version, endpoint)",
  },
  /**
   * What the app has told, in the order of `position`. `id` is what receivers know it by: positions begin
   * anew where a database does. `spread`: whether it has its rows in event_deliveries.
   */
  event_outbox: {
    columns:
      "position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, " +
      "id uuid NOT NULL DEFAULT gen_random_uuid(), event text NOT NULL, version text NOT NULL, " +
      "key text, data json NOT NULL, trace_id text NOT NULL, " +
      "told_at timestamptz NOT NULL DEFAULT now(), spread boolean NOT NULL DEFAULT false",
    indexes: { new: "(position) WHERE NOT spread" },
  },
  /** Who hears what. `*` stands for all that an app hears while nobody could ask it. */
  event_receivers: {
    columns:
      "app text NOT NULL, name text NOT NULL, event text NOT NULL, version text NOT NULL, " +
      "attempts int NOT NULL, since timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (app, name, event)",
    indexes: { by_event: "(event)" },
  },
  /** One row for an event and a receiver. `key` is that of the event. */
  event_deliveries: {
    columns:
      "position bigint NOT NULL, app text NOT NULL, receiver text NOT NULL, key text, " +
      "state text NOT NULL DEFAULT 'published', attempts int NOT NULL DEFAULT 0, " +
      "next_at timestamptz NOT NULL DEFAULT now(), changed_at timestamptz NOT NULL DEFAULT now(), " +
      "error text, PRIMARY KEY (app, receiver, position)",
    indexes: {
      open: "(app, receiver, position) WHERE state IN ('published', 'resubmitted', 'failed', 'processing')",
      waiting: "(app, position) WHERE receiver = '*'",
      held: "(app, receiver, key, position) WHERE state IN ('failed', 'parked')",
      ended: "(changed_at) WHERE state IN ('completed', 'dropped')",
    },
  },
  /** What the app's receivers have done: written in the transaction of their effect. */
  event_inbox: {
    columns:
      "event_id uuid NOT NULL, receiver text NOT NULL, source text NOT NULL, " +
      "handled_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (event_id, receiver)",
    indexes: { handled: "(handled_at)" },
  },
  /** Rows that the app keeps of others: `after` is how far their building has come, `builder` who builds. */
  event_projections: {
    columns:
      "name text PRIMARY KEY, state text NOT NULL, after bigint NOT NULL DEFAULT 0, builder text, " +
      "built_at timestamptz",
  },
  /** The rows that were seen since a building began. */
  event_projection_keys: {
    columns: "projection text NOT NULL, key text NOT NULL, PRIMARY KEY (projection, key)",
  },
  /** Replies to calls that may come again: written in the transaction of the view. */
  idempotency_keys: {
    columns:
      "consumer text NOT NULL, endpoint text NOT NULL, key text NOT NULL, request text NOT NULL, " +
      "reply json, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, endpoint, key)",
    indexes: { at: "(at)" },
  },
  /**
   * What the app is to do, and has done. `claim` counts how often a process took it, and by it a process
   * knows whether it still is its own. `scheduled_for`: the time of one that comes again.
   */
  job_queue: {
    columns:
      "id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text NOT NULL, key text, " +
      "data json NOT NULL, state text NOT NULL DEFAULT 'waiting', attempts int NOT NULL DEFAULT 0, " +
      "claim int NOT NULL DEFAULT 0, due_at timestamptz NOT NULL, scheduled_for timestamptz, " +
      "trace_id text, error text, told_at timestamptz NOT NULL DEFAULT now(), " +
      "changed_at timestamptz NOT NULL DEFAULT now()",
    indexes: {
      due: "(name, due_at, id) WHERE state IN ('waiting', 'failed')",
      running: "(id) WHERE state = 'running'",
      ended: "(changed_at) WHERE state IN ('done', 'dropped')",
    },
    uniques: {
      key: "(name, key) WHERE state IN ('waiting', 'failed')",
      occurrence: "(name, scheduled_for)",
    },
  },
  /** Written when the app is about to change places: where it has arrived, all before it has arrived too. */
  move_markers: {
    columns: "epoch bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp()",
  },
} as const satisfies Record<string, OwnColumns>;

export type OwnTable = keyof typeof ownTables;

/** Names that an app cannot give to a table of its own. */
export const ownTableNames: readonly string[] = Object.keys(ownTables);

/** The quoted name, with the schema. */
export function ownTable(app: string, table: OwnTable): string {
  return `${quoted(app)}.${quoted(table)}`;
}
