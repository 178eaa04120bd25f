/**
 * Transactions on the driver `postgres`, made safe where its own are not.
 *
 * A statement that is sent over a connection which has broken in the meantime ends the process ("Cannot
 * read properties of null", postgres 3.4.9), because the driver writes to a socket that it has thrown
 * away; it does so itself, with the ROLLBACK after a statement that failed for that reason. Here such
 * statements are refused, and the driver is kept from its own. Torture found this; test/data holds it.
 *
 * And a statement may be left in flight when the work is done (`later`), so that COMMIT follows it in the
 * same packet: PostgreSQL answers COMMIT with ROLLBACK when one of them failed, the driver takes this
 * for a success, and so its failure is asked for here before anybody is told that all went well.
 */
import type { Sql, TransactionSql } from "postgres";
import { MarcotError } from "../errors.ts";
import { isDisconnected } from "./disconnected.ts";
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
  /** Whether it is over because the connection broke. */
  isBroken: boolean;
  readonly broken: PromiseWithResolvers<never>;
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
  const course: Course = {
    over: undefined,
    isBroken: false,
    broken: Promise.withResolvers<never>(),
    inFlight: [],
    afterwards: [],
  };
  course.broken.promise.catch(() => {});
  try {
    const done = sql.begin((tx) => watched(course, tx, work));
    done.catch((error: unknown) => stop(course, error));
    // The driver unwraps arrays of promises in its type; T is none.
    const result = (await Promise.race([done, course.broken.promise])) as T;
    course.over = ENDED;
    await Promise.all(course.inFlight);
    for (const act of course.afterwards) act();
    return result;
  } catch (error) {
    course.over ??= error;
    throw error;
  }
}

/**
 * The driver follows work that is done with COMMIT, and work that has failed with ROLLBACK, over a
 * connection that may be gone. Work that never ends keeps it from that; `begin` ends by itself.
 */
async function watched<T>(
  course: Course,
  tx: TransactionSql,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  const part: Part = { isOver: false };
  try {
    const result = await work(scopeOf(tx, course, part));
    return course.isBroken ? await NEVER : result;
  } catch (error) {
    if (course.isBroken) return await NEVER;
    throw error;
  } finally {
    // At once: what comes behind ROLLBACK would be a transaction by itself, and stay.
    part.isOver = true;
  }
}

/** The transaction as a whole, or one savepoint. */
interface Part {
  isOver: boolean;
}

const NEVER = new Promise<never>(() => {});

/** Called at once when a statement, or the transaction, learns that the connection broke. */
function stop(course: Course, error: unknown): void {
  if (!isDisconnected(error)) return;
  course.isBroken = true;
  course.over ??= error;
  course.broken.reject(error);
}

function scopeOf(tx: TransactionSql, course: Course, part: Part): Scope {
  const send = tx.unsafe as unknown as <Rows>(...given: Parameters<Unsafe>) => Rejecting<Rows>;
  const unsafe: Unsafe = <Rows>(...given: Parameters<Unsafe>): Query<Rows> => {
    if (course.over !== undefined || part.isOver) throw refusal(course.over);
    const query = send<Rows>(...given);
    const { reject } = query;
    // Earlier than any code that awaits the query, which may go on as if nothing had happened.
    query.reject = (error) => {
      stop(course, error);
      reject(error);
    };
    return query;
  };
  return {
    unsafe,
    savepoint<T>(work: (scope: Scope) => Promise<T>) {
      if (course.over !== undefined || part.isOver) return Promise.reject(refusal(course.over));
      return tx.savepoint((inner) => watched(course, inner, work)) as Promise<T>;
    },
    later(text, values) {
      const query = unsafe(text, values, PREPARED).execute();
      query.catch(() => {}); // told by `begin`, which may fail before it comes to this one
      course.inFlight.push(query);
    },
    committed: (work) => void course.afterwards.push(work),
  };
}

/** The driver's query, which its connection rejects through this method. */
interface Rejecting<Rows> extends Query<Rows> {
  reject: (error: unknown) => void;
}

/** Made when it is wanted: most transactions end well. */
const ENDED = Symbol("ended");

function refusal(over: unknown): Error {
  if (over instanceof Error) return over;
  return new MarcotError("TransactionEnded", "the transaction has ended already");
}
