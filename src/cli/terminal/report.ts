/**
 * What a command says when it fails, on standard error: what happened, what to do, and a code; and which
 * exit code the process has: 1 when it failed, 2 when it was used wrongly. Stacks are for DEBUG alone.
 */
import { CommanderError } from "commander";
import { codeOf, MarcotError } from "../../errors.ts";
import { placeOf, reasonOf } from "../../project/load.ts";
import { cleanLines } from "../../where-to-start/report/clean.ts";
import { style } from "./style.ts";

export function report(error: unknown): void {
  // Commander has said it already; asking for help is an end too.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.exitCode = 1;
  if (process.env["DEBUG"]) console.error(error);
  else console.error(saidOf(error).map(toLine).join("\n"));
}

/** Names, and lines of files, that it tells of may be of strangers. */
function toLine(said: string): string {
  return `${style("red", "marcot:", process.stderr)} ${cleanLines(said)}`;
}

/** For commands whose 1 is an answer: what they were asked wrongly is 2. */
export function reportUsage(error: unknown): void {
  if (!(error instanceof MarcotError)) throw error;
  report(error);
  process.exitCode = 2;
}

function saidOf(error: unknown): string[] {
  if (!(error instanceof MarcotError)) return [unexpected(error)];
  const { message, fix, code } = error;
  if (code !== "SettingInvalid") return [`${message}\n  ${fix} [${code}]`];
  // A line each for settings: supervisors show the last line of what a process said.
  const lines = message.split("\n");
  const sentences = lines.map((line) => (line.endsWith("?") ? line : `${line}.`));
  return sentences.map((sentence) => `${sentence} ${fix} [${code}]`);
}

/** The system refused something (its code says what), or it is a mistake of ours or of an app's author. */
function unexpected(error: unknown): string {
  const kind = error instanceof Error ? `${error.name}: ` : "";
  const { file, line } = placeOf(error, process.cwd(), process.cwd()) ?? {};
  const place = file === undefined ? "" : ` (${file}${line === undefined ? "" : `:${line}`})`;
  const code = codeOf(error);
  if (code !== undefined && error instanceof Error && "syscall" in error)
    return `${reasonOf(error)}\n  Correct what the system refused. [${code}]`;
  return `${kind}${reasonOf(error)}${place}\n  ${UNEXPECTED} [InternalError]`;
}

const UNEXPECTED = "Run it again with DEBUG=1: the stack says where this comes from.";
