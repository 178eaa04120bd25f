/**
 * A read model: rows of another app that an app keeps for itself, to filter and sort by them. They follow
 * the other app's events, and are built anew from an endpoint that lists all of them.
 *
 * While they are being built, events go on. Whatever an event has touched since the beginning is newer than
 * the page of a snapshot, which was read before or at the same time; so each page skips those rows. What
 * neither a page nor an event has touched in the end is not there any more, and is deleted.
 */
import { type AnyCall, eventOf, type Heard } from "../contract/endpoint.ts";
import type { Db } from "../data/db.ts";
import { ownTable } from "../data/own-tables.ts";
import { PREPARED, type Scope, scopeBeneath } from "../data/scope.ts";
import { MarcotError } from "../errors.ts";
import { listOf } from "./list-of.ts";
import { receiver } from "./receiver.ts";
import type { Projection, Receiver } from "./types.ts";

type Row = Readonly<Record<string, unknown>>;

export interface ProjectionOptions<Data, Item extends Data> {
  /** A table of the app, from `tables.ts`, whose primary key is the event's key. */
  readonly table: unknown;
  /** The events that say that a row is there, or is another one now. */
  readonly from: readonly Heard<Data>[];
  /** What is kept. Default: all of it. */
  readonly row?: (data: Data) => Row;
  /** The events that say that a row is no more; they carry its key. Default: none. */
  readonly gone?: readonly Heard<Row>[];
  /**
   * Lists all rows by id, a page at a time: input `after` and `limit`, output one list. A new projection is
   * filled from it, and by `marcot rebuild`.
   */
  readonly snapshot: Snapshot<Item>;
}

export interface Snapshot<Item> extends AnyCall {
  (input: {
    readonly after: number;
    readonly limit: number;
  }): Promise<{ readonly [name: string]: readonly Item[] }>;
}

/** Follows another app: `projection("resolved-tickets", { table, from: [tickets.resolved], snapshot })`. */
export function projection<Data extends object, Item extends Data>(
  name: string,
  { table, from, gone = [], row = (data) => data as Row, snapshot }: ProjectionOptions<Data, Item>,
): Projection {
  const { insert, remove, key, text } = writersOf(name, table);
  const list = listOf(snapshot);
  const hear = <T extends object>(event: Heard<T>, write: (data: T, db: Db) => Promise<void>) =>
    receiver(event, `${name}-${eventOf(event).name.toLowerCase()}`, async (data, { app, db }) => {
      await touch(scopeOf(db), app, name, String((data as Row)[key]));
      await write(data, db);
    });
  const receivers: Receiver[] = [
    ...from.map((event) => hear(event, (data, db) => insert(db, row(data)))),
    ...gone.map((event) => hear(event, (data, db) => remove(db, data[key]))),
  ];
  return Object.freeze({
    is: "projection",
    name,
    key,
    receivers,
    // Copied: what is kept may be any of it, also where a test happens to see an empty page.
    snapshot: async (input: { readonly after: number; readonly limit: number }) =>
      ({ ...(await snapshot(input)) })[list] as readonly Row[],
    insert: (db: Db, item: unknown) => insert(db, row(item as Data)),
    table: text,
  });
}

export function isProjection(value: unknown): value is Projection {
  return typeof value === "object" && value !== null && "is" in value && value.is === "projection";
}

/** Remembers that an event has touched a row, while the rows are being built. */
async function touch(scope: Scope, app: string, name: string, key: string): Promise<void> {
  await scope.unsafe(
    `INSERT INTO ${ownTable(app, "event_projection_keys")} (projection, key)
     SELECT $1::text, $2::text WHERE EXISTS (
       SELECT FROM ${ownTable(app, "event_projections")} WHERE name = $1::text AND state = 'building')
     ON CONFLICT DO NOTHING`,
    [name, key],
    PREPARED,
  );
}

function scopeOf(db: Db): Scope {
  const scope = scopeBeneath(db);
  if (scope === undefined) throw new TypeError("a receiver has a transaction");
  return scope;
}

/** Drizzle's table and builders, as far as they are used here: the library itself is not loaded. */
interface Column {
  readonly name: string;
  readonly primary: boolean;
}

interface Builders {
  insert(table: unknown): {
    values(row: Row): {
      onConflictDoUpdate(how: { target: Column; set: Row }): PromiseLike<unknown>;
    };
  };
}

const TABLE_NAME = Symbol.for("drizzle:Name");
const TABLE_SCHEMA = Symbol.for("drizzle:Schema");

function writersOf(name: string, table: unknown) {
  const columns = Object.entries(table as Readonly<Record<string, Column>>);
  const primary = columns.filter(([, column]) => column?.primary === true);
  const [first] = primary;
  if (first === undefined || primary.length > 1) {
    const message = `the table of the projection ${name} needs a primary key of one column`;
    throw new MarcotError("AppInvalid", message);
  }
  const [key, target] = first;
  const named = table as { [TABLE_NAME]: string; [TABLE_SCHEMA]: string };
  const text = `"${named[TABLE_SCHEMA]}"."${named[TABLE_NAME]}"`;
  return {
    key,
    text,
    async insert(db: Db, row: Row): Promise<void> {
      await (db as unknown as Builders)
        .insert(table)
        .values(row)
        .onConflictDoUpdate({ target, set: row });
    },
    async remove(db: Db, value: unknown): Promise<void> {
      await scopeOf(db).unsafe(
        `DELETE FROM ${text} WHERE "${target.name}" = $1`,
        [value],
        PREPARED,
      );
    },
  };
}
