/** Months, for how far back is looked and how often something was worked on. */

/** The end of the year 9999, in seconds since 1970: git takes dates that have no name. */
export const TIME_MAX = 253_402_300_799;

/** By the calendar, in UTC: of 31 May, three months before is the last of February. */
export function monthsBefore(time: number, months: number): number {
  const date = new Date(time * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime() / 1000;
}

/** The least number of whole months that lead from one to the other. */
export function monthsBetween(from: number, to: number): number {
  let months = Math.max(0, monthOf(to) - monthOf(from) - 1);
  while (monthsBefore(to, months) > from) months += 1;
  return months;
}

/** The month of the calendar, in UTC, counted from year 0. */
export function monthOf(time: number): number {
  const date = new Date(time * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
