/** A connection that is kept: what holds locks and hears notifications must know when it has ended. */
import postgres, { type Sql, type TransactionSql } from "postgres";
import { isDisconnected } from "./disconnected.ts";

export interface SessionOptions {
  /** It is named `marcot/<pid>/<name>`. */
  readonly name: string;
  /** Parameters of PostgreSQL for this session alone. Default: none. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told of every notification. */
  readonly onNotify: () => void;
  /** Told when the connection has ended. The next query opens another one. */
  readonly onClose: () => void;
}

/** Less and a starting server is given up; more and a wrong address looks like a hang. */
const CONNECT_TIMEOUT_S = 10;
/** A reset connection is closed in the same moment, as a rule. */
const CLOSING_MS = 1000;

/**
 * Not `sql.listen`, which opens a connection of its own that would know nothing of locks.
 *
 * A connection that is reset tells its statements so some time before it tells that it is closed. What is
 * sent in between is never answered (postgres 3.4.9), so it waits here until the driver knows.
 */
export function openSession(
  url: string,
  { name, settings = {}, onNotify, onClose }: SessionOptions,
): Sql {
  let closing: PromiseWithResolvers<void> | undefined;
  const options: postgres.Options<{}> & { onnotify: () => void } = {
    max: 1,
    max_lifetime: null,
    connect_timeout: CONNECT_TIMEOUT_S,
    fetch_types: false,
    connection: { ...settings, application_name: `marcot/${process.pid}/${name}` },
    onnotice() {},
    onnotify: onNotify,
    onclose() {
      closing?.resolve();
      closing = undefined;
      onClose();
    },
  };
  const sql = postgres(url, options);
  const guarded = async <T>(work: () => PromiseLike<T>): Promise<T> => {
    await closing?.promise;
    try {
      return await work();
    } catch (error) {
      if (isDisconnected(error) && closing === undefined) {
        const made = (closing = Promise.withResolvers<void>());
        // Where there was no connection at all, nobody tells that it is closed.
        setTimeout(made.resolve, CLOSING_MS).unref();
        void made.promise.then(() => {
          if (closing === made) closing = undefined;
        });
      }
      throw error;
    }
  };
  const session = {
    options: sql.options,
    unsafe: (...given: Parameters<Sql["unsafe"]>) => guarded(() => sql.unsafe(...given)),
    begin: (work: (tx: TransactionSql) => Promise<unknown>) => guarded(() => sql.begin(work)),
    end: (how: { timeout?: number }) => sql.end(how),
  };
  return session as unknown as Sql; // what is asked of a session
}
