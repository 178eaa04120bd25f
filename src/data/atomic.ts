/**
 * A transaction that begins with the first query and ends when its user says so: what a view that
 * writes gets as its `db`. A view that queries nothing costs nothing.
 *
 * This reaches into Drizzle below its types (`Inner`), as `query.ts` does.
 */
import { PostgresJsSession, PostgresJsTransaction } from "drizzle-orm/postgres-js";
import type { Db } from "./db.ts";
import { isDisconnected } from "./disconnected.ts";
import type { Atomic, Query, Scope, Unsafe } from "./scope.ts";
import type { Client } from "./transaction.ts";

/** The inside of a `Db`, whether a pool or a transaction. */
interface Inner {
  readonly dialect: unknown;
  readonly session: {
    readonly client: Client;
    readonly relations: unknown;
    readonly options: unknown;
  };
}

function inner(db: Db): Inner {
  return db as unknown as Inner; // the one step below Drizzle's types
}

const UNDONE = Symbol("undone");

/** Makes transactions of a pool. */
export function atomicOf(pool: Db): () => Atomic {
  return () => atomic(pool);
}

function atomic(pool: Db): Atomic {
  const { client } = inner(pool).session;
  let begun:
    { readonly scope: Promise<Scope>; readonly end: Ending; done: Promise<void> } | undefined;
  let open: Scope | undefined;
  let isBroken = false;
  const begin = (): Promise<Scope> => {
    if (begun !== undefined) return begun.scope;
    const end = ending();
    const started = Promise.withResolvers<Scope>();
    const done = client.begin(async (scope) => {
      open = scope;
      started.resolve(scope);
      await end.promise;
    });
    done.catch((error: unknown) => {
      isBroken = isDisconnected(error);
      started.reject(error);
    });
    started.promise.catch(() => {}); // whoever waits for it is told; nobody need
    begun = { scope: started.promise, end, done };
    return started.promise;
  };
  return {
    db: transactionOf(
      pool,
      lazy(begin, () => open),
    ),
    scope: begin,
    async commit() {
      if (begun === undefined) return;
      begun.end.resolve();
      await begun.done;
    },
    async rollback() {
      if (begun === undefined) return;
      begun.end.reject(UNDONE);
      await begun.done.catch(() => {});
    },
    isBroken: () => isBroken,
  };
}

type Ending = PromiseWithResolvers<void>;

function ending(): Ending {
  const made = Promise.withResolvers<void>();
  made.promise.catch(() => {}); // the transaction may have failed before
  return made;
}

/** A scope that opens when it is first used. Later statements go straight through. */
function lazy(begin: () => Promise<Scope>, opened: () => Scope | undefined): Scope {
  return {
    unsafe<Rows>(...given: Parameters<Unsafe>): Query<Rows> {
      const scope = opened();
      if (scope !== undefined) return scope.unsafe<Rows>(...given);
      return postponed(() => begin().then((found) => ({ query: found.unsafe<Rows>(...given) })));
    },
    savepoint: (work) => begin().then((scope) => scope.savepoint(work)),
    later(text, values) {
      const scope = opened();
      if (scope !== undefined) return scope.later(text, values);
      void begin().then(
        (found) => found.later(text, values),
        () => {}, // a transaction that did not begin fails where it ends
      );
    },
    committed(work) {
      void begin().then(
        (found) => found.committed(work),
        () => {},
      );
    },
  };
}

/** What Drizzle and `prepared` ask of a query: to be awaited, as objects or as arrays. */
function postponed<Rows>(send: () => Promise<{ readonly query: Query<Rows> }>): Query<Rows> {
  // Wrapped, because a promise of a query would wait for its rows.
  const rows = () => send().then(({ query }) => query);
  const made: Query<Rows> = {
    // oxlint-disable-next-line unicorn/no-thenable -- it stands for the driver's query, which is one
    then: (resolve, reject) => rows().then(resolve, reject),
    catch: (reject) => rows().catch(reject),
    values: () => send().then(({ query }) => query.values()),
    execute: () => made,
  };
  return made;
}

/** Shares the dialect of the pool, by which `prepared` knows its statements. */
function transactionOf(pool: Db, scope: Scope): Db {
  const { dialect, session } = inner(pool);
  const { relations, options } = session;
  const made = new PostgresJsTransaction(
    dialect as never,
    new PostgresJsSession(scope as never, dialect as never, relations as never, options as never),
    relations as never,
  );
  return made as unknown as Db;
}
