/** The draft of a unit's contract, from what was read of the code base and of the few files that are read anew. */
import type { UnitFacts } from "../score/facts.ts";
import { draftContract } from "./contract.ts";
import { readCalls } from "./methods/read.ts";
import { type Code, readRows } from "./rows/read.ts";
import { takenOf } from "./taken.ts";

/** The text of a `contract.ts`. */
export async function draftOf(unit: UnitFacts, code: Code): Promise<string> {
  const calls = await readCalls(unit, code.read);
  const models = takenOf(unit, calls).flatMap(({ name, made }) =>
    made?.is === "model" ? [{ name, file: made.file, line: made.line }] : [],
  );
  return draftContract(unit, { calls, rows: await readRows(models, code) });
}
