/**
 * One line that says how far something is, on a terminal alone: it goes over itself, and is gone when the work
 * is done. Where nobody watches nothing is written, so that a log has no thousand bars.
 *
 * Our own, because cli-progress would be these lines and five packages: it wants the total before it begins,
 * and a step of a move may have none.
 */
import { stripVTControlCharacters } from "node:util";
import type { Progress } from "../../extract/types.ts";
import { style } from "./style.ts";
import { span } from "./time.ts";

const BAR_CELLS = 30;
/** A person reads no faster, and each line is a write to the terminal. */
const DRAWN_MS = 100;
/** Less than this says nothing of how long the rest takes. */
const KNOWN_MS = 1_000;

/** Less is said as 0 s. */
const HALF_SECOND_MS = 500;

/** Moves the cursor to the beginning of the line and empties it. */
const EMPTY_LINE = "\r\u001B[2K";

export interface ProgressLine {
  /** Shows the latest of what is told. */
  say(progress: Progress): void;
  /** Takes the line away, before something else is written. */
  clear(): void;
}

/** On standard error: standard output is for the answer of a command. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { say() {}, clear() {} };
  let begun = { step: "", at: 0, done: 0 };
  let drawnAt = 0;
  let isDrawn = false;
  return {
    say(progress) {
      const now = performance.now();
      const { step, done = 0 } = progress;
      const isNew = step !== begun.step;
      if (isNew) begun = { step, at: now, done };
      if (!isNew && now - drawnAt < DRAWN_MS) return;
      drawnAt = now;
      isDrawn = true;
      const left = leftOf(progress, now - begun.at, begun.done);
      stream.write(EMPTY_LINE + toLine(progress, left, stream));
    },
    clear() {
      if (isDrawn) stream.write(EMPTY_LINE);
      isDrawn = false;
    },
  };
}

function toLine({ step, note, done, total }: Progress, left: string, stream: NodeJS.WriteStream) {
  const parts = [style("bold", step, stream)];
  if (done !== undefined && total !== undefined) {
    parts.push(bar(done, total), `${percent(done, total)} %`, rowsOf(done, total));
  } else if (done !== undefined) parts.push(`${done.toLocaleString("en")} rows`);
  if (left !== "") parts.push(left);
  if (note !== undefined) parts.push(style("dim", note, stream));
  return fit(`  ${parts.join("  ")}`, stream.columns);
}

/** `███████▌░░░░`: eighths of a cell, so that a slow copy is seen to move. */
export function bar(done: number, total: number, cells = BAR_CELLS): string {
  const eighths = Math.floor(shareOf(done, total) * cells * 8);
  const part = eighths % 8;
  const full = "█".repeat(Math.floor(eighths / 8)) + (part === 0 ? "" : (" ▏▎▍▌▋▊▉"[part] ?? ""));
  return full.padEnd(cells, "░");
}

/** Rounded down: what is not done is not 100 %. */
export function percent(done: number, total: number): number {
  return Math.floor(shareOf(done, total) * 100);
}

/** Of nothing all is done. What was copied may be more than the total, which PostgreSQL estimates. */
function shareOf(done: number, total: number): number {
  return total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
}

function rowsOf(done: number, total: number): string {
  return `${done.toLocaleString("en")} of ${total.toLocaleString("en")} rows`;
}

function leftOf({ done, total }: Progress, took: number, before: number): string {
  if (done === undefined || total === undefined || took < KNOWN_MS || done <= before) return "";
  const left = ((total - done) * took) / (done - before);
  return left < HALF_SECOND_MS ? "" : `${span(left)} left`;
}

/** A line that is longer than the terminal is wide would stay behind in pieces; cut, it has no colours. */
function fit(line: string, columns: number): string {
  const width = stripVTControlCharacters(line).length;
  return width < columns ? line : stripVTControlCharacters(line).slice(0, Math.max(0, columns - 1));
}
