/** Asks before something that cannot be undone. */
import { createInterface } from "node:readline";
import { MarcotError } from "../../errors.ts";

/** Whether somebody has answered yes. Fails where nobody is there to answer. */
export async function confirm(question: string): Promise<boolean> {
  // On standard error: standard output is for what was asked of the command.
  const lines = createInterface({ input: process.stdin });
  process.stderr.write(`${question} [y/N] `);
  try {
    for await (const line of lines) return /^\s*y(?:es)?\s*$/i.test(line);
  } finally {
    lines.close();
  }
  process.stderr.write("\n");
  throw new MarcotError("CommandInvalid", "nobody has answered, so nothing was done", {
    fix: "Say --yes where nobody can be asked.",
  });
}
