/**
 * Loads a file of a project. What goes wrong in it is somebody's mistake of today, so it is told in a
 * sentence with the file and the line, not with a stack in which the framework comes first.
 */
import { relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MarcotError } from "../errors.ts";
import type { Place } from "./check/findings.ts";

export type Exports = Readonly<Record<string, unknown>>;

/** `code` is what a failure is: of the settings, or of an app. An error that has a code keeps it. */
export async function loadFile(
  path: string,
  code: "SettingInvalid" | "AppInvalid",
): Promise<Exports> {
  try {
    return (await import(pathToFileURL(path).href)) as Exports;
  } catch (cause) {
    if (cause instanceof MarcotError) throw cause;
    const { file, line } = placeOf(cause, ownerOf(path)) ?? { file: path };
    const place = line === undefined ? file : `${file}:${line}`;
    const fix = "Correct the file; DEBUG=1 shows the whole stack.";
    throw new MarcotError(code, `${place} cannot be loaded: ${reasonOf(cause)}`, { cause, fix });
  }
}

/** The folder of the file: of an app, or of the project. */
function ownerOf(path: string): string {
  return path.slice(0, path.lastIndexOf(sep));
}

/** The first line of what was thrown, whatever that was. */
export function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.split("\n", 1)[0] ?? "";
}

/**
 * The first place in a folder that an error's stack names: where `app()` or `view()` was called, or what
 * the compiler could not read. The file is absolute, or relative to `base`.
 */
export function placeOf(error: unknown, folder: string, base?: string): Place | undefined {
  const { stack = "", message = "" } = error instanceof Error ? error : {};
  // Node names the importer of a module that is missing in the message alone.
  const importer = / imported from (\S+)$/.exec(message)?.[1];
  const lines = importer === undefined ? stack.split("\n") : [importer];
  for (const text of lines) {
    const [, found = "", number] =
      /((?:file:\/\/)?\/[^\s()]+?)(?::(\d+))?(?::\d+)?\)?$/.exec(text) ?? [];
    const path = found.startsWith("file:") && URL.canParse(found) ? fileURLToPath(found) : found;
    if (!path.startsWith(folder + sep) || isInstalled(path, folder)) continue;
    const file = base === undefined ? path : relative(base, path);
    return number === undefined ? { file } : { file, line: Number(number) };
  }
  return undefined;
}

function isInstalled(path: string, folder: string): boolean {
  return path.slice(folder.length).split(sep).includes("node_modules");
}
