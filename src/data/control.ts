/**
 * Marcot's own schema in a database: who is alive, and where each app is provided while it moves. It belongs to
 * the owner and not to an app, because it stays where it is when an app leaves.
 */
import type { Sql, TransactionSql } from "postgres";

/**
 * What a process of this database is to do for an app that it has the code of. Without a row: `here`.
 *
 *     here      it answers
 *     leaving   it answers, and does no work of its own for the app any more
 *     holding   writes wait
 *     elsewhere the app is provided at `address`, or nowhere that this database knows of
 */
export type Phase = "here" | "leaving" | "holding" | "elsewhere";

/** A row of `marcot.providers`. */
export interface ProviderRow {
  readonly app: string;
  readonly phase: Phase;
  /** Counts the switches of the app. A bigint, as text. */
  readonly epoch: string;
  /** Where the app is, or will be, for the processes of this database. */
  readonly address: string | null;
  /** How long writes wait at most, in milliseconds. */
  readonly hold_ms: number;
  /** While writes wait: whether the app is in this database until they go on. */
  readonly holder: boolean;
  /** The share of reads that are also sent to `address` and compared, from 0 to 1. */
  readonly shadow: number;
}

/** Told with the name of an app when its row has changed. */
export const PROVIDERS_CHANNEL = "marcot_providers";
/** Told with the name of an app when a process has acknowledged a phase. */
export const ACKS_CHANNEL = "marcot_acks";

/** SQLSTATE of a write that was refused because the app has moved. Class MV is nobody's (SQL:2016, 24.1). */
export const MOVED = "MV001";

/** SQLSTATE of a step of a command that does not work on the move any more. */
export const MOVER_GONE = "MV002";

/** The trigger that refuses, on each table of an app that moves. */
export const FENCE = "marcot_moved";

const statements = [
  `CREATE SCHEMA IF NOT EXISTS marcot`,
  `CREATE TABLE IF NOT EXISTS marcot.providers (
    app text PRIMARY KEY,
    phase text NOT NULL CHECK (phase IN ('here', 'leaving', 'holding', 'elsewhere')),
    epoch bigint NOT NULL DEFAULT 0,
    address text,
    hold_ms int NOT NULL DEFAULT 1250,
    shadow real NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now())`,
  `ALTER TABLE marcot.providers ADD COLUMN IF NOT EXISTS holder boolean NOT NULL DEFAULT true`,
  // A process is alive while its session is: a process id alone may be another's by now.
  `CREATE TABLE IF NOT EXISTS marcot.processes (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    backend int NOT NULL,
    backend_start timestamptz NOT NULL,
    host text NOT NULL,
    pid int NOT NULL,
    apps text[] NOT NULL,
    since timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE IF NOT EXISTS marcot.acks (
    process bigint NOT NULL REFERENCES marcot.processes ON DELETE CASCADE,
    app text NOT NULL,
    epoch bigint NOT NULL,
    phase text NOT NULL,
    problem text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (process, app))`,
  `CREATE TABLE IF NOT EXISTS marcot.usage_left (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    app text NOT NULL,
    day date NOT NULL,
    usage jsonb NOT NULL)`,
  // Which of them were added to the app's table in this database, so that none is added twice.
  `CREATE TABLE IF NOT EXISTS marcot.usage_taken (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now())`,
  // What was compared in a rehearsal, and one example of each difference.
  `CREATE TABLE IF NOT EXISTS marcot.rehearsals (
    app text NOT NULL,
    endpoint text NOT NULL,
    compared bigint NOT NULL DEFAULT 0,
    different bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    here_ms double precision NOT NULL DEFAULT 0,
    there_ms double precision NOT NULL DEFAULT 0,
    example jsonb,
    PRIMARY KEY (app, endpoint))`,
  // The command that works on the move: a higher number is a later one.
  `CREATE TABLE IF NOT EXISTS marcot.movers (
    app text PRIMARY KEY,
    token text NOT NULL,
    number bigint NOT NULL)`,
  // The journal. Only in the project's database.
  `CREATE TABLE IF NOT EXISTS marcot.moves (
    app text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('copying', 'ready', 'switching', 'settling', 'completed')),
    holder text NOT NULL CHECK (holder IN ('project', 'service')),
    mode text NOT NULL CHECK (mode IN ('stream', 'copy')),
    epoch bigint NOT NULL DEFAULT 0,
    target text NOT NULL,
    service text,
    home text,
    coordinator int,
    info jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE OR REPLACE FUNCTION marcot.refuse_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the app % is not written here any more', TG_TABLE_SCHEMA USING ERRCODE = '${MOVED}',
        HINT = 'marcot extract status says where it is.';
    END $$`,
  // The lock on the row lets no successor in before the transaction has ended.
  `CREATE OR REPLACE FUNCTION marcot.require_mover(moved text, mine text, since bigint) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM FROM marcot.movers WHERE app = moved AND token = mine FOR SHARE;
      IF NOT FOUND OR EXISTS (SELECT FROM marcot.providers WHERE app = moved AND epoch > since) THEN
        RAISE EXCEPTION 'the move of % is another command''s by now', moved USING ERRCODE = '${MOVER_GONE}',
          HINT = 'marcot extract status says which.';
      END IF;
    END $$`,
] as const;

/** How far the schema is; with it a start asks one question and creates nothing. */
const VERSION = "4";

/** Creates what is missing. As the owner; any number of processes may do it at once. */
export async function ensureControl(sql: Sql): Promise<void> {
  if (await isCurrent(sql)) return;
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('marcot/control', 0))`;
    if (await isCurrent(tx)) return;
    for (const statement of statements) await tx.unsafe(statement);
    await tx.unsafe(`COMMENT ON SCHEMA marcot IS '${VERSION}'`);
  });
}

async function isCurrent(sql: Sql | TransactionSql): Promise<boolean> {
  const [found] = await sql<{ version: string | null }[]>`
    select obj_description(to_regnamespace('marcot')::oid, 'pg_namespace') as version`;
  return found?.version === VERSION;
}

/** Whether a database has the schema at all: a project that never ran has none. */
export async function hasControl(sql: Sql | TransactionSql): Promise<boolean> {
  const [found] = await sql<{ has: boolean }[]>`
    select to_regclass('marcot.providers') is not null as has`;
  return found?.has === true;
}
