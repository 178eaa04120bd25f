/** How an error says that the app is not written here any more. */
import { MarcotError } from "../errors.ts";
import { MOVED } from "./control.ts";

/**
 * Whether a write met the fence of an app that has moved, however deep it is wrapped. What another app
 * answered is not asked: that one may have moved, and this one not.
 */
export function isMoved(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; depth += 1) {
    if (cause instanceof MarcotError) return false;
    if ("code" in cause && cause.code === MOVED) return true;
    cause = cause.cause;
  }
  return false;
}
