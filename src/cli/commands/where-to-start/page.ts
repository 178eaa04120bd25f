/** The file that --html names: whether it can be written is known before the work, and not after it. */
import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { MarcotError } from "../../../errors.ts";
import type { Answer } from "../../../where-to-start/where-to-start.ts";

/** @throws {MarcotError} `CommandInvalid` */
export function refusePage(page: string): void {
  if (page === "") throw invalid("--html names no file", "Say it so: --html report.html.");
  const file = resolve(page);
  const folder = dirname(file);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() === true)
    throw invalid(`--html names a folder: ${file}`, "Name a file in it: --html report.html.");
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw invalid(
      `the folder of --html does not exist: ${folder}`,
      "Make it, or name another file.",
    );
  const written = found === undefined ? folder : file;
  if (!mayBeWritten(written))
    throw invalid(
      `--html may not write to ${written}`,
      "Give yourself the right to, or name another file.",
    );
}

function mayBeWritten(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string, fix: string): MarcotError {
  return new MarcotError("CommandInvalid", message, { fix });
}

/** @param ask what a shell is told for this answer */
export async function writePage(file: string, ask: string, { report }: Answer): Promise<void> {
  const { toHtml } = await import("../../../where-to-start/report/html.ts");
  writeFileSync(file, await toHtml(report, { ask }));
}
