/**
 * Transactions on the driver `postgres`, made safe where its own are not.
 *
 * Two things are added to `sql.begin`. A statement that is sent over a connection which has broken in
 * the meantime would end the process ("Cannot read properties of null", postgres 3.4.9), because the
 * driver writes to a socket that it has thrown away: here it is refused instead. And a statement may
 * be left in flight when the work is done (`later`), so that COMMIT follows it in the same packet:
 * PostgreSQL answers COMMIT with ROLLBACK when one of them failed, the driver takes this for a
 * success, and so its failure is asked for here before anybody is told that all went well.
 */
import type { Sql, TransactionSql } from "postgres";
import { MarcotError } from "../errors.ts";
import { PREPARED, type Query, type Scope, type Unsafe } from "./scope.ts";

/** What is asked of a pool: what Drizzle and `prepared` call, and nothing else. */
export interface Client {
  readonly options: Sql["options"];
  readonly unsafe: Unsafe;
  begin<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
}

/** The state that a transaction and its savepoints share. */
interface Course {
  /** Why it takes no more statements. */
  over: unknown;
  readonly inFlight: PromiseLike<unknown>[];
  readonly afterwards: (() => void)[];
}

export function clientOf(sql: Sql): Client {
  return {
    options: sql.options,
    unsafe: sql.unsafe as unknown as Unsafe, // its types leave out what it does serialise
    begin: (work) => begin(sql, work),
  };
}

async function begin<T>(sql: Sql, work: (scope: Scope) => Promise<T>): Promise<T> {
  const course: Course = { over: undefined, inFlight: [], afterwards: [] };
  try {
    // The driver unwraps arrays of promises in its type; T is none.
    const result = (await sql.begin((tx) => work(scopeOf(tx, course)))) as T;
    course.over = ENDED;
    await Promise.all(course.inFlight);
    for (const act of course.afterwards) act();
    return result;
  } catch (error) {
    course.over ??= error;
    throw error;
  }
}

function scopeOf(tx: TransactionSql, course: Course): Scope {
  const send = tx.unsafe as unknown as Unsafe;
  const unsafe: Unsafe = <Rows>(...given: Parameters<Unsafe>): Query<Rows> => {
    if (course.over !== undefined) throw refusal(course.over);
    return send<Rows>(...given);
  };
  return {
    unsafe,
    savepoint<T>(work: (scope: Scope) => Promise<T>) {
      if (course.over !== undefined) return Promise.reject(refusal(course.over));
      return tx.savepoint((inner) => work(scopeOf(inner, course))) as Promise<T>;
    },
    later(text, values) {
      const query = unsafe(text, values, PREPARED).execute();
      query.catch(() => {}); // told by `begin`, which may fail before it comes to this one
      course.inFlight.push(query);
    },
    committed: (work) => void course.afterwards.push(work),
  };
}

/** Made when it is wanted: most transactions end well. */
const ENDED = Symbol("ended");

function refusal(over: unknown): Error {
  if (over instanceof Error) return over;
  return new MarcotError("TransactionEnded", "the transaction has ended already");
}
