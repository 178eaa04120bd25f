/**
 * What code of an app knows about the call that it serves. It travels with the call through
 * `AsyncLocalStorage`, so that a call from a view finds its provider, its deadline and its trace
 * without being handed them.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import type { Context, Running, ServedApp } from "./types.ts";

export const current = new AsyncLocalStorage<Context>();

/** A new trace, for a call that begins here (W3C Trace Context, 3.2.2.3). */
export function newTraceId(): string {
  return randomBytes(16).toString("hex");
}

/** The code of an app that is here. What had begun before the app left still runs in it. */
export function codeHere({ local, providers }: Running, app: string): ServedApp | undefined {
  const provider = providers.get(app);
  return local?.get(app) ?? (provider?.is === "local" ? provider.served : undefined);
}
