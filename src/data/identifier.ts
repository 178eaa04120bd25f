/** Names in SQL text. */
import { MarcotError } from "../errors.ts";

/** An identifier, quoted for SQL text. */
export function quoted(name: string): string {
  if (name.includes("\0")) throw new MarcotError("SettingInvalid", "A name contains a zero byte");
  return `"${name.replaceAll('"', '""')}"`;
}
