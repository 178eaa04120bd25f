/** An argument of a command as a shell has to be told it. */
import { STEERING } from "./clean.ts";

/** What no shell changes, whatever stands around it. */
const PLAIN = /^[\w@%+:,./][\w@%+:,./=-]*$/;

/** `payments` as it is, `'my shop'`, `$'a\033b'`: POSIX, and what steers a terminal is not printed as such. */
export function quoted(argument: string): string {
  if (PLAIN.test(argument)) return argument;
  const shown = argument.replaceAll(STEERING, octal);
  if (shown === argument) return `'${argument.replaceAll("'", `'\\''`)}'`;
  const escaped = argument.replaceAll(/[\\']/g, (sign) => `\\${sign}`);
  return `$'${escaped.replaceAll(STEERING, octal)}'`;
}

/** Of each byte, as only that is the same in all shells. */
function octal(sign: string): string {
  return [...Buffer.from(sign)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
