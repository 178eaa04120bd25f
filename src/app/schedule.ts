/** When something is to happen: after a while, or again and again. */
import { Cron } from "croner";

type Unit = "second" | "minute" | "hour" | "day" | "week";

/** `"10 minutes"`, `"2 days"`. A day is 24 hours. */
export type Duration = `${number} ${Unit}` | `${number} ${Unit}s`;

const UNITS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** In milliseconds; undefined for a text that is no duration. */
export function millisecondsOf(duration: string): number | undefined {
  const [, count = "", unit = ""] =
    /^(\d{1,6}) (second|minute|hour|day|week)s?$/.exec(duration) ?? [];
  const milliseconds = Number(count) * (UNITS[unit] ?? 0);
  return unit === "" ? undefined : milliseconds;
}

export interface Schedule {
  /** As it was written. */
  readonly text: string;
  /** The first time after this one: the same in every process, whenever it is asked. */
  next(after: Date): Date;
}

/**
 * Five fields of cron, or a duration. Durations count from 1970, so that all processes mean the same times.
 * Throws an Error that says what is wrong with the text.
 */
export function scheduleOf(text: string, timeZone: string): Schedule {
  const period = millisecondsOf(text);
  if (period === 0) throw new Error("it has no length");
  if (period !== undefined)
    return { text, next: (after) => new Date((Math.floor(after.getTime() / period) + 1) * period) };
  const cron = new Cron(text, { mode: "5-part", paused: true, timezone: timeZone });
  // A date would be taken too, and happens once.
  if (text.trim().split(/\s+/).length !== 5 || cron.nextRun(new Date(0)) === null)
    throw new Error(
      'it is neither like "0 3 * * *", with a time that exists, nor like "10 minutes"',
    );
  return { text, next: (after) => nextOf(cron, text, after) };
}

function nextOf(cron: Cron, text: string, after: Date): Date {
  const next = cron.nextRun(after);
  if (next === null) throw new Error(`"${text}" has no time after ${after.toISOString()}`);
  return next;
}
