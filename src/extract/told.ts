/** What goes wrong in a database while an app moves, said so that a person knows what to do. */
import { isDisconnected } from "../data/disconnected.ts";
import { MOVER_GONE } from "../data/control.ts";
import { codeOf, MarcotError } from "../errors.ts";
import { lost } from "./switch/mover.ts";

/**
 * MoveRefused where another command has taken the move over. DatabaseUnavailable for an error of a database that was gone, or short of something (SQLSTATE 53: disk, memory,
 * connections); any other error as it is.
 */
export function told(error: unknown, app: string): unknown {
  if (error instanceof MarcotError) return error;
  if (codeOf(error) === MOVER_GONE) return lost(app, error);
  const isShort = /^53...$/.test(codeOf(error) ?? "");
  if (!isShort && !isDisconnected(error)) return error;
  const why = error instanceof Error && error.message !== "" ? error.message : codeOf(error);
  const what = isShort ? "refused to go on" : "cannot be reached";
  return new MarcotError(
    "DatabaseUnavailable",
    `A database that the move of ${app} needs ${what}: ${why}`,
    {
      cause: error,
      fix: `Put it right. \`marcot extract status ${app}\` says how far the move is, \`marcot extract resume ${app}\` goes on.`,
    },
  );
}
