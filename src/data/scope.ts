/**
 * What a transaction is to the code of apps and views. Neither Drizzle nor the driver is imported here, not
 * even for types: the compiler would read hundreds of files in projects that have no tables.
 */
import type { Db } from "./db.ts";

/** A statement that was sent, or will be when it is awaited. */
export interface Query<Rows = unknown[]> extends PromiseLike<Rows> {
  catch(reject: (error: unknown) => unknown): Promise<unknown>;
  /** Rows as arrays of values, in the order of the columns. */
  values(): PromiseLike<unknown[][]>;
  execute(): Query<Rows>;
}

export type Unsafe = <Rows = unknown[]>(
  text: string,
  values?: readonly unknown[],
  options?: { readonly prepare?: boolean; readonly simple?: boolean },
) => Query<Rows>;

/** A transaction, or a savepoint in it. */
export interface Scope {
  readonly unsafe: Unsafe;
  savepoint<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Sends a statement whose answer nobody waits for. The transaction fails when it fails. */
  later(text: string, values: readonly unknown[]): void;
  /** Work to be done when the transaction has been committed. It must not throw. */
  committed(work: () => void): void;
}

/** For statements that are sent often. Without parameters too: the simple protocol cannot prepare. */
export const PREPARED = { prepare: true, simple: false } as const;

/** A transaction that may not have begun yet. */
export interface Atomic {
  readonly db: Db;
  /** Begins now, and gives the transaction for statements of the framework's own. */
  scope(): Promise<Scope>;
  /** Ends it. Rejects when nothing was written. Does nothing when nothing had begun. */
  commit(): Promise<void>;
  /** Undoes all of it. Never rejects. */
  rollback(): Promise<void>;
  /** Whether it ended because the database could not be reached, or the connection broke. */
  isBroken(): boolean;
}

/** The transaction that a `db` stands in; undefined for a pool. */
export function scopeBeneath(db: Db): Scope | undefined {
  const { client } = (db as unknown as { session: { client: Partial<Scope> } }).session; // Drizzle's inside
  return client.later === undefined ? undefined : (client as Scope);
}
