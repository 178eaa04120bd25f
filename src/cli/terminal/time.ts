/** Spans of time as people say them. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** `2 min`, in the largest unit that is full. */
export function span(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / MINUTE_MS);
  if (minutes < 1) return `${Math.max(0, Math.round(milliseconds / SECOND_MS))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h`;
  const days = Math.floor(hours / 24);
  return `${days} ${days === 1 ? "day" : "days"}`;
}

/** `2 min ago`. */
export function ago(milliseconds: number): string {
  return milliseconds < MINUTE_MS ? "just now" : `${span(milliseconds)} ago`;
}
