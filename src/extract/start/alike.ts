/** Rows travel by the columns that both sides have. */
import { MarcotError } from "../../errors.ts";
import { alikeFix } from "../course.ts";
import type { Move } from "../types.ts";

export function unlike(move: Move, different: readonly string[]): MarcotError {
  const message = `The tables of ${move.app} are not the same on both sides: ${different.join("; ")}`;
  return new MarcotError("MoveBlocked", message, { fix: alikeFix(move) });
}
