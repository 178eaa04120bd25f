/**
 * A call while its app changes places: it waits while writes are held, and is sent again where the app was no
 * more. Both within the call's own deadline, and only while it is certain that nothing has been done.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Context, HeldProvider, Provider, Running } from "../app/types.ts";
import { isWriting } from "../app/view.ts";
import { codeOf, MarcotError } from "../errors.ts";

/** Between two tries: at least this long, at most twice. News of a move takes a few milliseconds. */
const PAUSE_MS = 25;

/** Whether a failure says that the app had moved and the call was undone, so that it may be sent again. */
export function hasMoved(error: unknown): error is MarcotError {
  return codeOf(error) === "AppMoved" && error instanceof MarcotError && error.ran === "no";
}

/** Resolves when the app is not held any more; rejects with Unavailable when `deadline` comes first. */
export async function untilOpened(
  { app, opened, why }: HeldProvider,
  name: string,
  deadline: number,
): Promise<void> {
  const given = new AbortController();
  const late = sleep(Math.max(0, deadline - performance.now()), "late", {
    signal: given.signal,
  }).catch(() => "opened");
  const first = await Promise.race([opened, late]);
  given.abort();
  if (first !== "late") return;
  const message = `${name} waited until its deadline for ${app}: ${why}`;
  throw new MarcotError("Unavailable", message, { ran: "no" });
}

/** Looks where the app is by now, and gives news of it time to come. Rejects with `error` past the deadline. */
export async function lookAgain(
  running: Running,
  app: string,
  { deadline, error }: { readonly deadline: number; readonly error: MarcotError },
): Promise<Provider | undefined> {
  const before = running.providers.get(app);
  const left = () => deadline - performance.now();
  const looked = running.look?.(app);
  if (looked !== undefined) await Promise.race([looked, sleep(Math.max(0, left()), 0, UNHELD)]);
  const found = running.providers.get(app);
  if (found !== before && left() > 0) return found;
  const pause = PAUSE_MS * (1 + Math.random());
  if (left() <= pause) throw error;
  await sleep(pause);
  return running.providers.get(app);
}

/** A timer that lets the process end. */
const UNHELD = { ref: false } as const;

/**
 * Whether a call is part of work that the app has begun, and that a move waits for: to hold it would hold up
 * the move until both are late.
 */
export function isWithin(app: string, context: Pick<Context, "app" | "traceId">): boolean {
  // A receiver or a job of the app itself.
  if (context.app === app && ("eventId" in context || "jobId" in context)) return true;
  return isWriting(app, context.traceId);
}
