/**
 * Hot queries: built by Drizzle once, executed as a statement that PostgreSQL has prepared.
 *
 * Drizzle builds the text of a query anew for each execution, and the driver then sends it
 * unprepared; `npm run bench:insert` compares what is left with the bare driver. Here
 * Drizzle is asked once for the text, the order of the parameters and the mapping of rows; each
 * execution fills in the values and hands text and values to the driver with `prepare: true`. The
 * driver keeps one named statement per connection and text.
 *
 * Text, order and mapping do not depend on the connection, only on the dialect. A pool and
 * all of its transactions share one dialect object, so what is built for the pool serves every
 * transaction; keyed by the `Db` itself, each transaction would build it again.
 *
 * This reaches into Drizzle below its types (`Inner`, `Built`): the version is pinned
 * exactly, and test/data/query.test.ts fails when the inside changes.
 */
import { Param, Placeholder, sql as drizzleSql, type SQLWrapper } from "drizzle-orm";
import { type AnyEvent, type EventData, eventOf } from "../contract/endpoint.ts";
import type { Db } from "./db.ts";
import { MarcotError } from "../errors.ts";
import { PREPARED, type Scope, scopeBeneath } from "./scope.ts";
import { type Returned, tell, type Telling, withEvent } from "./telling.ts";
import type { Client } from "./transaction.ts";

/** Stands for the value of that name; Drizzle's `placeholder`. */
export const placeholder = drizzleSql.placeholder;

type Values = Readonly<Record<string, unknown>>;

/** What a query builder of Drizzle offers, once awaited and once prepared. */
interface Preparable<Rows> extends PromiseLike<Rows>, SQLWrapper {
  prepare(name: string): { execute(values?: Record<string, unknown>): Promise<unknown> };
}

export interface PreparedOptions<Rows> {
  /**
   * Tells each row that the statement returns, in the same statement: no transaction is needed, and no
   * second round trip. Default: it tells nothing.
   */
  readonly tells?: Tellable<Rows extends readonly (infer Row)[] ? Row : never>;
}

/** An event that a row has all fields of. */
interface Tellable<Row> extends AnyEvent {
  readonly types?: { readonly told: (value: Row) => unknown };
}

/** The inside of a `Db`, whether a pool or a transaction. */
interface Inner {
  readonly dialect: object;
  readonly session: { readonly client: Client | Scope };
}

/** The inside of what `prepare()` returns. */
interface Built {
  readonly query: { readonly sql: string; readonly params: readonly unknown[] };
  readonly mode: "arrays" | "objects" | "raw";
  readonly mapper: ((rows: unknown[]) => unknown) | undefined;
}

interface Statement {
  readonly text: string;
  readonly fill: (values: Values) => unknown[];
  readonly mode: Built["mode"];
  readonly mapper: Built["mapper"];
}

/**
 * A query that is built once and prepared once per connection.
 *
 *     const insertEntry = prepared("faq_insert_entry", (db) =>
 *       db.insert(entries).values({ question: placeholder("question") }).returning());
 *     const [row] = await insertEntry(db, { question });
 *
 * `name` appears in messages. `db` is a pool or a transaction.
 */
export function prepared<Rows, Given extends Values = Values>(
  name: string,
  build: (db: Db, value: typeof placeholder) => Preparable<Rows>,
  options: PreparedOptions<NoInfer<Rows>> = {},
): (db: Db, values: Given) => Promise<Rows> {
  const event = options.tells && eventOf(options.tells);
  const statements = new WeakMap<object, Statement>();
  return (db, values) => {
    // The one step below Drizzle's types; see the head of this file.
    const { dialect, session } = db as unknown as Inner;
    let statement = statements.get(dialect);
    if (statement === undefined) {
      statement = statementOf(name, build(db, placeholder), event);
      statements.set(dialect, statement);
    }
    if (event !== undefined) return telling(db, tell(event), statement, values) as Promise<Rows>;
    // Drizzle's mapper makes exactly the rows that the builder's type promises.
    return run(session.client, statement, values) as Promise<Rows>;
  };
}

function run(client: Client | Scope, statement: Statement, values: Values): PromiseLike<unknown> {
  const { text, fill, mode, mapper } = statement;
  const query = client.unsafe(text, fill(values), PREPARED);
  if (mode !== "arrays") return mapper === undefined ? query : query.then(mapper);
  // postgres-js makes a Result, a subclass of Array; the mapper only reads it by index.
  return mapper === undefined ? query.values() : query.values().then(mapper);
}

/** The value by which `telling` hands the trace to the statement. */
const TRACE = Symbol("trace");

/** Runs a statement that tells an event, and rings when it is committed. */
async function telling(
  db: Db,
  { traceId, ring }: Telling,
  statement: Statement,
  values: Values,
): Promise<unknown> {
  const { session } = db as unknown as Inner;
  const rows = await run(session.client, statement, { ...values, [TRACE]: traceId });
  const scope = scopeBeneath(db);
  if (scope === undefined) ring();
  else scope.committed(ring);
  return rows;
}

function statementOf<Rows>(
  name: string,
  query: Preparable<Rows>,
  event: EventData | undefined,
): Statement {
  const { query: built, mode, mapper } = query.prepare(name) as unknown as Built;
  const fill = fillOf(name, built.params.map(slotOf));
  if (event === undefined) return { text: built.sql, mode, mapper, fill };
  const { returning } = (query as unknown as { config: { returning?: readonly Returned[] } })
    .config;
  if (returning === undefined || mode !== "arrays") {
    const message = `the statement ${name} returns nothing that could be told`;
    throw new MarcotError("AppInvalid", message, { fix: "End it with .returning()." });
  }
  return {
    text: withEvent(built.sql, returning, event, built.params.length + 1),
    mode,
    mapper,
    fill: (values) => [...fill(values), (values as { readonly [TRACE]?: string })[TRACE]],
  };
}

/** Where one parameter comes from: a value by its key, through `encode` if that does anything. */
interface Slot {
  readonly key: string | undefined;
  readonly encode: ((value: unknown) => unknown) | undefined;
  readonly fixed: unknown;
}

/** Decided once, so that an execution looks at no class and calls no encoder that does nothing. */
function slotOf(param: unknown): Slot {
  if (param instanceof Placeholder) return { key: keyOf(param), encode: undefined, fixed: null };
  if (!(param instanceof Param) || !(param.value instanceof Placeholder)) {
    return { key: undefined, encode: undefined, fixed: param };
  }
  return { key: keyOf(param.value), encode: encodeOf(param), fixed: null };
}

function encodeOf(param: Param): Slot["encode"] {
  const { encoder, codec } = param as Param & { codec?: (value: unknown) => unknown };
  const { isNoop } = encoder.mapToDriverValue as { isNoop?: boolean };
  if (isNoop === true) return codec;
  if (codec === undefined) return (value) => encoder.mapToDriverValue(value);
  return (value) => codec(encoder.mapToDriverValue(value));
}

function fillOf(name: string, slots: readonly Slot[]): Statement["fill"] {
  return (values) => {
    const filled: unknown[] = [];
    for (const { key, encode, fixed } of slots) {
      if (key === undefined) {
        filled.push(fixed);
        continue;
      }
      const value = values[key];
      if (value === undefined) throw new TypeError(`${name}: no value for "${key}" was given`);
      filled.push(encode === undefined || value === null ? value : encode(value));
    }
    return filled;
  };
}

/** The name is hidden by the type only: `protected`, to give placeholders distinct types. */
function keyOf(value: object): string {
  return (value as { readonly name: string }).name;
}

/** The only row of a result, as after an INSERT; an error where there is none. */
export function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("one(): the query gave no row");
  return row;
}
