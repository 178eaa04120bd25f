/** Work that an app does later, or again and again, by itself. */
import { check, sentenceOf } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import type { Fields } from "../contract/field.ts";
import type { Read, Written } from "../contract/guest.ts";
import type { Db } from "../data/db.ts";
import { cancelText, enqueueText } from "../data/job-queue.ts";
import { PREPARED, type Scope, scopeBeneath } from "../data/scope.ts";
import { MarcotError } from "../errors.ts";
import { codeHere, current } from "./context.ts";
import { type Duration, millisecondsOf, scheduleOf } from "./schedule.ts";
import type { Context, Job, JobContext, RecurringContext, ServedApp } from "./types.ts";

export interface JobOptions {
  /** How long one attempt may take, in milliseconds. Default: 60,000. */
  readonly deadlineMs?: number;
  /** How often it is tried before it is parked; the last waits are ten minutes. Default: 12. */
  readonly attempts?: number;
}

export interface EveryOptions extends JobOptions {
  /** An IANA name, in whose time the fields of cron are read. Default: UTC. */
  readonly timeZone?: string;
}

/** When it is to run. Default: at once. */
export interface Later {
  /** So long after the beginning of the transaction. */
  readonly after?: Duration;
  /** Not together with `after`. */
  readonly at?: Date;
  /** At most one job of this name waits with this key: a later one takes the place of the one that waits. */
  readonly key?: string;
}

/** A job that is asked for with `later`. */
export interface DelayedJob<F extends Fields = Fields> extends Job {
  /**
   * Asks for a run, in the transaction of `db`: both are there, or neither. Does not wait for the database;
   * the transaction fails if this does. Rejects with AppInvalid where the data does not fit, `db` is no
   * transaction, or another app asks.
   */
  later(data: Written<F>, db: Db, when?: Later): Promise<void>;
  /** Whether one waited with this key. One that runs already is not stopped. */
  cancel(key: string, db: Db): Promise<boolean>;
}

/** Longer than an event: nobody waits in line behind it. */
const DEADLINE_MS = 60_000;
/** With waits that double from a second this is about half an hour. */
const ATTEMPTS = 12;

const KEY_CHARS_MAX = 255;

/**
 * Work for later: `job("remind", { ticket: integer() }, async ({ ticket }, { db }) => …)`. `db` is a
 * transaction in which the job is marked as done too: however often it is begun, what the function has done
 * to `db` is done once. Anything else that it does may be done again.
 */
export function job<const F extends Fields>(
  name: string,
  fields: F,
  run: (data: Read<F>, context: JobContext) => Promise<void>,
  options: JobOptions = {},
): DelayedJob<F> {
  const made: DelayedJob<F> = Object.freeze({
    ...partsOf(name, fields, run as Job["run"], options), // it is handed only what the check has accepted
    schedule: undefined,
    async later(data: Written<F>, db: Db, when: Later = {}) {
      const { scope, served, traceId } = askerOf(made, db);
      const json = JSON.stringify(jsonOf(made, data));
      const { at, seconds } = timeOf(made, when);
      const key = when.key === undefined ? null : keyOf(made, when.key);
      scope.later(enqueueText(served.app.name), [name, key, json, at, seconds, traceId]);
      scope.committed(() => served.jobsBell.ring());
    },
    async cancel(key: string, db: Db) {
      const { scope, served } = askerOf(made, db);
      const values = [name, keyOf(made, key)];
      return (await scope.unsafe(cancelText(served.app.name), values, PREPARED)).length > 0;
    },
  });
  return made;
}

/**
 * Work that comes again: `every("sweep", "0 3 * * *", async (_data, { db }) => …)`, by the five fields of
 * cron or `"10 minutes"`. Each time is run once, however many processes there are. A time that passes
 * while the last one is not done, or while no process ran, is left out.
 */
export function every(
  name: string,
  schedule: string,
  run: (data: {}, context: RecurringContext) => Promise<void>,
  { timeZone = "UTC", ...options }: EveryOptions = {},
): Job {
  try {
    const read = scheduleOf(schedule, timeZone);
    // Rows of it are made with the time for which they are.
    return Object.freeze({
      ...partsOf(name, {}, run as Job["run"], options),
      schedule: read,
    });
  } catch (cause) {
    if (cause instanceof MarcotError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${name} cannot run by "${schedule}" (${timeZone}): ${why}`;
    throw new MarcotError("AppInvalid", message, { cause });
  }
}

export function isJob(value: unknown): value is Job {
  return typeof value === "object" && value !== null && "is" in value && value.is === "job";
}

function partsOf(
  name: string,
  fields: Fields,
  run: Job["run"],
  { deadlineMs = DEADLINE_MS, attempts = ATTEMPTS }: JobOptions,
) {
  if (!/^[a-z][a-z0-9-]{0,59}$/.test(name))
    throw new MarcotError("AppInvalid", `a job is named like "remind-late", not "${name}"`);
  return { is: "job", name, fields, deadlineMs, attempts, run } as const;
}

/** An app asks for its own jobs, in a transaction. */
function askerOf(
  asked: Job,
  db: Db,
): Pick<Context, "traceId"> & { readonly scope: Scope; readonly served: ServedApp } {
  const context = current.getStore();
  if (context === undefined)
    throw new MarcotError("NoProject", `the job ${asked.name} was asked for outside a project`);
  const { app, running, traceId } = context;
  const served = codeHere(running, app);
  if (!served?.app.jobs.includes(asked)) {
    const message = `${app || "a program outside of all apps"} asked for the job ${asked.name}, which it does not have`;
    throw new MarcotError("AppInvalid", message, {
      fix: "Ask for it in the app whose app.ts lists it in `jobs`.",
    });
  }
  const scope = scopeBeneath(db);
  if (scope === undefined) {
    const message = `the job ${asked.name} was asked for outside a transaction, where it could be lost`;
    throw new MarcotError("AppInvalid", message, {
      fix: "Give it the `db` of an atomic view, of a receiver, of a job, or of db.transaction().",
    });
  }
  return { scope, served, traceId };
}

function jsonOf({ name, fields }: Job, data: unknown): unknown {
  return check(
    checkOf(fields, "write", name),
    data,
    (errors) =>
      new MarcotError("AppInvalid", sentenceOf(`the job ${name} was given other data:`, errors), {
        errors,
        fix: "Give it the fields that it declares.",
      }),
  );
}

function timeOf({ name }: Job, { after, at }: Later) {
  if (at === undefined) {
    const milliseconds = after === undefined ? 0 : millisecondsOf(after);
    if (milliseconds !== undefined) return { at: null, seconds: milliseconds / 1000 };
  } else if (after === undefined && !Number.isNaN(at.getTime()))
    return { at: at.toISOString(), seconds: 0 };
  const given = after === undefined ? String(at) : `"${after}"${at ? ` and ${String(at)}` : ""}`;
  throw new MarcotError("AppInvalid", `the job ${name} cannot run at ${given}`, {
    fix: 'Give `after`, such as "2 days", or `at`, a Date.',
  });
}

function keyOf({ name }: Job, key: string): string {
  if (key !== "" && key.length <= KEY_CHARS_MAX) return key;
  const message = `a key of the job ${name} must have 1 to ${KEY_CHARS_MAX} characters`;
  throw new MarcotError("AppInvalid", message);
}
