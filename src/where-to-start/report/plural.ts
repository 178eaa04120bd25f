/** Numbers with their nouns, as page, terminal and sentences have them. */
import type { History } from "../types/history.ts";

/** `1 tie`, `2,000 ties`. */
export function plural(count: number, noun: string, ending = "s"): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : ending}`;
}

/** `445 commits in 12 months to 2026-08-22`; all at one time, `1 commit on 2026-08-22`. */
export function commitsIn(commits: number, { months, to }: History["window"]): string {
  const day = new Date(to * 1000).toISOString().slice(0, 10);
  return `${plural(commits, "commit")} ${months === 0 ? "on" : `in ${plural(months, "month")} to`} ${day}`;
}
