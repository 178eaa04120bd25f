/** Runs one job, in a transaction of its app in which it is marked as done too. */
import { current, newTraceId } from "../../app/context.ts";
import type { Job, RecurringContext, Running, ServedApp } from "../../app/types.ts";
import { sentenceOf } from "../../contract/check.ts";
import { checkOf } from "../../contract/compile.ts";
import { isMoved } from "../../data/moved.ts";
import { PREPARED } from "../../data/scope.ts";
import { type Issue, MarcotError } from "../../errors.ts";
import { type Claimed, doneText, type Failed } from "./queue.ts";

export interface Run {
  readonly running: Running;
  readonly served: ServedApp;
  readonly job: Job;
  readonly claimed: Claimed;
  /** Ended when the process stops. */
  readonly stopping: AbortSignal;
}

/** What came of it. `lost`: it is no more this process's. */
export type Ended = "done" | "lost" | "stopped" | Failed;

/** Never rejects. */
export async function runJob(run: Run): Promise<Ended> {
  const { running, served, job, claimed, stopping } = run;
  const transaction = served.atomic?.();
  if (transaction === undefined) return { error: "the app has no database", isFinal: true };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(tooLate(job)), job.deadlineMs);
  const stop = () => late.abort(stopping.reason);
  stopping.addEventListener("abort", stop);
  try {
    const scope = await transaction.scope();
    const [own] = await scope.unsafe(
      doneText(served.app.name),
      [claimed.id, claimed.claim, String(job.deadlineMs)],
      PREPARED,
    );
    if (own === undefined) throw LOST;
    const issues: Issue[] = [];
    // Checked again: it may have been asked for by another release.
    const data = checkOf(job.fields, "read", job.name)(claimed.data, issues);
    if (issues.length > 0) throw unfit(job, issues);
    const context = contextOf(run, transaction.db, late.signal);
    late.signal.throwIfAborted();
    await Promise.race([
      current.run(context, async () => job.run(data, context)),
      aborted(late.signal),
    ]);
    await transaction.commit();
    return "done";
  } catch (thrown) {
    await transaction.rollback();
    // Where the app has moved to, what was begun here is taken back.
    if (thrown === LOST || isMoved(thrown)) return "lost";
    if (late.signal.aborted && late.signal.reason === stopping.reason) return "stopped";
    // A job that listens to the signal may fail by it in words of its own.
    const error: unknown = late.signal.aborted ? late.signal.reason : thrown;
    const details = { err: error, app: served.app.name, job: job.name, id: claimed.id };
    running.log.warn({ ...details, attempt: claimed.attempts }, "a job was not done");
    // If the connection broke in COMMIT it may be done all the same: then its row says so, and stays.
    return {
      error: error instanceof Error ? error.message : String(error),
      isFinal: unfits.has(error as object),
    };
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener("abort", stop);
    late.abort(); // whoever listens learns that it is over
  }
}

const LOST = Symbol("lost");

/** Errors of data, which will not fit at the next attempt either. */
const unfits = new WeakSet<object>();

function unfit({ name }: Job, errors: readonly Issue[]): MarcotError {
  const message = sentenceOf(`what waits for the job ${name} does not fit it any more:`, errors);
  const error = new MarcotError("ContractBroken", message, { errors });
  unfits.add(error);
  return error;
}

function contextOf(
  { running, served, job, claimed }: Run,
  db: RecurringContext["db"],
  signal: AbortSignal,
): RecurringContext {
  return {
    running,
    app: served.app.name,
    caller: served.app.name,
    deadline: performance.now() + job.deadlineMs,
    traceId: claimed.traceId ?? newTraceId(),
    idempotencyKey: undefined,
    db,
    jobId: claimed.id,
    attempt: claimed.attempts,
    signal,
    scheduledFor: claimed.scheduledFor as Date, // jobs that do not come again do not see it in their type
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function tooLate({ name, deadlineMs }: Job): MarcotError {
  return new MarcotError("TimedOut", `the job ${name} took more than ${deadlineMs} ms`);
}
