/**
 * What code of an app knows about the call that it serves. It travels with the call through
 * `AsyncLocalStorage`, so that a call from a view finds its provider, its deadline and its trace
 * without being handed them.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import type { Db } from "../data/database.ts";
import type { MarcotError } from "../errors.ts";
import type { ServedApp } from "./served.ts";

/** Where an app is provided. */
export type Provider =
  | { readonly is: "local"; readonly served: ServedApp }
  | { readonly is: "remote"; readonly app: string; readonly address: URL }
  | { readonly is: "absent"; readonly app: string; readonly why: string };

/** What a call needs of the running project. */
export interface Running {
  /** Milliseconds that a call may take when neither endpoint nor caller says so. */
  readonly deadlineMs: number;
  readonly log: Log;
  providerOf(app: string): Provider;
  /** Work to be done when the project closes, such as closing connections. */
  onClose(work: () => Promise<void>): void;
}

export interface Log {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

export interface Context {
  readonly running: Running;
  /** The app whose code runs; empty outside of apps, for example in `marcot shell`. */
  readonly app: string;
  /** The app, or the program, that made the call. */
  readonly caller: string;
  /** When the call is given up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** W3C Trace Context: 32 hexadecimal digits, the same along the whole chain of calls. */
  readonly traceId: string;
  readonly idempotencyKey: string | undefined;
}

/** What a view gets besides its input. */
export interface ViewContext<E extends string = string> extends Context {
  /** The app's own database: its schema is all that the role may touch. */
  readonly db: Db;
  /** Ends when the deadline has passed, so that a view can stop its work. */
  readonly signal: AbortSignal;
  /** An error that the contract declares: `throw fail("NoSuchEntry", "there is no entry 7")`. */
  fail(name: E, message: string): MarcotError;
}

export const current = new AsyncLocalStorage<Context>();

/** A new trace, for a call that begins here (W3C Trace Context, 3.2.2.3). */
export function newTraceId(): string {
  return randomBytes(16).toString("hex");
}
